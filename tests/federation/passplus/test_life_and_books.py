"""The same events in memory and in the database: the same answers, and the same cents everywhere."""

from __future__ import annotations

import dataclasses
import datetime
import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.ledger import queries as ledger
from commons.errors import DomainError
from federation.passplus import operations
from federation.passplus.engine.campaign import Campaign as Rules
from federation.passplus.engine.campaign import Domain
from federation.passplus.engine.life import Life
from federation.passplus.models import Campaign, Card, Partner, Ticket
from federation.passplus.queries import due_cents, purses_of, standing_of
from tests.factories.canteen import make_family
from tests.factories.passplus import FACTS, PROVED, STRICT, kind, make_partner, noon, publish
from tests.factories.tariffs import ACTOR

pytestmark = pytest.mark.usefixtures("tenant_db")
PARTNERS = {"judo": (Domain.SPORT,), "rex": (Domain.CULTURE,)}
_events = st.lists(
    st.tuples(
        st.sampled_from(
            ("grant", "prove", "ticket", "ticket", "capture", "capture", "cancel", "clock")
        ),
        st.sampled_from(("a", "b")),
        st.sampled_from("tuv"),
        st.sampled_from(("sport", "culture")),
        st.sampled_from(tuple(PARTNERS)),
        st.integers(1, 45_00),
        st.integers(0, 60 * 24),
    ),
    min_size=5,
    max_size=25,
)


_examples = itertools.count(1)  # each example has a campaign of its own


class Database:
    """The product, asked by the names that a script uses."""

    def __init__(self, campaign: Campaign, partners: dict[str, Partner]) -> None:
        self.campaign, self.partners = campaign, partners
        self.cards: dict[str, Card] = {}
        self.tickets: dict[str, Ticket] = {}
        self.pupils = {name: make_family().pupil for name in "ab"}

    def grant(self, card: str, at: datetime.datetime) -> None:
        self.cards[card] = operations.grant_card(
            campaign=self.campaign, pupil=self.pupils[card], facts=FACTS, actor=ACTOR, at=at
        )

    def prove(self, card: str, at: datetime.datetime) -> None:
        operations.prove_status(card=self.cards[card], facts=PROVED, actor=ACTOR, at=at)

    def make(self, ticket: str, card: str, purse: str, cents: int, at: datetime.datetime) -> None:
        self.tickets[ticket] = operations.make_ticket(
            card=self.cards[card], purse=purse, cents=cents, key=ticket, actor=ACTOR, at=at
        )

    def capture(self, ticket: str, partner: str, cents: int, at: datetime.datetime) -> None:
        operations.capture_ticket(
            code=self.tickets[ticket].code, partner=self.partners[partner], cents=cents,
            actor=ACTOR, at=at,
        )  # fmt: skip

    def cancel(self, ticket: str, at: datetime.datetime) -> None:
        operations.cancel_ticket(ticket=self.tickets[ticket], actor=ACTOR, at=at)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rules=st.sampled_from([STRICT, kind(45)]), events=_events)
def test_the_database_lives_as_the_engine_does(rules: Rules, events) -> None:
    renamed = dataclasses.replace(rules, code=f"essai-{next(_examples)}")
    life = Life(renamed)
    there = Database(
        publish(renamed), {name: make_partner(*domains) for name, domains in PARTNERS.items()}
    )
    at = noon("2023-08-01")
    for event in [*events, ("clock", "a", "t", "sport", "judo", 1, 3 * 366 * 24)]:
        at += datetime.timedelta(hours=event[-1])
        life.reach(at)
        operations.keep_deadlines(actor=ACTOR, at=at)

        said = _said(lambda event=event, at=at: _live(life, event, at))
        done = _said(lambda event=event, at=at: _do(there, life, event, at))

        assert said == done
        _agree(life, there)
    assert not standing_of(there.campaign).purses
    assert ledger.reconcile() == []


def _said(act) -> str:
    try:
        act()
    except DomainError as refusal:
        return refusal.code
    return "done"


def _live(life: Life, event, at: datetime.datetime) -> None:
    do, card, ticket, purse, partner, cents, _ = event
    match do:
        case "grant":
            life.grant(card, FACTS, at=at)
        case "prove" if card in life.cards:
            life.prove(card, PROVED, at=at)
        case "ticket" if card in life.cards and ticket not in life.tickets:
            life.make_ticket(ticket, card=card, purse=purse, cents=cents, at=at)
        case "capture" if ticket in life.tickets:
            life.capture(
                ticket, partner=partner, cents=cents, at=at, partner_domains=PARTNERS[partner]
            )
        case "cancel" if ticket in life.tickets:
            life.cancel(ticket, at=at)


def _do(there: Database, life: Life, event, at: datetime.datetime) -> None:
    """The same in the database, where what was never made is not asked for either."""
    do, card, ticket, purse, partner, cents, _ = event
    match do:
        case "grant":
            there.grant(card, at)
        case "prove" if card in there.cards:
            there.prove(card, at)
        case "ticket" if card in there.cards and ticket not in there.tickets:
            there.make(ticket, card, purse, cents, at)
        case "capture" if ticket in there.tickets:
            there.capture(ticket, partner, cents, at)
        case "cancel" if ticket in there.tickets:
            there.cancel(ticket, at)


def _agree(life: Life, there: Database) -> None:
    found, standing = life.whereabouts(), standing_of(there.campaign)
    assert standing.is_whole
    assert (found.granted, found.purses, found.held, found.captured, found.returned) == (
        dataclasses.astuple(standing)
    )
    assert set(life.cards) == set(there.cards)
    for name, card in there.cards.items():
        stored = [(one.code, one.available_cents, one.held_cents) for one in purses_of(card)]
        assert stored == list(life.purses_of(name))
    for name, ticket in there.tickets.items():
        ticket.refresh_from_db()
        assert ticket.state == str(life.tickets[name].state)
    for name, partner in there.partners.items():
        assert due_cents(partner) == life.books.balance(f"captured:{name}")
