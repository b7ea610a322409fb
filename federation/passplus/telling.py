"""Tell families before money goes back, and what was spent: once for each card and day.

A campaign says how many days before its last one (`warning_days`); where a purse is usable longer, the
days count back from its own. A clock that stopped for a while tells the latest warning, not all of them.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import F, QuerySet

from commons.outbox import record_event
from federation.passplus.engine.spending import day_of, start_of
from federation.passplus.models import Campaign, Card, Notice, Purse, Ticket

BATCH = 500
# How far back what was spent is still told: a clock may have stopped over a weekend.
SPENT_DAYS = 4
Kind = Notice.Kind
EVENTS = {
    Kind.CREDIT_ENDS: "passplus.credit.ending",
    Kind.TICKETS_END: "passplus.tickets.ending",
    Kind.USED: "passplus.card.used",
}
_ONE_DAY = datetime.timedelta(days=1)


def tell_families(*, at: datetime.datetime) -> int:
    """Ask for the messages that are due in every campaign of the département; how many."""
    today, told = day_of(at), 0
    for campaign in Campaign.objects.order_by("pk"):
        if start_of(campaign.rules.tickets.captured_before) <= at - SPENT_DAYS * _ONE_DAY:
            continue
        for kind, day, cards in _due(campaign, today=today):
            told += _tell(kind, day, cards, at=at)
    return told


def tell_corrected(
    ticket: Ticket, *, cents: int, is_undone: bool, is_to_purse: bool, at: datetime.datetime
) -> None:
    """Ask for a message: a ticket was taken back, or counts again. In the caller's transaction."""
    card = ticket.purse.card
    record_event(
        "passplus.ticket.corrected",
        aggregate=f"card:{card.public_id}",
        occurred_at=at,
        card=card.public_id,
        ticket=ticket.public_id,
        cents=cents,
        is_undone=is_undone,
        is_to_purse=is_to_purse,
    )


def warning_due(
    last: datetime.date, days: Collection[int], *, today: datetime.date
) -> datetime.date | None:
    """The latest day of warning that has come before a first day refused, if it has not come itself."""
    passed = [last - datetime.timedelta(days=count) for count in days]
    return max((day for day in passed if day <= today < last), default=None)


def _due(
    campaign: Campaign, *, today: datetime.date
) -> Iterable[tuple[Kind, datetime.date, list[int]]]:
    """What is to be told of a campaign today, and of which cards; some were told already."""
    rules = campaign.rules.tickets
    left = Purse.objects.filter(
        card__campaign=campaign,
        account__credits_posted__gt=F("account__debits_posted") + F("account__debits_pending"),
    )
    day = warning_due(rules.issued_before, rules.warning_days, today=today)
    if day is not None:
        yield Kind.CREDIT_ENDS, day, _cards(left.filter(usable_before__isnull=True))
    longer = left.filter(usable_before__gt=max(today, rules.issued_before))
    own_days = set(longer.values_list("usable_before", flat=True))
    for own in sorted(day for day in own_days if day is not None):
        day = warning_due(own, rules.warning_days, today=today)
        if day is not None:
            yield Kind.CREDIT_ENDS, day, _cards(longer.filter(usable_before=own))
    tickets = Ticket.objects.filter(purse__card__campaign=campaign)
    day = warning_due(rules.captured_before, rules.warning_days, today=today)
    if day is not None:
        waiting = tickets.filter(state=Ticket.State.MADE)
        yield Kind.TICKETS_END, day, _cards_of_tickets(waiting)
    for ago in range(SPENT_DAYS, 0, -1):
        spent = today - ago * _ONE_DAY
        used = tickets.filter(
            state=Ticket.State.CAPTURED,
            ended_at__gte=start_of(spent),
            ended_at__lt=start_of(spent + _ONE_DAY),
        )
        yield Kind.USED, spent, _cards_of_tickets(used)


def _cards(purses: QuerySet[Purse]) -> list[int]:
    return sorted(set(purses.values_list("card_id", flat=True)))


def _cards_of_tickets(tickets: QuerySet[Ticket]) -> list[int]:
    return sorted(set(tickets.values_list("purse__card_id", flat=True)))


def _tell(kind: Kind, day: datetime.date, cards: list[int], *, at: datetime.datetime) -> int:
    """Ask for a message for each card that had none of this kind about this day."""
    known = set(Notice.objects.filter(kind=kind, day=day).values_list("card_id", flat=True))
    fresh = [card for card in cards if card not in known]
    batches = (fresh[start : start + BATCH] for start in range(0, len(fresh), BATCH))
    return sum(_tell_batch(kind, day, batch, at=at) for batch in batches)


@transaction.atomic(durable=True)
def _tell_batch(kind: Kind, day: datetime.date, cards: list[int], *, at: datetime.datetime) -> int:
    """Some cards, in one transaction: two clocks at once tell each of them once."""
    locked = Card.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=cards)
    held = {card.pk: card for card in locked.order_by("pk")}
    known = Notice.objects.filter(kind=kind, day=day, card__in=held)
    for card_id in known.values_list("card_id", flat=True):
        del held[card_id]
    Notice.objects.bulk_create(
        Notice(card=card, kind=kind, day=day, told_at=at) for card in held.values()
    )
    for card in held.values():
        record_event(
            EVENTS[kind],
            aggregate=f"card:{card.public_id}",
            occurred_at=at,
            card=card.public_id,
            day=day.isoformat(),
        )
    return len(held)
