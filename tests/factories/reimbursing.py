"""Partners who are paid: Anne prepares, Bruno approves, in the autumn of 2023."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal

from commons.actors import Actor
from federation.passplus import ibans
from federation.passplus import operations as passplus
from federation.passplus.engine.pricing import Line, Pricing
from federation.passplus.models import (
    Card,
    Partner,
    PartnerRun,
    PayingAccount,
    ReimbursementRules,
    Ticket,
)
from federation.passplus.reimbursing import operations
from tests.factories.passplus import AUTUMN, new_key, noon
from tests.factories.tariffs import ACTOR

ANNE = Actor(kind="user", id="anne")
BRUNO = Actor(kind="user", id="bruno")
NOVEMBER, DECEMBER = noon("2023-11-06"), noon("2023-12-04")


def captured(
    card: Card,
    partner: Partner,
    cents: int,
    *,
    purse: str = "sport",
    at: datetime.datetime = AUTUMN,
    made_at: datetime.datetime | None = None,
) -> Ticket:
    """A ticket that a partner validated."""
    made = passplus.make_ticket(
        card=card, purse=purse, cents=cents, key=new_key(), actor=ACTOR, at=made_at or at
    )
    return passplus.capture_ticket(code=made.code, partner=partner, actor=ACTOR, at=at)


def prepared(until: str = "2023-11-01", *, at: datetime.datetime = NOVEMBER) -> PartnerRun:
    return operations.prepare_run(until=datetime.date.fromisoformat(until), actor=ANNE, at=at)


def approved(until: str = "2023-11-01", *, at: datetime.datetime = NOVEMBER) -> PartnerRun:
    return operations.approve_run(run=prepared(until, at=at), actor=BRUNO, at=at)


def priced(
    *,
    code: str = "remboursement-essai",
    valid_from: str,
    lines: Sequence[Line] = (Line(rate=Decimal(100)),),
) -> ReimbursementRules:
    rules = Pricing(
        code=code,
        departement="92",
        label="Remboursement d'essai",
        valid_from=datetime.date.fromisoformat(valid_from),
        is_illustrative=True,
        legal_basis="Essai",
        source_note="Essai",
        lines=tuple(lines),
    )
    return operations.publish_pricing(rules=rules, actor=ANNE, at=AUTUMN)


def with_account(
    partner: Partner, iban: str = "FR1420041010050500013M02606", *, at: datetime.datetime = AUTUMN
) -> Partner:
    """A partner whose account was given, then checked by somebody."""
    given = ibans.give_iban(partner=partner, iban=iban, holder=partner.name, actor=ACTOR, at=at)
    ibans.confirm_iban(iban=given, actor=ANNE, at=at)
    return partner


def paying() -> PayingAccount:
    return operations.open_paying_account(
        holder="Régie Pass+ des Hauts-de-Seine",
        iban="FR76 3000 6000 0112 3456 7890 189",
        bic="AGRIFRPP",
        actor=ANNE,
        at=AUTUMN,
    )
