"""What is written to a person about their account."""

import datetime

import pytest

from tenants.activation import operations, recovering
from tenants.activation.models import AddressClaim
from tests.factories.canteen import make_family
from tests.factories.codes import AT, PASSWORD, recovery_code
from tests.factories.portal import make_account
from tests.ui.test_messages import deliver, html_of, words

pytestmark = pytest.mark.usefixtures("tenant_db")


@pytest.fixture
def guardian(tenant_db):
    return make_family().guardians[0]


@pytest.fixture
def user(guardian):
    return make_account(guardian, email="aminata@exemple.fr")


def test_who_forgot_gets_a_link_and_what_to_do_if_it_is_not_them(user, mailoutbox):
    recovering.ask_recovery(name=user.email, at=AT)

    (message,) = deliver(mailoutbox, "activation.recovery.asked")

    assert message.subject == "Choisir un nouveau mot de passe"
    assert "/mot-de-passe-oublie/lien/" in message.body
    assert "Ne faites rien : rien ne change." in words(html_of(message)).replace("\xa0", " ")


def test_an_address_to_confirm_gets_its_link_once_and_nothing_when_another_was_given(
    user, mailoutbox
):
    recovering.claim_address(user=user, email="a@exemple.fr", at=AT)
    recovering.claim_address(user=user, email="b@exemple.fr", at=AT)

    (message,) = deliver(mailoutbox, "activation.address.claimed")

    assert message.to == ["b@exemple.fr"]
    assert AddressClaim.objects.count() == 2


def test_a_person_is_told_of_a_code_given_and_of_a_new_password(user, guardian, mailoutbox):
    _written, kept = recovery_code(guardian)
    (given,) = deliver(mailoutbox, "activation.recovery.given")
    operations.use_code(code=kept, password=PASSWORD, at=AT + datetime.timedelta(hours=1))
    (renewed,) = deliver(mailoutbox, "activation.password.renewed")

    assert given.to == renewed.to == ["aminata@exemple.fr"]
    assert "par le secrétariat" in given.body
    assert PASSWORD not in renewed.body


def test_nothing_is_written_to_who_has_no_confirmed_address(guardian, mailoutbox):
    make_account(guardian, email=None, login="aminata.diallo.472")
    recovery_code(guardian)

    assert deliver(mailoutbox, "activation.recovery.given") == []


def test_bills_still_go_to_the_school_s_address_of_who_has_an_account_on_paper(guardian):
    from ui.messages import recipient_of

    guardian.email = "ecole@exemple.fr"
    make_account(guardian, email=None, login="aminata.diallo.472")

    assert recipient_of(guardian).email == "ecole@exemple.fr"
