"""Grant a card, and give the difference when a status is proved later."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction

from billing.ledger import operations as ledger
from billing.ledger.operations import AccountKind, AccountRequest, TransferRequest
from commons.actors import Actor
from commons.audit import record_audit
from commons.identifiers import new_public_id
from federation.passplus.engine import registering, spending
from federation.passplus.engine.campaign import Status
from federation.passplus.engine.facts import Facts
from federation.passplus.engine.refusals import CardGranted, ProofMissing
from federation.passplus.knowing import facts_of
from federation.passplus.models import Campaign, Card, Purse
from tenants.people.models import Pupil

BATCH = 5_000


@dataclasses.dataclass(frozen=True, slots=True)
class Renewed:
    """How many pupils were looked at, cards granted and cents given; the last row looked at."""

    pupils: int
    cards: int
    cents: int
    last: int


@transaction.atomic(durable=True)
def grant_card(
    *,
    campaign: Campaign,
    pupil: Pupil,
    facts: Facts,
    actor: Actor,
    at: datetime.datetime,
    asked: bool = True,
) -> Card:
    """
    Grant a card and its credit. Without `asked`, it is renewed by itself where the rules say so.

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
        registering.check_registration(rules, facts.birth_date, on=spending.day_of(at))
    given = registering.grant(rules, facts)
    if given.waits_for:
        raise ProofMissing(facts=tuple(map(str, given.waits_for)))
    written = _insert(campaign, [(pupil.pk, given.status, facts)], at=at)
    if not written:  # somebody granted it at the same moment
        raise CardGranted(card=str(pupil.public_id))
    (card,) = written
    _open_and_credit(campaign, [(card, given.credits)], actor=actor, at=at)
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


@transaction.atomic(durable=True)
def prove_status(
    *, card: Card, facts: Facts, actor: Actor, at: datetime.datetime
) -> Mapping[str, int]:
    """Take a proof of a status: the cents it adds, by purse; once, whatever was already spent.

    A purse that is no longer usable receives nothing: it would only go back.

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
    _credit(held.campaign, [(purse, gained) for purse in held.purses.all()], actor=actor, at=at)
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
    pupils = list(
        Pupil.objects.filter(pk__gt=after)
        .exclude(pass_cards__campaign=campaign)
        .order_by("pk")[:limit]
    )
    known = facts_of(pupils, on=spending.day_of(at))
    rules = campaign.rules
    renewed = {
        pupil.pk: known[pupil.pk]
        for pupil in pupils
        if registering.is_automatic(rules, known[pupil.pk])
    }
    given = {pk: registering.grant(rules, facts) for pk, facts in renewed.items()}
    cards = _insert(
        campaign, [(pk, given[pk].status, facts) for pk, facts in renewed.items()], at=at
    )
    _open_and_credit(
        campaign, [(card, given[card.pupil_id].credits) for card in cards], actor=actor, at=at
    )
    cents = sum(given[card.pupil_id].total_cents for card in cards)
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
    return Renewed(len(pupils), len(cards), cents, pupils[-1].pk if pupils else after)


def _insert(
    campaign: Campaign,
    granted: Iterable[tuple[int, Status, Facts]],
    *,
    at: datetime.datetime,
) -> list[Card]:
    """The cards that were written: the unique key decides between two who grant at once."""
    asked = Card.objects.bulk_create(
        [
            Card(
                campaign=campaign,
                pupil_id=pupil_id,
                status=str(status),
                facts=facts.as_dict(),
                granted_at=at,
            )
            for pupil_id, status, facts in granted
        ],
        ignore_conflicts=True,
    )
    return list(Card.objects.filter(public_id__in=[card.public_id for card in asked]))


def _open_and_credit(
    campaign: Campaign,
    credits_of: Sequence[tuple[Card, Mapping[str, int]]],
    *,
    actor: Actor,
    at: datetime.datetime,
) -> None:
    """Open the purses of new cards, each with its account, and credit them: three statements."""
    codes = [purse.code for purse in campaign.rules.purses]
    purses = [(card, code) for card, _cents in credits_of for code in codes]
    accounts = ledger.open_accounts(
        accounts=[
            AccountRequest(
                code=f"purse:{card.public_id}:{code}",
                kind=AccountKind.WALLET,
                name=code,
                debits_must_not_exceed_credits=True,
            )
            for card, code in purses
        ]
    )
    cents_by_card = {card.pk: cents for card, cents in credits_of}
    written = Purse.objects.bulk_create(
        Purse(card=card, code=code, account=account)
        for (card, code), account in zip(purses, accounts, strict=True)
    )
    _credit(
        campaign, [(purse, cents_by_card[purse.card_id]) for purse in written], actor=actor, at=at
    )


def _credit(
    campaign: Campaign,
    credits_of: Iterable[tuple[Purse, Mapping[str, int]]],
    *,
    actor: Actor,
    at: datetime.datetime,
) -> None:
    ledger.post(
        transfers=[
            TransferRequest(
                debit_account_id=campaign.budget_account_id,
                credit_account_id=purse.account_id,
                amount_cents=cents_by_purse[purse.code],
                code="grant",
                reference=f"passplus:grant:{new_public_id()}",
            )
            for purse, cents_by_purse in credits_of
            if cents_by_purse.get(purse.code)
        ],
        actor=actor,
        at=at,
    )


def _lock_card(card: Card) -> Card:
    return (
        Card.objects.select_for_update(of=("self",), no_key=True)
        .select_related("campaign")
        .get(pk=card.pk)
    )
