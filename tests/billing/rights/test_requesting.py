"""What a family does on its request: one at a time, taken up again, with an agreement word for word."""

from __future__ import annotations

import dataclasses

import pytest

from billing.rights import operations, queries
from billing.rights.access import access_own_household, access_own_request
from billing.rights.identity import AskedIdentity
from billing.rights.models import Consent, RightsRequest
from commons.errors import NotFound
from commons.models import OutboxEvent
from tenants.people.models import HouseholdMember
from tests.factories.canteen import Family, make_family
from tests.factories.portal import make_account
from tests.factories.rights import (
    NOW,
    PARENT,
    agree_and_ask,
    begin,
    chosen,
    make_asking_family,
    make_source,
    prices,
)
from tests.sources import AMINATA, TAX_NUMBER

pytestmark = pytest.mark.usefixtures("tenant_db")


@pytest.fixture
def family() -> Family:
    make_source("https://particulier.api.gouv.fr")
    return make_asking_family()


def test_a_household_has_one_request_under_way_and_takes_it_up_again(family: Family) -> None:
    first = begin(family)

    assert begin(family) == first
    assert RightsRequest.objects.count() == 1
    operations.abandon_request(request=first, actor=PARENT, at=NOW())
    assert begin(family) != first


def test_only_what_the_tariff_reads_is_offered(family: Family) -> None:
    """Val-de-Marne reads the quotient of the CAF: the tax office would lead to the highest price."""
    assert queries.ways_offered(on=NOW().date()) == ("CAF_MSA", "DOCUMENT", "MAXIMUM")

    with pytest.raises(operations.WayNotOffered):
        chosen(family, "TAX", identity=AskedIdentity(tax_number=TAX_NUMBER))
    assert RightsRequest.objects.get().way == ""


def test_without_a_source_a_document_or_the_maximum_remain() -> None:
    make_asking_family()

    assert queries.ways_offered(on=NOW().date()) == ("DOCUMENT", "MAXIMUM")


def test_nobody_asks_about_a_stranger(family: Family) -> None:
    stranger = dataclasses.replace(AMINATA, birth_name="Martin")

    with pytest.raises(operations.IdentityOfAnother):
        chosen(family, identity=AskedIdentity(civil=stranger))
    with pytest.raises(operations.IdentityInvalid):
        chosen(family, identity=AskedIdentity())

    assert RightsRequest.objects.get().sealed_identity is None


def test_the_identity_is_sealed_in_the_row(family: Family) -> None:
    request = chosen(family)

    request.refresh_from_db()
    sealed = bytes(request.sealed_identity or b"")
    assert b"Aminata" not in sealed
    assert AskedIdentity.unsealed(sealed).civil == AMINATA


def test_an_agreement_is_kept_word_for_word(family: Family) -> None:
    agree_and_ask(chosen(family))

    consent = Consent.objects.get()
    assert (consent.text_version, consent.given_by) == ("caf-2026-11", PARENT.id)
    assert "Hauts-de-Seine" in consent.text
    assert "quotient familial" in consent.text
    assert consent.guardian == family.guardians[0]


def test_another_text_than_the_one_to_agree_to_is_no_agreement(family: Family) -> None:
    request = chosen(family)

    with pytest.raises(operations.ConsentTextChanged):
        operations.consent_and_ask(
            request=request,
            text_version="impots-2026-11",
            guardian=family.guardians[0],
            actor=PARENT,
            at=NOW(),
        )

    assert not Consent.objects.exists()
    assert not OutboxEvent.objects.filter(name="rights.source.asked").exists()


def test_another_choice_ends_what_was_agreed_to(family: Family) -> None:
    request = chosen(family)
    operations.give_consent(
        request=request,
        text_version="caf-2026-11",
        guardian=family.guardians[0],
        actor=PARENT,
        at=NOW(),
    )

    left = chosen(family, "DOCUMENT")

    assert Consent.objects.get().withdrawn_at is not None
    assert (left.state, left.reason, left.sealed_identity) == (
        "TO_COMPLETE",
        "DOCUMENT_CHOSEN",
        None,
    )


def test_agreeing_twice_is_agreeing_once_and_taking_back_is_written(family: Family) -> None:
    request = chosen(family)
    for _time in range(2):
        operations.give_consent(
            request=request,
            text_version="caf-2026-11",
            guardian=family.guardians[0],
            actor=PARENT,
            at=NOW(),
        )
    assert Consent.objects.count() == 1

    operations.withdraw_consent(request=request, actor=PARENT, at=NOW())

    assert Consent.objects.get().withdrawn_at is not None
    with pytest.raises(operations.ConsentMissing):
        operations.withdraw_consent(request=request, actor=PARENT, at=NOW())


def test_the_maximum_is_decided_at_once(family: Family) -> None:
    request = chosen(family, "MAXIMUM")
    assert prices(family) == [(595, True)]

    decided = operations.choose_maximum(request=request, actor=PARENT, at=NOW())

    assert (decided.state, decided.is_automatic) == ("DECIDED", True)
    assert decided.resources is not None
    assert decided.resources.choose_maximum
    with pytest.raises(operations.RequestOver):
        operations.choose_maximum(request=request, actor=PARENT, at=NOW())


def test_a_request_is_of_the_household_and_of_nobody_else(family: Family) -> None:
    request = begin(family)
    user = make_account(family.guardians[0])
    other = make_account(make_family().guardians[0])

    assert access_own_request(user, request.public_id) == request
    assert access_own_household(user) == (family.household, family.guardians[0])
    with pytest.raises(NotFound):
        access_own_request(other, request.public_id)


def test_who_has_left_the_household_sees_its_requests_no_more(family: Family) -> None:
    request = begin(family)
    user = make_account(family.guardians[0])
    HouseholdMember.objects.filter(guardian=family.guardians[0]).update(valid_until=NOW().date())

    with pytest.raises(NotFound):
        access_own_request(user, request.public_id)
