"""Pass+ of two families, for the matrix: a card each, and a ticket that waits to be shown."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

from federation.passplus import operations
from federation.passplus.engine.campaign import CardKind
from federation.passplus.models import Campaign, Card, Ticket
from tests.factories.canteen import Family
from tests.factories.passplus import PROVED, STRICT, kind
from tests.factories.tariffs import ACTOR

KEY = "0192f3a0-0000-7000-8000-000000000001"
_NUMBER = {"kind": "BADGE", "number": "92 0001 2345"}
_TICKET = {"purse": "culture", "amount": "5", "key": KEY}
# The forms of the portal.
FORMS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "a ticket made": ("portal:ticket-new", "pupil", _TICKET),
    "a ticket made of a stranger's": ("portal:ticket-new", "stranger", _TICKET),
    "a card linked": ("portal:card-numbers", "pupil", _NUMBER),
    "a card linked of a stranger's": ("portal:card-numbers", "stranger", _NUMBER),
    "a ticket given up": ("portal:ticket-cancel", "ticket", {}),
    "a stranger's ticket given up": ("portal:ticket-cancel", "strangers_ticket", {}),
}
# A ticket that waits to be shown was not taken.
NOTHING_YET = (
    "partner.distanceMetres",  # from nowhere
    "passTicket.endedAt",
    "passTicket.taken.cents",
    "passTicket.taken.currency",
    "passTicket.taken.formatted",
)
# What the pages of a ticket are about.
PARAMETERS = dict.fromkeys(("ticket", "ticket-show", "ticket-document", "ticket-cancel"), "ticket")


def carded(family: Family, other: Family, *, at: datetime.datetime) -> dict[str, Any]:
    """A campaign that runs, and what two families have of it."""
    campaign = _campaign(at)
    mine, others = (_card(campaign, one, at=at) for one in (family, other))
    operations.link_number(card=mine, kind=CardKind.BADGE, number="9200056789", actor=ACTOR, at=at)
    return {
        "ticket": _ticket(mine, at=at),
        "strangers_ticket": _ticket(others, at=at),
    }


def _campaign(at: datetime.datetime) -> Campaign:
    """The rules of 2023, whose tickets can still be made at that moment."""
    year = datetime.timedelta(days=366)
    tickets = dataclasses.replace(
        kind().tickets,
        issued_before=STRICT.tickets.issued_before + year,
        captured_before=STRICT.tickets.captured_before + year,
    )
    registration = dataclasses.replace(
        STRICT.registration, registered_before=STRICT.registration.registered_before + year
    )
    rules = dataclasses.replace(
        STRICT, code="92-autre-2024", scheme="autre-92", tickets=tickets, registration=registration
    )  # beside the campaign of the registrations
    return operations.publish_campaign(rules=rules, actor=ACTOR, at=at)


def _card(campaign: Campaign, family: Family, *, at: datetime.datetime) -> Card:
    return operations.grant_card(
        campaign=campaign, pupil=family.pupil, facts=PROVED, actor=ACTOR, at=at
    )


def _ticket(card: Card, *, at: datetime.datetime) -> Ticket:
    return operations.make_ticket(
        card=card, purse="sport", cents=10_00, key="matrix", actor=ACTOR, at=at
    )
