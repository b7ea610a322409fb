"""Grant a card, and give the difference when a status is proved later."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.db import connection, transaction
from psycopg.types.numeric import Int8

from billing.ledger import operations as ledger
from billing.ledger.operations import AccountKind, Gift
from commons.actors import Actor
from commons.arrays import array_of
from commons.audit import record_audit
from commons.identifiers import new_public_id, new_public_ids
from federation.passplus.engine import registering, spending
from federation.passplus.engine.campaign import Status
from federation.passplus.engine.facts import Facts
from federation.passplus.engine.refusals import CardGranted, ProofMissing
from federation.passplus.engine.registering import Grant
from federation.passplus.knowing import facts_of_rows
from federation.passplus.models import Campaign, Card
from federation.passplus.statements import named
from tenants.people.models import Pupil

BATCH = 5_000


@dataclasses.dataclass(frozen=True, slots=True)
class Renewed:
    """How many pupils were looked at, cards granted and cents given; the last row looked at."""

    pupils: int
    cards: int
    cents: int
    last: int


class _Granted(NamedTuple):
    """A card to write: whose, what was known of them, and what it gives."""

    public_id: str
    pupil_id: int
    facts: Facts
    given: Grant


def give_card(
    *,
    campaign: Campaign,
    pupil: Pupil,
    facts: Facts,
    actor: Actor,
    at: datetime.datetime,
    asked: bool = True,
    registered_on: datetime.date | None = None,
) -> Card:
    """
    Grant a card and its credit. Without `asked`, it is renewed by itself where the rules say so.

    What `grant_card` does, within the transaction of a larger act. Who asked in time is granted their
    card whenever it is studied: `registered_on` is the day they asked, that of the act if not given.

    :raises CardGranted: if the pupil has one already
    :raises NotEligible: if a condition does not hold, or is not known
    :raises ProofMissing: if something declared is not proved yet
    :raises RegistrationNotOpen: before the first day
    :raises RegistrationClosed: after the last one, for this year of birth
    """
    if Card.objects.filter(campaign=campaign, pupil=pupil).exists():
        raise CardGranted(card=str(pupil.public_id))
    rules = campaign.rules
    if asked or not registering.is_automatic(rules, facts):
        registering.check_registration(
            rules, facts.birth_date, on=registered_on or spending.day_of(at)
        )
    given = registering.grant(rules, facts)
    if given.waits_for:
        raise ProofMissing(facts=tuple(map(str, given.waits_for)))
    granted = _Granted(str(new_public_id()), pupil.pk, facts, given)
    if not _write(campaign, [granted], actor=actor, at=at):
        raise CardGranted(card=str(pupil.public_id))  # somebody granted it at the same moment
    card = Card.objects.select_related("campaign").get(public_id=granted.public_id)
    record_audit(
        actor=actor,
        action="passplus.card.granted",
        subject_type="Card",
        subject_id=card.public_id,
        at=at,
        campaign=campaign.code,
        pupil=str(pupil.public_id),
        status=card.status,
        cents=given.total_cents,
    )
    return card


grant_card = transaction.atomic(durable=True)(give_card)


def give_difference(
    *, card: Card, facts: Facts, actor: Actor, at: datetime.datetime
) -> Mapping[str, int]:
    """Take a proof of a status: the cents it adds, by purse; once, whatever was already spent.

    A purse that is no longer usable receives nothing: it would only go back. What `prove_status` does,
    within the transaction of a larger act.

    :raises TicketsClosed: after the last day of new tickets
    """
    held = _lock_card(card)
    rules = held.campaign.rules
    proved = registering.status_of(facts)
    gained = registering.top_up(
        rules, held=Status(held.status), proved=proved, on=spending.day_of(at)
    )
    if not gained:
        return {}
    held.status, held.facts = str(proved), facts.as_dict()
    held.save(update_fields=["status", "facts"])
    accounts = held.purses.values_list("code", "account_id")
    gifts = [
        Gift(account_id, gained[code], f"passplus:proof:{held.public_id}:{code}")
        for code, account_id in accounts
        if code in gained
    ]
    ledger.give(
        debit_account_id=held.campaign.budget_account_id,
        gifts=gifts,
        code="grant",
        actor=actor,
        at=at,
    )
    record_audit(
        actor=actor,
        action="passplus.card.topped_up",
        subject_type="Card",
        subject_id=held.public_id,
        at=at,
        status=held.status,
        cents=sum(gained.values()),
    )
    return gained


prove_status = transaction.atomic(durable=True)(give_difference)


@transaction.atomic(durable=True)
def renew_cards(
    *, campaign: Campaign, actor: Actor, at: datetime.datetime, after: int = 0, limit: int = BATCH
) -> Renewed:
    """
    Grant their card to those whom the rules give it without asking; `limit` pupils are looked at.

    In the order of their rows, from the one that follows `after`: `Renewed.last` is where to go on
    from. Who has one already is passed over, so that this may be cut off and begun again.

    :raises TicketsClosed: after the last day of new tickets: what is given could only go back
    """
    before = campaign.rules.tickets.issued_before
    if spending.day_of(at) >= before:
        raise spending.TicketsClosed(closed_on=before)
    born: dict[int, datetime.date | None] = dict(
        Pupil.objects.filter(pk__gt=after)
        .exclude(pass_cards__campaign=campaign)
        .order_by("pk")
        .values_list("pk", "birth_date")[:limit]
    )
    rules, known = campaign.rules, facts_of_rows(born, on=spending.day_of(at))
    found = [(pk, facts, registering.renewal(rules, facts)) for pk, facts in known.items()]
    renewed = [(pk, facts, given) for pk, facts, given in found if given is not None]
    ids = new_public_ids(len(renewed))
    granted = [_Granted(public_id, *one) for public_id, one in zip(ids, renewed, strict=True)]
    cards = _write(campaign, granted, actor=actor, at=at)
    cents = sum(card.given.total_cents for card in cards)
    if cards:
        record_audit(
            actor=actor,
            action="passplus.campaign.renewed",
            subject_type="Campaign",
            subject_id=campaign.public_id,
            at=at,
            cards=len(cards),
            cents=cents,
        )
    return Renewed(len(born), len(cards), cents, max(born, default=after))


def _write(
    campaign: Campaign, granted: Sequence[_Granted], *, actor: Actor, at: datetime.datetime
) -> list[_Granted]:
    """
    Write cards, their purses and their accounts, and credit these: four statements, however many they are.

    Returns those that were written: the unique key decides between two who grant at once.
    """
    if not granted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            named("write_cards"),
            [
                Int8(campaign.pk),
                at,
                array_of([card.public_id for card in granted]),
                array_of([card.pupil_id for card in granted]),
                array_of([card.given.status.value for card in granted]),
                json.dumps([card.facts.as_dict() for card in granted]),
            ],
        )
        rows: dict[int, int] = dict(cursor.fetchall())
        written = [card for card in granted if card.pupil_id in rows]
        purses = [
            (card, code, f"purse:{card.public_id}:{code}")
            for card in written
            for code in card.given.credits
        ]
        accounts = ledger.open_alike(
            kind=AccountKind.WALLET,
            codes=[name for _card, _code, name in purses],
            names=[code for _card, code, _name in purses],
            debits_must_not_exceed_credits=True,
        )
        cursor.execute(
            named("write_purses"),
            [
                array_of([rows[card.pupil_id] for card, _code, _name in purses]),
                array_of([code for _card, code, _name in purses]),
                array_of([accounts[name] for _card, _code, name in purses]),
            ],
        )
    ledger.give(
        debit_account_id=campaign.budget_account_id,
        gifts=[
            Gift(accounts[name], cents, f"passplus:grant:{card.public_id}:{code}")
            for card, code, name in purses
            if (cents := card.given.credits[code])
        ],
        code="grant",
        actor=actor,
        at=at,
    )
    return written


def _lock_card(card: Card) -> Card:
    return (
        Card.objects.select_for_update(of=("self",), no_key=True)
        .select_related("campaign")
        .get(pk=card.pk)
    )
