"""Pass+ cards and partners, as somebody has them in the autumn of 2023 in Hauts-de-Seine."""

from __future__ import annotations

import dataclasses
import datetime
import itertools

from stdnum import luhn

from federation.passplus import operations
from federation.passplus.campaign_files import CAMPAIGNS_FOLDER, load_campaign
from federation.passplus.engine.campaign import Campaign as Rules
from federation.passplus.engine.campaign import Domain, LateCancellation
from federation.passplus.engine.facts import ClassLevel, Fact, Facts
from federation.passplus.engine.spending import PARIS
from federation.passplus.models import Campaign, Card, Partner
from tenants.people.models import Pupil
from tests.factories.canteen import make_family
from tests.factories.tariffs import ACTOR

STRICT = load_campaign(CAMPAIGNS_FOLDER / "92-pass-plus-2023.yaml")
FACTS = Facts(
    birth_date=datetime.date(2012, 5, 4),
    home="92",
    school="92",
    class_level=ClassLevel.FIFTH,
    bursary=True,
    awarded=frozenset(),
    proved=frozenset(Fact) - {Fact.BURSARY},
)
PROVED = dataclasses.replace(FACTS, proved=frozenset(Fact))
_partners = itertools.count(1)
_keys = itertools.count(1)


def noon(day: str) -> datetime.datetime:
    """Noon in Paris."""
    return datetime.datetime.combine(datetime.date.fromisoformat(day), datetime.time(12), PARIS)


AUTUMN = noon("2023-10-02")


def kind(days: int = 30) -> Rules:
    """The same rules, but what is given up too late comes back for some days."""
    tickets = dataclasses.replace(
        STRICT.tickets, late_cancellation=LateCancellation.RESTORED, restored_days=days
    )
    return dataclasses.replace(STRICT, tickets=tickets)


def publish(rules: Rules = STRICT) -> Campaign:
    return operations.publish_campaign(rules=rules, actor=ACTOR, at=noon("2023-05-15"))


def of_2024() -> Rules:
    """The same rules a year later: cards are granted, and tickets made, in the autumn of 2024."""
    last = datetime.date(2025, 7, 1)
    return dataclasses.replace(
        STRICT,
        code="92-pass-plus-2024",
        registration=dataclasses.replace(STRICT.registration, registered_before=last, windows=()),
        tickets=dataclasses.replace(
            STRICT.tickets, issued_before=last, captured_before=datetime.date(2026, 7, 1)
        ),
    )


def make_card(
    campaign: Campaign | None = None, *, pupil: Pupil | None = None, facts: Facts = FACTS
) -> Card:
    """A card of 40 € for sport and 40 € for culture; its bursary is declared, not proved."""
    return operations.grant_card(
        campaign=campaign or publish(),
        pupil=pupil or make_family().pupil,
        facts=facts,
        actor=ACTOR,
        at=AUTUMN,
    )


def make_partner(*domains: Domain) -> Partner:
    stem = f"{next(_partners):08d}"
    siren = stem + luhn.calc_check_digit(stem)
    siret = siren + "0001"
    return operations.affiliate_partner(
        name=f"Club {siren}",
        siret=siret + luhn.calc_check_digit(siret),
        domains=domains or (Domain.SPORT,),
        actor=ACTOR,
        at=AUTUMN,
    )


def new_key() -> str:
    return f"key-{next(_keys)}"
