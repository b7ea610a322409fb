"""What a département should be: the life of a campaign as the engine tells it, and what is undone.

`engine.life` makes, validates and gives up tickets. This adds what tills and agents do with a validated one:
it is put back within its minute, or taken back by a correction, which may be undone. It reads no row.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Collection, Sequence

from federation.passplus.engine.campaign import Campaign, Domain, LateCancellation
from federation.passplus.engine.facts import Facts
from federation.passplus.engine.life import BUDGET, CAPTURED, PURSE, Life, TicketState, Whereabouts
from federation.passplus.engine.life import Ticket as Made
from federation.passplus.engine.spending import Destination, Return, day_of, swept_on
from federation.passplus.permits import CancellationWaits
from federation.passplus.putting_back import UndoTooLate
from federation.passplus.reimbursing.operations import CorrectionSpent, CorrectionTooMuch

MINUTE = datetime.timedelta(minutes=1)


@dataclasses.dataclass(slots=True)
class Taken:
    """A validation at a till: of which ticket, for whom, when it was written."""

    ticket: str
    holder: str
    partner: str
    booked_at: datetime.datetime
    is_undone: bool = False


@dataclasses.dataclass(slots=True)
class TakenBack:
    """What a correction took of a ticket."""

    ticket: str
    partner: str | None
    cents: int
    is_to_purse: bool = False


class Told(Life):
    """A campaign, its tills and its corrections; `moved` are the tickets and cards to compare."""

    def __init__(self, campaign: Campaign) -> None:
        super().__init__(campaign)
        self.made_at: dict[str, datetime.datetime] = {}
        self.running: dict[str, list[datetime.datetime]] = {}  # permits of a partner: sent by
        self.back_at_once: dict[
            str, int
        ] = {}  # of a validated ticket: what went to the département
        self.taken_back: dict[str, int] = {}
        self.undone = 0
        self.moved_tickets: set[str] = set()
        self.moved_cards: set[str] = set()

    def grant(
        self, card: str, facts: Facts, *, at: datetime.datetime, asked: bool = True
    ) -> dict[str, int]:
        """As the engine."""
        given = super().grant(card, facts, at=at, asked=asked)
        self.moved_cards.add(card)
        return dict(given)

    def prove(self, card: str, facts: Facts, *, at: datetime.datetime) -> dict[str, int]:
        """As the engine."""
        gained = super().prove(card, facts, at=at)
        self.moved_cards.add(card)
        return dict(gained)

    def make_ticket(
        self,
        ticket: str,
        *,
        card: str,
        purse: str,
        cents: int,
        at: datetime.datetime,
        partner: str | None = None,
        partner_domains: Collection[Domain] | None = None,
    ) -> Made:
        """As the engine."""
        made = super().make_ticket(
            ticket, card=card, purse=purse, cents=cents, at=at, partner=partner,
            partner_domains=partner_domains,
        )  # fmt: skip
        self.made_at[ticket] = at
        self._moves(ticket)
        return made

    def capture(
        self,
        ticket: str,
        *,
        partner: str,
        at: datetime.datetime,
        cents: int | None = None,
        partner_domains: Collection[Domain] | None = None,
    ) -> int:
        """As the engine; what went back to the département with it is remembered."""
        was, before = self.tickets[ticket].state, self.returned_cents
        taken = super().capture(
            ticket, partner=partner, at=at, cents=cents, partner_domains=partner_domains
        )
        if was is TicketState.MADE:
            self.back_at_once[ticket] = self.returned_cents - before
            self._moves(ticket)
        return taken

    def cancel(self, ticket: str, *, at: datetime.datetime) -> Destination:
        """As the engine, unless a phone without network may have taken it."""
        made = self.tickets[ticket]
        if made.state is TicketState.MADE and made.partner is not None:
            permits = self.running.get(made.partner, ())
            if any(sent_by > at for sent_by in permits):
                raise CancellationWaits
        to = super().cancel(ticket, at=at)
        self._moves(ticket)
        return to

    def put_back(self, ticket: str, *, at: datetime.datetime, since: datetime.datetime) -> None:
        """
        Undo a validation that was written at a moment: the ticket holds again what can be.

        :raises UndoTooLate: after a minute, on the last day, or once it was taken back
        """
        made = self.tickets[ticket]
        is_over = day_of(at) >= self.campaign.tickets.captured_before
        if at > since + MINUTE or is_over or self.taken_back.get(ticket):
            raise UndoTooLate
        purse, taken = _purse_of(made), made.captured_cents
        self.books.post(f"{CAPTURED}{made.captured_by}", CAPTURED, taken)
        self.books.post(CAPTURED, purse, taken)
        back = self.back_at_once.pop(ticket)
        if back:
            self.books.post(BUDGET, purse, back)
            self.returned_cents -= back
        made.cents = min(made.cents, self.books.available(purse))
        self.books.hold(ticket, purse, CAPTURED, made.cents)
        made.state, made.captured_by, made.captured_cents = TicketState.MADE, None, 0
        self.undone += 1
        self._moves(ticket)

    def left_of(self, ticket: str, partner: str | None) -> int:
        """What corrections may still take of a ticket that a partner validated."""
        made = self.tickets[ticket]
        taken = made.captured_cents if made.captured_by == partner else 0
        return taken - self.taken_back.get(ticket, 0)

    def take_back(self, lines: Sequence[TakenBack], *, at: datetime.datetime) -> None:
        """
        Take validated money back, to the purses that can still be used, else to the département.

        :raises CorrectionTooMuch: if less is left of a ticket
        """
        if any(line.cents > self.left_of(line.ticket, line.partner) for line in lines):
            raise CorrectionTooMuch
        for line in lines:
            made = self.tickets[line.ticket]
            line.is_to_purse = self._is_usable(made, at=at)
            target = _purse_of(made) if line.is_to_purse else BUDGET
            self.books.post(f"{CAPTURED}{made.captured_by}", target, line.cents)
            self.returned_cents += 0 if line.is_to_purse else line.cents
            self._add_taken(line.ticket, line.cents)

    def give_again(self, lines: Sequence[TakenBack]) -> None:
        """
        Undo what a correction took back.

        :raises CorrectionSpent: if a purse no longer has it
        """
        asked: dict[str, int] = {}
        for line in lines:
            if line.is_to_purse:
                purse = _purse_of(self.tickets[line.ticket])
                asked[purse] = asked.get(purse, 0) + line.cents
        if any(self.books.available(purse) < cents for purse, cents in asked.items()):
            raise CorrectionSpent
        for line in lines:
            made = self.tickets[line.ticket]
            source = _purse_of(made) if line.is_to_purse else BUDGET
            self.books.post(source, f"{CAPTURED}{made.captured_by}", line.cents)
            self.returned_cents -= 0 if line.is_to_purse else line.cents
            self._add_taken(line.ticket, -line.cents)

    def whereabouts(self) -> Whereabouts:
        """As the engine, in one walk of the accounts."""
        purses = held = captured = 0
        for name in self.books.names():
            if name.startswith(PURSE):
                purses += self.books.available(name)
                held += self.books.held(name)
            elif name.startswith(CAPTURED):
                captured += self.books.balance(name)
        return Whereabouts(self.granted_cents, purses, held, captured, 0, self.returned_cents)

    def _is_usable(self, made: Made, *, at: datetime.datetime) -> bool:
        """Whether what comes back to a purse can still be spent; where the rules are kind, some days more."""
        rules, day, card = self.campaign.tickets, day_of(at), self.cards[made.card]
        if day < swept_on(self.campaign, card.usable_before.get(made.purse)):
            return True
        is_kind = rules.late_cancellation is LateCancellation.RESTORED
        if not is_kind or day >= rules.captured_before:
            return False
        until = min(day + datetime.timedelta(days=rules.restored_days), rules.captured_before)
        card.usable_before[made.purse] = until
        self._due[until].add((made.card, made.purse))
        return True

    def _add_taken(self, ticket: str, cents: int) -> None:
        self.taken_back[ticket] = self.taken_back.get(ticket, 0) + cents
        self._moves(ticket)

    def _moves(self, ticket: str) -> None:
        self.moved_tickets.add(ticket)
        self.moved_cards.add(self.tickets[ticket].card)

    def _give_back(self, name: str, ticket: Made, back: Return) -> None:
        super()._give_back(name, ticket, back)
        self._moves(name)

    def _sweep(self, card: str, purse: str) -> None:
        super()._sweep(card, purse)
        self.moved_cards.add(card)


def _purse_of(made: Made) -> str:
    return f"{PURSE}{made.card}:{made.purse}"
