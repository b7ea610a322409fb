"""What a holder sees: cards, purses, tickets, and what became of each euro. Amounts are cents.

A page of several children takes as many statements as one of a single child.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime
import enum
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Prefetch, Q

from billing.ledger.models import Transfer, TransferKind
from federation.passplus.engine import spending
from federation.passplus.engine.campaign import Campaign as Rules
from federation.passplus.engine.campaign import Domain
from federation.passplus.models import (
    Campaign,
    Card,
    Counted,
    Purse,
    Ticket,
    available_in,
    read_rules,
)
from federation.passplus.queries import place_of

if TYPE_CHECKING:
    from tenants.people.models import Pupil

ONE_DAY = datetime.timedelta(days=1)


@dataclasses.dataclass(frozen=True, slots=True)
class HeldPurse:
    """A purse on a day. `until` is the last day on which its credit can go on a ticket."""

    code: str
    label: str
    domains: tuple[Domain, ...]
    available_cents: int
    held_cents: int
    credited_cents: int
    until: datetime.date
    is_open: bool

    @property
    def spendable_cents(self) -> int:
        """What may go on a ticket today."""
        return self.available_cents if self.is_open else 0


@dataclasses.dataclass(frozen=True, slots=True)
class CardOnDay:
    """What a card is on a day. `made_until` and `used_until` are the last days to make and to use tickets."""

    label: str
    is_illustrative: bool
    opens_on: datetime.date
    made_until: datetime.date
    used_until: datetime.date
    days_left: int
    purses: tuple[HeldPurse, ...]

    @property
    def is_open(self) -> bool:
        """Whether a ticket can be made of one of its purses today."""
        return any(purse.is_open for purse in self.purses)

    @property
    def spendable_cents(self) -> int:
        return sum(purse.spendable_cents for purse in self.purses)

    @property
    def held_cents(self) -> int:
        return sum(purse.held_cents for purse in self.purses)


@dataclasses.dataclass(frozen=True, slots=True)
class HeldCard(CardOnDay):
    """A card on a day, with its row."""

    row: Card


def cards_of(
    pupils: Collection[uuid.UUID], *, on: datetime.date
) -> Mapping[uuid.UUID, list[HeldCard]]:
    """The cards of some pupils that may still serve on a day, the latest campaign first."""
    if not pupils:
        return {}
    cards = (
        Card.objects.filter(pupil__public_id__in=pupils)
        .select_related("campaign", "pupil")
        .prefetch_related(Prefetch("purses", Purse.objects.select_related("account")))
        .order_by("-campaign_id")
    )
    found: dict[uuid.UUID, list[HeldCard]] = collections.defaultdict(list)
    for card in cards:
        if on < card.campaign.rules.tickets.captured_before:
            found[card.pupil.public_id].append(held_card(card, on=on))
    return dict(found)


def open_card_of(pupil: Pupil, *, on: datetime.date) -> HeldCard | None:
    """The card of which a ticket can be made on a day, if there is one."""
    held = cards_of([pupil.public_id], on=on).get(pupil.public_id, [])
    return next((card for card in held if card.is_open), None)


def last_day_of(ticket: Ticket) -> datetime.date:
    """The last day on which a partner can take it."""
    return ticket.purse.card.campaign.rules.tickets.captured_before - ONE_DAY


def all_cards_of(pupil: Pupil) -> list[Card]:
    """Every card a pupil ever had, the latest campaign first."""
    cards = Card.objects.filter(pupil=pupil).select_related("campaign").prefetch_related("purses")
    return list(cards.order_by("-campaign_id"))


@dataclasses.dataclass(frozen=True, slots=True)
class ReadCard(CardOnDay):
    """A card that one statement read, with its holder's `numbers`."""

    public_id: str
    numbers: Sequence[Mapping[str, str]]


def read_cards(rows: Iterable[Mapping[str, Any]], *, on: datetime.date) -> list[ReadCard]:
    """The cards that may still serve on a day, from what a statement read of them and their purses.

    :raises RulesUnread: if this process did not read a campaign yet
    """
    found = []
    for row in rows:
        rules = read_rules(row["digest"])
        if on >= rules.tickets.captured_before:
            continue
        purses = {one["code"]: _read_purse(rules, one, on=on) for one in row["purses"]}
        card = ReadCard(
            public_id=row["public_id"],
            numbers=row["numbers"],
            label=row["label"],
            is_illustrative=row["is_illustrative"],
            **_on_day(rules, purses, on=on),
        )
        found.append(card)
    return found


class _Counted(NamedTuple):
    credits_posted: int
    debits_posted: int
    debits_pending: int


def _read_purse(rules: Rules, row: Mapping[str, Any], *, on: datetime.date) -> HeldPurse:
    before = row["usable_before"]
    return _held(
        rules,
        row["code"],
        account=_Counted(row["credits_posted"], row["debits_posted"], row["debits_pending"]),
        usable_before=datetime.date.fromisoformat(before) if before else None,
        on=on,
    )


def held_card(card: Card, *, on: datetime.date) -> HeldCard:
    """A card as it is on a day."""
    campaign, rules = card.campaign, card.campaign.rules
    purses = {
        one.code: _held(
            rules, one.code, account=one.account, usable_before=one.usable_before, on=on
        )
        for one in card.purses.all()
    }
    return HeldCard(
        row=card,
        label=campaign.label,
        is_illustrative=campaign.is_illustrative,
        **_on_day(rules, purses, on=on),
    )


def _on_day(rules: Rules, held: Mapping[str, HeldPurse], *, on: datetime.date) -> dict[str, Any]:
    """What the rules say of a card on a day, its purses in their order."""
    purses = tuple(held[one.code] for one in rules.purses)
    made_until = max(purse.until for purse in purses)
    return {
        "opens_on": rules.tickets.issued_from,
        "made_until": made_until,
        "used_until": rules.tickets.captured_before - ONE_DAY,
        "days_left": max((made_until - on).days + 1, 0),
        "purses": purses,
    }


def _held(
    rules: Rules,
    code: str,
    *,
    account: Counted,
    usable_before: datetime.date | None,
    on: datetime.date,
) -> HeldPurse:
    described = spending.purse_of(rules, code)
    before = spending.swept_on(rules, usable_before)
    return HeldPurse(
        code=code,
        label=described.label,
        domains=described.domains,
        available_cents=available_in(account),
        held_cents=account.debits_pending,
        credited_cents=account.credits_posted,
        until=before - ONE_DAY,
        is_open=rules.tickets.issued_from <= on < before,
    )


def ready_tickets(cards: Collection[Card]) -> list[Ticket]:
    """The tickets of some cards that can be shown to a partner, the latest first."""
    found = Ticket.objects.filter(purse__card__in=cards, state=Ticket.State.MADE)
    return list(found.select_related("purse__card", "made_out_to").order_by("-pk"))


class Happened(enum.StrEnum):
    """What changes what a holder has."""

    GRANTED = "GRANTED"
    TOPPED_UP = "TOPPED_UP"
    SWEPT = "SWEPT"
    CORRECTED = "CORRECTED"
    MADE = "MADE"
    CAPTURED = "CAPTURED"
    CANCELLED = "CANCELLED"
    LOST = "LOST"
    EXPIRED = "EXPIRED"


@dataclasses.dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened to a card: the cents it gave (more than 0), took, or left as they were.

    `shown_cents` are those of the ticket, whatever it changed.
    """

    at: datetime.datetime
    what: Happened
    cents: int
    shown_cents: int
    purse: str
    ticket: uuid.UUID | None = None
    partner: str = ""


_TAKEN = {Happened.CAPTURED, Happened.LOST, Happened.EXPIRED, Happened.MADE}
_RETURN = "return"


def history_of(card: Card) -> list[Moment]:
    """
    Everything that happened to a card, the latest first: its tickets, and the other movements.

    The cents of all moments together are what its purses have left for new tickets.
    """
    labels = {one.code: one.label for one in card.campaign.rules.purses}
    purses = {one.account_id: labels[one.code] for one in card.purses.all()}
    tickets = {
        str(ticket.public_id): ticket
        for ticket in Ticket.objects.filter(purse__card=card).select_related(
            "purse", "captured_by", "captured_away", "made_out_to"
        )
    }
    moments = [_moment_of(one, labels[one.purse.code]) for one in tickets.values()]
    posted = Transfer.objects.filter(
        Q(credit_account_id__in=purses) | Q(debit_account_id__in=purses),
        kind=TransferKind.POSTED,
    )
    for transfer in posted.order_by("pk"):
        ticket = tickets.get(transfer.reference.removeprefix(f"{_RETURN}:"))
        if transfer.code != _RETURN:
            moments.append(_movement(card, transfer, purses))
        elif ticket is not None and ticket.state == Ticket.State.CAPTURED:  # the rest of it
            lost = dataclasses.replace(_movement(card, transfer, purses), what=Happened.LOST)
            moments.append(dataclasses.replace(lost, ticket=ticket.public_id))
    return sorted(moments, key=lambda one: one.at, reverse=True)


def _moment_of(ticket: Ticket, purse: str) -> Moment:
    what = Happened(ticket.state)
    shown = ticket.cents if ticket.captured_cents is None else ticket.captured_cents
    made_out_to = ticket.made_out_to.name if ticket.made_out_to else ""
    return Moment(
        at=ticket.ended_at or ticket.made_at,
        what=what,
        cents=-shown if what in _TAKEN else 0,
        shown_cents=shown,
        purse=purse,
        ticket=ticket.public_id,
        partner=place_of(ticket) or made_out_to,
    )


def _movement(card: Card, transfer: Transfer, purses: Mapping[int, str]) -> Moment:
    is_gain = transfer.credit_account_id in purses
    what = {"grant": Happened.TOPPED_UP, "sweep": Happened.SWEPT}.get(
        transfer.code, Happened.CORRECTED
    )
    if what is Happened.TOPPED_UP and transfer.booked_at == card.granted_at:
        what = Happened.GRANTED
    purse = purses[transfer.credit_account_id if is_gain else transfer.debit_account_id]
    cents = transfer.amount_cents if is_gain else -transfer.amount_cents
    return Moment(transfer.booked_at, what, cents, transfer.amount_cents, purse)


def has_campaign() -> bool:
    """Whether the département ever published a campaign: without one, nothing speaks of Pass+."""
    return Campaign.objects.exists()
