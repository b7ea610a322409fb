"""What the days of a campaign do by themselves: tickets that end, credit that goes back.

Run by the beat, as often as one likes: it does what is due and not done. Tickets first, since what they
release goes back to the département at once; then purses, `limit` of each at a time, passing over what
somebody holds at that moment.
"""

from __future__ import annotations

import dataclasses
import datetime

from django.db import transaction
from django.db.models import F, Q

from billing.ledger import operations as ledger
from billing.ledger.operations import TransferRequest
from commons.actors import Actor
from commons.audit import record_audit
from federation.passplus.engine import spending
from federation.passplus.engine.spending import Destination, Return
from federation.passplus.models import Campaign, Purse, Ticket, available_in
from federation.passplus.ticketing import given_back

BATCH = 500


@dataclasses.dataclass(frozen=True, slots=True)
class Swept:
    """How many tickets ended, how many purses were emptied, and the cents that went back."""

    tickets: int = 0
    purses: int = 0
    cents: int = 0


def keep_deadlines(*, actor: Actor, at: datetime.datetime) -> Swept:
    """Do what is due in every campaign of the département, batch after batch."""
    found = [Swept()]
    for campaign in Campaign.objects.select_related("budget_account").order_by("pk"):
        while (ended := end_tickets(campaign=campaign, actor=actor, at=at)).tickets:
            found.append(ended)
        while (emptied := empty_purses(campaign=campaign, actor=actor, at=at)).purses:
            found.append(emptied)
    return Swept(
        sum(one.tickets for one in found),
        sum(one.purses for one in found),
        sum(one.cents for one in found),
    )


@transaction.atomic(durable=True)
def end_tickets(
    *, campaign: Campaign, actor: Actor, at: datetime.datetime, limit: int = BATCH
) -> Swept:
    """End the tickets that can no longer be validated: their money goes back to the département."""
    if at < spending.expires_at(campaign.rules):
        return Swept()
    due = list(
        Ticket.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        .filter(purse__card__campaign=campaign, state=Ticket.State.MADE)
        .select_related("purse")
        .order_by("pk")[:limit]
    )
    lost = Return(Destination.DEPARTEMENT)
    moves = [move for ticket in due for move in given_back(ticket, campaign, lost)]
    ledger.post(transfers=moves, actor=actor, at=at)
    Ticket.objects.filter(pk__in=[ticket.pk for ticket in due]).update(
        state=Ticket.State.EXPIRED, ended_at=at
    )
    cents = sum(ticket.cents for ticket in due)
    _tell(campaign, "tickets_ended", actor=actor, at=at, tickets=len(due), cents=cents)
    return Swept(tickets=len(due), cents=cents)


@transaction.atomic(durable=True)
def empty_purses(
    *, campaign: Campaign, actor: Actor, at: datetime.datetime, limit: int = BATCH
) -> Swept:
    """Give back what is left in the purses whose last day has passed; tickets keep theirs."""
    day = spending.day_of(at)
    if day < campaign.rules.tickets.issued_before:
        return Swept()
    due = list(
        Purse.objects.filter(
            Q(usable_before__isnull=True) | Q(usable_before__lte=day),
            card__campaign=campaign,
            account__credits_posted__gt=F("account__debits_posted") + F("account__debits_pending"),
        ).order_by("account_id")[:limit]
    )
    owned = [purse.account_id for purse in due]
    accounts = ledger.lock_accounts(account_ids=[campaign.budget_account_id, *owned])
    # A ticket given up meanwhile may have given its purse some days more: read again, locked.
    kept = set(
        Purse.objects.filter(pk__in=[p.pk for p in due], usable_before__gt=day).values_list(
            "account_id", flat=True
        )
    )
    left = {
        account_id: available_in(accounts[account_id])
        for account_id in owned
        if account_id not in kept
    }
    ledger.post(
        transfers=[
            TransferRequest(
                debit_account_id=account_id,
                credit_account_id=campaign.budget_account_id,
                amount_cents=cents,
                code="sweep",
                reference=f"sweep:{accounts[account_id].public_id}:{at.isoformat()}",
            )
            for account_id, cents in left.items()
            if cents
        ],
        actor=actor,
        at=at,
    )
    swept = [cents for cents in left.values() if cents]
    _tell(campaign, "purses_emptied", actor=actor, at=at, purses=len(swept), cents=sum(swept))
    return Swept(purses=len(swept), cents=sum(swept))


def _tell(
    campaign: Campaign, what: str, *, actor: Actor, at: datetime.datetime, **counts: int
) -> None:
    if any(counts.values()):
        record_audit(
            actor=actor,
            action=f"passplus.campaign.{what}",
            subject_type="Campaign",
            subject_id=campaign.public_id,
            at=at,
            **counts,
        )
