"""Partners: who they are to families, where they are paid, and until when they take tickets."""

from __future__ import annotations

import dataclasses
import datetime
from decimal import Decimal

import pytest
from django.db import connection

from commons.actors import Actor
from commons.models import OutboxEvent
from federation.passplus import operations
from federation.passplus.engine.campaign import Domain
from federation.passplus.models import Partner, PartnerIban
from federation.passplus.operations import PartnerDetails
from tests.factories.passplus import AUTUMN, make_partner
from tests.factories.tariffs import ACTOR

pytestmark = pytest.mark.usefixtures("tenant_db")

IBAN = "FR76 3000 6000 0112 3456 7890 189"
OTHER = "DE89 3704 0044 0532 0130 00"
COLLEAGUE = Actor.system("clock")
DETAILS = PartnerDetails(
    kind="ASSOCIATION",
    activities="Judo,  jiu-jitsu",
    town="Nanterre",
    postal_code="92000",
    latitude=Decimal("48.89198"),
    longitude=Decimal("2.20675"),
    site="https://judo.example.org",
    email="bureau@judo.example.org",
    phone="01 47 00 00 00",
)


def _sealed() -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(sealed_iban, '' ORDER BY id) FROM passplus_partneriban")
        (found,) = cursor.fetchone()
    return bytes(found)


def test_a_partner_is_paid_where_a_second_person_checked() -> None:
    partner = make_partner()
    with pytest.raises(operations.IbanMissing):
        operations.open_iban(partner)
    given = operations.give_iban(
        partner=partner, iban=IBAN, holder=" Judo  Club ", actor=ACTOR, at=AUTUMN
    )

    with pytest.raises(operations.IbanMissing):
        operations.open_iban(partner)
    with pytest.raises(operations.IbanOfOneself):
        operations.confirm_iban(iban=given, actor=ACTOR, at=AUTUMN)
    operations.confirm_iban(iban=given, actor=COLLEAGUE, at=AUTUMN)

    assert operations.open_iban(partner) == IBAN.replace(" ", "")
    assert (given.holder, given.ending) == ("Judo Club", "0189")
    assert IBAN.replace(" ", "").encode() not in _sealed()

    second = operations.give_iban(
        partner=partner, iban=OTHER, holder="Club", actor=ACTOR, at=AUTUMN
    )
    assert operations.open_iban(partner) == IBAN.replace(" ", "")
    operations.confirm_iban(iban=second, actor=COLLEAGUE, at=AUTUMN)
    assert operations.open_iban(partner) == OTHER.replace(" ", "")
    with pytest.raises(operations.IbanNotWaiting):
        operations.confirm_iban(iban=given, actor=COLLEAGUE, at=AUTUMN)
    assert PartnerIban.objects.filter(closed_at=None).count() == 1
    assert OutboxEvent.objects.filter(name="passplus.iban.given").count() == 2


@pytest.mark.parametrize(
    ("iban", "holder", "field"),
    [
        ("FR76 3000 6000 0112 3456 7890 188", "Club", "iban"),
        ("BR15 0000 0000 0000 1093 2840 814P 2", "Club", "iban"),
        (IBAN, "  ", "account_holder"),
        (IBAN, "x" * 141, "account_holder"),
    ],
)
def test_an_account_that_cannot_be_paid_is_refused(iban: str, holder: str, field: str) -> None:
    with pytest.raises(operations.IbanInvalid) as refused:
        operations.give_iban(
            partner=make_partner(), iban=iban, holder=holder, actor=ACTOR, at=AUTUMN
        )

    assert refused.value.details == {"field": field}
    assert not PartnerIban.objects.exists()


def test_what_families_read_is_tidied_and_found_without_accents() -> None:
    partner = operations.change_partner(
        partner=make_partner(),
        name="École  de judo",
        domains=[Domain.SPORT, Domain.LEISURE],
        details=DETAILS,
        actor=ACTOR,
        at=AUTUMN,
    )

    partner.refresh_from_db()
    assert partner.search_key == "ecole de judo judo jiu jitsu nanterre"
    assert (partner.name, partner.phone, partner.town) == (
        "École de judo",
        "0147000000",
        "Nanterre",
    )
    assert (partner.latitude, partner.domains) == (Decimal("48.891980"), ["LEISURE", "SPORT"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "SECT"),
        ("postal_code", "9200"),
        ("site", "javascript:alert(1)"),
        ("email", "bureau"),
        ("phone", "123"),
        ("latitude", Decimal(91)),
        ("longitude", None),
        ("description", "x" * 601),
    ],
)
def test_a_field_that_cannot_be_changes_nothing(field: str, value: object) -> None:
    partner = make_partner()
    with pytest.raises(operations.PartnerInvalid) as refused:
        operations.change_partner(
            partner=partner,
            name="Autre nom",
            domains=[Domain.SPORT],
            details=dataclasses.replace(DETAILS, **{field: value}),
            actor=ACTOR,
            at=AUTUMN,
        )

    assert refused.value.details == {"field": field}
    assert Partner.objects.get().name == partner.name


def test_who_ended_can_come_back_and_keeps_what_it_is_owed() -> None:
    partner = make_partner()
    with pytest.raises(operations.ReasonMissing):
        operations.end_affiliation(partner=partner, reason="  ", actor=ACTOR, at=AUTUMN)
    operations.end_affiliation(partner=partner, reason="Le club ferme.", actor=ACTOR, at=AUTUMN)
    with pytest.raises(operations.PartnerOver):
        operations.end_affiliation(partner=partner, reason="Encore", actor=ACTOR, at=AUTUMN)
    later = AUTUMN + datetime.timedelta(days=90)

    def again() -> Partner:
        return operations.affiliate_partner(
            name="Le même", siret=partner.siret, domains=[Domain.CULTURE], actor=ACTOR, at=later
        )

    back = again()
    assert (back.pk, back.account_id) == (partner.pk, partner.account_id)
    assert (back.affiliated_at, back.ended_at, back.ended_because) == (later, None, "")
    with pytest.raises(operations.PartnerAffiliated):
        again()
