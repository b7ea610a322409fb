"""Hauts-de-Seine and Yvelines agree on Pass+: captures across, a month that is paid, one that waits.

Made once both are filled, through the real operations, each side in its own context.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection

from commons.actors import Actor
from federation.passplus import operations as passplus
from federation.passplus import queries as cards
from federation.passplus.engine.spending import start_of
from federation.passplus.models import Card, Partner
from federation.reciprocity import operations, queries
from tenants.registry import contexts

ACTOR = Actor.command("socle seed")
PARTIES = ("d92", "d78")
CODES = {"d92": "92", "d78": "78"}
SIGNATORIES = {"d92": "La présidente, essai", "d78": "Le président, essai"}
DOMAINS = ("CULTURE", "SPORT")
LEGAL_BASIS = "Délibérations d'essai des deux départements"
AMOUNTS = (8_00, 12_50, 6_00, 15_00, 9_90, 5_00)
EACH_MONTH = 4
NOON = datetime.timedelta(hours=12)
Say = Callable[[str], object]


def agree_on_passplus(*, codes: Collection[str], today: datetime.date, say: Say) -> None:
    """The agreement, three months of captures both ways, and two statements."""
    if not set(CODES.values()) <= set(codes):
        return
    months = _months(today)
    _sign_both(months[0])
    for schema in PARTIES:
        with contexts.tenant(schema):
            passplus.list_partners(at=_noon(months[0]))
    taken = sum(
        _spend(holder, partner, day, cents)
        for rank, month in enumerate(months)
        for step, cents in enumerate(AMOUNTS[:EACH_MONTH])
        for holder, partner in (PARTIES, PARTIES[::-1])[: 2 if step < 2 else 1]
        if (day := month + datetime.timedelta(days=3 * step + rank)) < today
    )
    say(f"Pass+ entre départements : {taken} tickets pris dans l'autre département.")
    if taken:
        _state(months, today)


def _months(today: datetime.date) -> list[datetime.date]:
    """The first days of the two months that are over, and of this one."""
    found = [today.replace(day=1)]
    for _count in range(2):
        found.insert(0, (found[0] - datetime.timedelta(days=1)).replace(day=1))
    return found


def _noon(day: datetime.date) -> datetime.datetime:
    return start_of(day) + NOON


def _sign_both(first_day: datetime.date) -> None:
    signed_at = _noon(first_day - datetime.timedelta(days=20))
    with contexts.tenant(PARTIES[0]):
        operations.propose_agreement(
            departement_code=CODES[PARTIES[1]],
            directions=operations.Directions(ours_there=DOMAINS, theirs_here=DOMAINS),
            valid_from=first_day,
            legal_basis=LEGAL_BASIS,
            signatory=SIGNATORIES[PARTIES[0]],
            actor=ACTOR,
            at=signed_at,
        )
    with contexts.tenant(PARTIES[1]):
        (proposal,) = queries.agreements()
        operations.sign_agreement(
            agreement=proposal,
            signatory=SIGNATORIES[PARTIES[1]],
            actor=ACTOR,
            at=signed_at + datetime.timedelta(days=2),
        )


def _spend(holder: str, partner: str, day: datetime.date, cents: int) -> int:
    """A ticket of one, taken in the other; how many: 0 where nobody has enough left."""
    with contexts.tenant(holder):
        found = _ticket(day, cents)
    if found is None:
        return 0
    code, domains = found
    with contexts.tenant(partner):
        club = next(
            (one for one in Partner.objects.order_by("-pk") if set(one.domains) & domains), None
        )
        if club is None:
            return 0
        passplus.take_ticket(
            text=f"{CODES[holder]} {code}",
            partner=club,
            actor=ACTOR,
            at=_noon(day) + datetime.timedelta(hours=3),
        )
    return 1


def _ticket(day: datetime.date, cents: int) -> tuple[str, set[str]] | None:
    """A ticket made that day, by the latest card that can; its code, and what its purse pays for."""
    made = _noon(day)
    granted = Card.objects.filter(granted_at__lte=made).select_related("campaign").order_by("-pk")
    for card in granted[:200]:
        rules = card.campaign.rules
        if not rules.tickets.issued_from <= day < rules.tickets.issued_before:
            continue
        for purse in cards.purses_of(card):
            if purse.available_cents < cents:
                continue
            ticket = passplus.make_ticket(
                card=card,
                purse=purse.code,
                cents=cents,
                key=f"seed:{day.isoformat()}:{cents}",
                actor=ACTOR,
                at=made,
            )
            described = rules.purse(purse.code)
            assert described is not None
            return ticket.code, set(map(str, described.domains))
    return None


def _state(months: list[datetime.date], today: datetime.date) -> None:
    """The first month is accepted by both and paid; the second waits for Yvelines."""
    for rank, month in enumerate(months[:2]):
        at = _noon(months[rank + 1] + datetime.timedelta(days=2))
        if at.date() > today:
            return
        with contexts.tenant(PARTIES[0]):
            try:
                made = operations.prepare_statement(
                    departement_code=CODES[PARTIES[1]], month=month, actor=ACTOR, at=at
                )
            except operations.NothingToState:
                continue
            passplus.sign_statement(
                statement=made, signatory="Le payeur du 92, essai", actor=ACTOR, at=at
            )
        if rank == 0:
            _accept_and_pay(at + datetime.timedelta(days=3))


def _accept_and_pay(at: datetime.datetime) -> None:
    with contexts.tenant(PARTIES[1]):
        made = queries.statements().latest("month")
        passplus.sign_statement(
            statement=made, signatory="Le payeur du 78, essai", actor=ACTOR, at=at
        )
    for schema in PARTIES:
        with contexts.tenant(schema):
            made = queries.statements().latest("month")
            if made.owes_cents(schema) < 0:
                passplus.record_settlement(
                    statement=made, reference="VIR essai", received_on=at.date(), actor=ACTOR, at=at
                )
    for schema in PARTIES:
        with contexts.tenant(schema):
            passplus.book_settlements(actor=ACTOR, at=at)
