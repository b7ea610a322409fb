"""The life of a campaign in memory: events in order of time, and where every euro granted is.

What `socle passplus replay` plays and what the database is compared with. It holds no rule of its own:
`registering` and `spending` decide, `books` moves. Deadlines are kept before each event, in the order
of their days, as the beat keeps them in production.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime
import enum
from collections.abc import Collection, Iterator, Mapping

from federation.passplus.engine import registering, spending
from federation.passplus.engine.books import Books
from federation.passplus.engine.campaign import Campaign, Domain, Status
from federation.passplus.engine.facts import Facts
from federation.passplus.engine.refusals import (
    CardGranted,
    CardUnknown,
    NothingToReimburse,
    OtherPartner,
    ProofMissing,
    TicketMade,
    TicketOver,
    TicketUnknown,
)
from federation.passplus.engine.spending import Destination, Return, day_of, start_of

BUDGET = "budget"
CAPTURED = "captured:"
PURSE = "purse:"
REIMBURSED = "reimbursed:"


class TicketState(enum.StrEnum):
    """DOMAIN rule 38; `printed` is not a state of the money."""

    MADE = "MADE"
    CAPTURED = "CAPTURED"
    CANCELLED = "CANCELLED"
    LOST = "LOST"
    EXPIRED = "EXPIRED"


@dataclasses.dataclass(slots=True)
class Card:
    """A card that was granted: its status, and the purses that are usable longer than the others."""

    status: Status
    usable_before: dict[str, datetime.date] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(slots=True)
class Ticket:
    """A ticket: the purse it draws on, what it holds, and who may validate it."""

    card: str
    purse: str
    cents: int
    partner: str | None
    state: TicketState = TicketState.MADE
    captured_by: str | None = None
    captured_cents: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where the euros granted are, in cents; together they are what was granted."""

    granted: int
    purses: int
    held: int
    captured: int
    reimbursed: int
    returned: int

    @property
    def is_whole(self) -> bool:
        """Whether every cent granted is in exactly one place."""
        return self.granted == (
            self.purses + self.held + self.captured + self.reimbursed + self.returned
        )


_GIVEN_UP = {
    TicketState.CANCELLED: Destination.PURSE,
    TicketState.LOST: Destination.DEPARTEMENT,
}


class Life:
    """A campaign from its first day on."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        self.books = Books(bounded=(PURSE, CAPTURED))
        self.cards: dict[str, Card] = {}
        self.tickets: dict[str, Ticket] = {}
        self.granted_cents = 0
        self.returned_cents = 0
        self._due: dict[datetime.date, set[tuple[str, str]]] = collections.defaultdict(set)
        self._tickets_end = False

    def reach(self, at: datetime.datetime) -> None:
        """Keep the deadlines that have passed by now, in the order of their days."""
        for day in sorted(day for day in self._due if start_of(day) <= at):
            for card, purse in sorted(self._due.pop(day)):
                self._sweep(card, purse)
        if not self._tickets_end and at >= spending.expires_at(self.campaign):
            self._tickets_end = True
            for name, ticket in self.tickets.items():
                if ticket.state is TicketState.MADE:
                    self._give_back(name, ticket, Return(Destination.DEPARTEMENT))
                    ticket.state = TicketState.EXPIRED

    def grant(
        self, card: str, facts: Facts, *, at: datetime.datetime, asked: bool = True
    ) -> Mapping[str, int]:
        """
        Grant a card; the cents of each purse. Without `asked`, it is renewed by itself.

        :raises CardGranted: if it was already
        :raises NotEligible: if a condition does not hold, or is not known
        :raises ProofMissing: if something declared is not proved yet
        :raises RegistrationNotOpen: before the first day
        :raises RegistrationClosed: after the last one
        """
        if card in self.cards:
            raise CardGranted(card=card)
        if asked or not registering.is_automatic(self.campaign, facts):
            registering.check_registration(self.campaign, facts.birth_date, on=day_of(at))
        given = registering.grant(self.campaign, facts)
        if given.waits_for:
            raise ProofMissing(facts=tuple(map(str, given.waits_for)))
        self.cards[card] = Card(given.status)
        self._credit(card, given.credits)
        return given.credits

    def prove(self, card: str, facts: Facts, *, at: datetime.datetime) -> Mapping[str, int]:
        """
        Take a proof of a status: what it adds, by purse; once.

        :raises CardUnknown: if there is no such card
        :raises TicketsClosed: after the last day of new tickets
        """
        held = self._card(card)
        proved = registering.status_of(facts)
        gained = registering.top_up(self.campaign, held=held.status, proved=proved, on=day_of(at))
        if gained:
            held.status = proved
            self._credit(card, gained)
        return gained

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
    ) -> Ticket:
        """
        Keep an amount of one purse aside for a partner, whoever or a given one.

        :raises DomainError: as `spending.check_ticket`; if the card is unknown, or the name used
        """
        if ticket in self.tickets:
            raise TicketMade(ticket=ticket)
        held = self._card(card)
        spending.check_ticket(
            self.campaign,
            spending.purse_of(self.campaign, purse),
            cents=cents,
            available_cents=self.books.available(_purse(card, purse)),
            at=at,
            usable_before=held.usable_before.get(purse),
            partner_domains=partner_domains,
        )
        self.books.hold(ticket, _purse(card, purse), CAPTURED, cents)
        self.tickets[ticket] = Ticket(card, purse, cents, partner)
        return self.tickets[ticket]

    def capture(
        self,
        ticket: str,
        *,
        partner: str,
        at: datetime.datetime,
        cents: int | None = None,
        partner_domains: Collection[Domain] | None = None,
    ) -> int:
        """
        Validate a ticket, in full or in part; the cents that the partner is owed for it.

        The same again changes nothing, as in the product.

        :raises TicketOver: if it was validated or given up before, or is too old
        :raises OtherPartner: if it is made out to somebody else
        :raises DomainError: as `spending.capture` and `spending.check_domain`
        """
        made = self._known(ticket)
        taken = made.cents if cents is None else cents
        if (made.captured_by, made.captured_cents) == (partner, taken):
            return taken
        self._refuse_over(ticket, made)
        if made.partner not in (None, partner):
            raise OtherPartner(ticket=ticket)
        spending.check_domain(spending.purse_of(self.campaign, made.purse), partner_domains)
        rest = spending.capture(self.campaign, held_cents=made.cents, cents=taken, at=at)
        self.books.resolve(ticket, taken)
        self.books.post(CAPTURED, CAPTURED + partner, taken)
        made.state, made.captured_by, made.captured_cents = TicketState.CAPTURED, partner, taken
        if rest is not None:
            self._settle_rest(made, made.cents - taken, rest)
        return taken

    def cancel(self, ticket: str, *, at: datetime.datetime) -> Destination:
        """
        Give a ticket up; where its money went. Again changes nothing.

        :raises TicketOver: if it was validated or given up before, or is too old
        :raises CancellationRefused: if it would be lost, in a campaign that does not allow that
        """
        made = self._known(ticket)
        if made.state in _GIVEN_UP:
            return _GIVEN_UP[made.state]
        self._refuse_over(ticket, made)
        back = spending.cancel(self.campaign, at=at)
        self._give_back(ticket, made, back)
        is_lost = back.to is Destination.DEPARTEMENT
        made.state = TicketState.LOST if is_lost else TicketState.CANCELLED
        return back.to

    def reimburse(self, partner: str) -> int:
        """
        Pay a partner all that they are owed; the cents.

        :raises NothingToReimburse: if nothing is
        """
        cents = self.books.balance(CAPTURED + partner)
        if not cents:
            raise NothingToReimburse(partner=partner)
        self.books.post(CAPTURED + partner, REIMBURSED + partner, cents)
        return cents

    def whereabouts(self) -> Whereabouts:
        """Where the euros granted are now."""
        names = self.books.names()
        purses = [name for name in names if name.startswith(PURSE)]
        return Whereabouts(
            granted=self.granted_cents,
            purses=sum(map(self.books.available, purses)),
            held=sum(map(self.books.held, purses)),
            captured=sum(self.books.balance(n) for n in names if n.startswith(CAPTURED)),
            reimbursed=sum(self.books.balance(n) for n in names if n.startswith(REIMBURSED)),
            returned=self.returned_cents,
        )

    def purses_of(self, card: str) -> Iterator[tuple[str, int, int]]:
        """Each purse of a card: its code, what is available, what tickets hold."""
        self._card(card)
        for purse in self.campaign.purses:
            account = _purse(card, purse.code)
            yield purse.code, self.books.available(account), self.books.held(account)

    def _credit(self, card: str, cents_by_purse: Mapping[str, int]) -> None:
        for purse, cents in cents_by_purse.items():
            if cents:
                self.books.post(BUDGET, _purse(card, purse), cents)
                self.granted_cents += cents
            self._due[spending.swept_on(self.campaign, None)].add((card, purse))

    def _card(self, card: str) -> Card:
        if card not in self.cards:
            raise CardUnknown(card=card)
        return self.cards[card]

    def _known(self, ticket: str) -> Ticket:
        if ticket not in self.tickets:
            raise TicketUnknown(ticket=ticket)
        return self.tickets[ticket]

    @staticmethod
    def _refuse_over(name: str, ticket: Ticket) -> None:
        if ticket.state is not TicketState.MADE:
            raise TicketOver(ticket=name, state=str(ticket.state))

    def _give_back(self, name: str, ticket: Ticket, back: Return) -> None:
        self.books.resolve(name, 0)
        self._settle_rest(ticket, ticket.cents, back)

    def _settle_rest(self, ticket: Ticket, cents: int, back: Return) -> None:
        """What a ticket released is in its purse: leave it there, or give it back."""
        if back.to is Destination.DEPARTEMENT:
            self._return(_purse(ticket.card, ticket.purse), cents)
        elif back.usable_before is not None:
            held = self.cards[ticket.card]
            longest = max(
                held.usable_before.get(ticket.purse, back.usable_before), back.usable_before
            )
            held.usable_before[ticket.purse] = longest
            self._due[longest].add((ticket.card, ticket.purse))

    def _sweep(self, card: str, purse: str) -> None:
        """Give back what is left in a purse, unless it became usable longer meanwhile."""
        if any((card, purse) in later for later in self._due.values()):
            return
        left = self.books.available(_purse(card, purse))
        if left:
            self._return(_purse(card, purse), left)

    def _return(self, account: str, cents: int) -> None:
        self.books.post(account, BUDGET, cents)
        self.returned_cents += cents


def _purse(card: str, purse: str) -> str:
    return f"{PURSE}{card}:{purse}"
