"""A password that was forgotten, and an address that is confirmed, by e-mail."""

import datetime
import re

import pytest
import time_machine

from commons import outbox
from commons.models import OutboxEvent
from portal.views import recovery
from tenants.accounts.models import Session
from tenants.activation import links
from tenants.activation.models import AddressClaim
from tenants.activation.recovering import ask_recovery, claim_address
from tests.factories.canteen import make_family
from tests.factories.codes import AT, PASSWORD
from tests.factories.portal import make_account
from tests.portal.conftest import Site

LONG_AFTER = datetime.datetime(2126, 11, 24, 12, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)
LINK = re.compile(r"https?://[^/]+(/\S+)")


@pytest.fixture(autouse=True)
def at_that_moment(tenant_db):
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def guardian(tenant_db):
    return make_family().guardians[0]


@pytest.fixture
def user(guardian):
    return make_account(guardian, email="aminata@exemple.fr", login="aminata.diallo.472")


def delivered(mailoutbox):
    mailoutbox.clear()
    assert outbox.deliver_pending(at=LONG_AFTER).failed == 0
    return list(mailoutbox)


def link_in(message):
    return LINK.search(message.body)[1]


def ask(site, name):
    return site.post("/mot-de-passe-oublie/", name=name)


@pytest.mark.parametrize("name", ["aminata@exemple.fr", " Aminata.Diallo.472 "])
def test_the_link_gives_a_new_password_and_ends_other_sessions(site, user, mailoutbox, name):
    other = Site().sign_in(user)
    ask(site, name)
    (message,) = delivered(mailoutbox)

    page = site.follow(site.get(link_in(message)))
    done = site.post("/mot-de-passe-oublie/nouveau/", password=PASSWORD, again=PASSWORD)

    assert message.to == ["aminata@exemple.fr"]
    assert page.status_code == 200
    assert (done.status_code, done.headers["Location"]) == (302, "/")
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert other.get("/").status_code == 302
    (told,) = delivered(mailoutbox)
    assert told.subject == "Votre mot de passe a changé"


def test_the_same_page_whoever_asks(site, user, guardian, mailoutbox):
    closed = make_account(make_family().guardians[0], email="ferme@exemple.fr", is_active=False)
    paper = make_account(make_family().guardians[0], email=None, login="papier.diallo.111")
    names = (user.email, closed.email, paper.login, "nobody@exemple.fr", "n'importe quoi")

    pages = {(one.status_code, one.content) for one in (ask(Site(), name) for name in names)}

    assert len(pages) == 1
    assert len(delivered(mailoutbox)) == 1


def test_a_name_is_written_to_three_times_an_hour(site, user):
    for _time in range(recovery.PER_NAME.most + 2):
        assert ask(site, user.email).status_code == 200

    assert OutboxEvent.objects.count() == recovery.PER_NAME.most


def test_a_place_asks_twenty_times_a_quarter(site):
    for number in range(recovery.PER_PLACE.most):
        assert ask(site, f"nobody{number}@exemple.fr").status_code == 200

    assert ask(site, "one-more@exemple.fr").status_code == 429


def refused(site, token):
    site.get(f"/mot-de-passe-oublie/lien/{token}/")
    response = site.get("/mot-de-passe-oublie/nouveau/")
    return response.status_code == 404 and "Ce lien ne marche plus" in response.content.decode()


def test_a_link_lasts_an_hour_and_serves_once(site, user):
    token = links.recovery_token(user, at=AT)

    with time_machine.travel(AT + HOUR, tick=False):
        assert refused(site, token)
    assert not refused(site, token)
    user.set_password("un-autre-mot-de-passe")
    user.save()
    assert refused(site, token)


@pytest.mark.parametrize("change", ["moment", "account", "mac", "departement", "nonsense"])
def test_a_link_that_is_not_ours_is_refused(site, user, in_tenant, change):
    token = links.recovery_token(user, at=AT)
    public_id, moment, mac = token.split(".")
    if change == "departement":
        with in_tenant("d94"):
            token = links.recovery_token(user, at=AT)
    other = make_account(make_family().guardians[0])
    forged = {
        "moment": f"{public_id}.{int(moment, 16) - 1:x}.{mac}",
        "account": f"{other.public_id.hex}.{moment}.{mac}",
        "mac": f"{public_id}.{moment}.{'0' * 64}",
        "departement": token,
        "nonsense": "é.é.é",
    }[change]

    assert refused(site, forged)
    assert not Session.objects.exists()


def test_asking_changes_nothing(site, user):
    before = user.password
    ask(site, user.email)

    user.refresh_from_db()
    assert user.password == before
    assert not Session.objects.exists()


# --- an address ----------------------------------------------------------------------------------


@pytest.fixture
def on_paper(guardian):
    user = make_account(guardian, email=None, login="aminata.diallo.472")
    user.set_password(PASSWORD)
    user.save()
    return user


def test_an_address_is_taken_once_its_link_is_followed(site, on_paper, mailoutbox):
    site.sign_in(on_paper)
    given = site.post("/compte/adresse/", email="Nouvelle@Exemple.fr", password=PASSWORD)
    (message,) = delivered(mailoutbox)
    page = site.get(link_in(message))
    on_paper.refresh_from_db()
    assert on_paper.email is None  # a mail program opened the link, not the person

    done = site.post(link_in(message))

    on_paper.refresh_from_db()
    assert (given.status_code, page.status_code, done.status_code) == (302, 200, 302)
    assert on_paper.email == "nouvelle@exemple.fr"
    assert site.get(link_in(message)).status_code == 404


def test_no_recovery_by_an_address_that_is_not_confirmed(site, on_paper, mailoutbox):
    claim_address(user=on_paper, email="nouvelle@exemple.fr", at=AT)
    delivered(mailoutbox)

    ask_recovery(name="nouvelle@exemple.fr", at=AT)
    ask_recovery(name=on_paper.login, at=AT)

    assert delivered(mailoutbox) == []


def test_the_password_says_that_it_is_really_you(site, on_paper):
    site.sign_in(on_paper)

    response = site.post("/compte/adresse/", email="a@exemple.fr", password="un-autre")

    assert response.status_code == 422
    assert not AddressClaim.objects.exists()


def test_an_address_another_account_has_is_refused_to_who_reads_its_mail_alone(
    site, on_paper, mailoutbox
):
    make_account(make_family().guardians[0], email="prise@exemple.fr")
    site.sign_in(on_paper)
    given = site.post("/compte/adresse/", email="prise@exemple.fr", password=PASSWORD)
    (message,) = delivered(mailoutbox)

    done = site.post(link_in(message))

    assert given.status_code == 302  # as for any address
    assert done.status_code == 409
    on_paper.refresh_from_db()
    assert on_paper.email is None


def test_a_later_address_makes_the_former_link_useless(site, on_paper, mailoutbox):
    claim_address(user=on_paper, email="premiere@exemple.fr", at=AT)
    (message,) = delivered(mailoutbox)
    claim_address(user=on_paper, email="seconde@exemple.fr", at=AT)

    assert site.post(link_in(message)).status_code == 404
    on_paper.refresh_from_db()
    assert on_paper.email is None
