"""Grant a card, and give the difference when a status is proved later."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping

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
from federation.passplus.models import Campaign, Card, Purse
from tenants.people.models import Pupil


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
    rules = campaign.rules
    if asked or not registering.is_automatic(rules, facts):
        registering.check_registration(rules, facts.birth_date, on=spending.day_of(at))
    given = registering.grant(rules, facts)
    if given.waits_for:
        raise ProofMissing(facts=tuple(map(str, given.waits_for)))
    card = _insert_once(campaign, pupil, given.status, facts, at=at)
    purses = _open_purses(card, [purse.code for purse in rules.purses])
    _credit(campaign, purses, given.credits, actor=actor, at=at)
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
    _credit(held.campaign, held.purses.select_related("account"), gained, actor=actor, at=at)
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


def _insert_once(
    campaign: Campaign, pupil: Pupil, status: Status, facts: Facts, *, at: datetime.datetime
) -> Card:
    """The unique key decides between two who grant at once."""
    (card,) = Card.objects.bulk_create(
        [
            Card(
                campaign=campaign,
                pupil=pupil,
                status=str(status),
                facts=facts.as_dict(),
                granted_at=at,
            )
        ],
        ignore_conflicts=True,
    )
    written = Card.objects.filter(public_id=card.public_id).first()
    if written is None:
        raise CardGranted(card=str(pupil.public_id))
    return written


def _open_purses(card: Card, codes: Iterable[str]) -> list[Purse]:
    requests = [
        AccountRequest(
            code=f"purse:{new_public_id()}",
            kind=AccountKind.WALLET,
            name=code,
            debits_must_not_exceed_credits=True,
        )
        for code in codes
    ]
    accounts = ledger.open_accounts(accounts=requests)
    return Purse.objects.bulk_create(
        Purse(card=card, code=account.name, account=account) for account in accounts
    )


def _credit(
    campaign: Campaign,
    purses: Iterable[Purse],
    cents_by_purse: Mapping[str, int],
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
            for purse in purses
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
