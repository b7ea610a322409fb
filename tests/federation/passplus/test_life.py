"""A campaign lived at random: every cent granted is in one place, and no purse gives what it has not."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commons.errors import DomainError
from federation.passplus.engine import spending
from federation.passplus.engine.books import Books, BooksBroken
from federation.passplus.engine.campaign import Campaign, LateCancellation
from federation.passplus.engine.life import PURSE, Life, TicketState
from federation.passplus.engine.spending import CancellationRefused, Destination
from tests.factories.passplus import FACTS, PROVED, STRICT, noon

PARTNERS = {"judo": STRICT.purses[0].domains, "rex": STRICT.purses[1].domains}


def campaign(late: LateCancellation, *, days: int = 0) -> Campaign:
    tickets = dataclasses.replace(STRICT.tickets, late_cancellation=late, restored_days=days)
    return dataclasses.replace(STRICT, tickets=tickets)


def begun(rules: Campaign) -> Life:
    """Léa has 40 € for sport, all of it on a ticket made on the last day."""
    life = Life(rules)
    life.grant("lea", FACTS, at=noon("2023-09-01"))
    life.make_ticket("t", card="lea", purse="sport", cents=40_00, at=noon("2024-06-30"))
    life.reach(noon("2024-07-02"))
    return life


def test_a_late_cancellation_loses_the_money_where_the_rule_is_strict() -> None:
    life = begun(campaign(LateCancellation.LOST))
    assert spending.is_lost_by_cancelling(life.campaign, at=noon("2024-07-02"))

    assert life.cancel("t", at=noon("2024-07-02")) is Destination.DEPARTEMENT

    assert life.tickets["t"].state is TicketState.LOST
    assert life.whereabouts().returned == 80_00


def test_a_late_cancellation_is_refused_before_it_loses_anything_where_the_rule_says_so() -> None:
    life = begun(campaign(LateCancellation.REFUSED))

    with pytest.raises(CancellationRefused):
        life.cancel("t", at=noon("2024-07-02"))

    assert life.capture("t", partner="judo", at=noon("2024-07-03")) == 40_00


def test_a_late_cancellation_gives_the_money_back_for_some_days_where_the_rule_is_kind() -> None:
    life = begun(campaign(LateCancellation.RESTORED, days=30))

    assert life.cancel("t", at=noon("2024-07-02")) is Destination.PURSE

    assert {purse: left for purse, left, _ in life.purses_of("lea")} == {
        "sport": 40_00,
        "culture": 0,
    }
    life.make_ticket("again", card="lea", purse="sport", cents=15_00, at=noon("2024-07-31"))
    life.reach(noon("2024-08-01"))
    assert life.whereabouts().purses == 0
    assert life.capture("again", partner="judo", at=noon("2025-06-30")) == 15_00
    assert life.whereabouts().is_whole


def test_what_is_restored_never_outlives_the_last_validations() -> None:
    life = begun(campaign(LateCancellation.RESTORED, days=366))

    life.cancel("t", at=noon("2025-06-30"))

    with pytest.raises(spending.TicketsClosed):
        life.make_ticket("late", card="lea", purse="sport", cents=1, at=noon("2025-07-01"))
    life.reach(noon("2025-07-01"))
    assert life.whereabouts().returned == 80_00


def test_books_refuse_what_the_ledger_would() -> None:
    books = Books(bounded=(PURSE,))
    books.post("budget", "purse:a", 10)
    books.hold("t", "purse:a", "partner", 7)

    with pytest.raises(BooksBroken):
        books.post("purse:a", "partner", 4)
    with pytest.raises(BooksBroken):
        books.resolve("t", 8)
    books.resolve("t", 6)
    with pytest.raises(BooksBroken):
        books.resolve("t", 1)

    assert (books.available("purse:a"), books.balance("partner")) == (4, 6)


_CARDS = ("a", "b")
_TICKETS = tuple("tuvw")
_events = st.lists(
    st.tuples(
        st.sampled_from(("grant", "prove", "ticket", "capture", "cancel", "reimburse", "clock")),
        st.sampled_from(_CARDS),
        st.sampled_from(_TICKETS),
        st.sampled_from(("sport", "culture")),
        st.sampled_from(("judo", "rex")),
        st.integers(0, 60_00),
        st.integers(0, 90 * 24),
    ),
    max_size=40,
)
_rules = st.sampled_from(
    [
        campaign(LateCancellation.LOST),
        campaign(LateCancellation.REFUSED),
        campaign(LateCancellation.RESTORED, days=45),
    ]
)


@settings(max_examples=150)
@given(rules=_rules, events=_events)
def test_every_cent_is_in_one_place_whatever_happens(
    rules: Campaign, events: list[tuple[str, str, str, str, str, int, int]]
) -> None:
    life, at = Life(rules), noon("2023-08-01")
    for do, card, ticket, purse, partner, cents, hours in events:
        at += datetime.timedelta(hours=hours)
        life.reach(at)
        with contextlib.suppress(DomainError):
            _do(life, do, card, ticket, purse, partner, cents, at)
        found = life.whereabouts()
        assert found.is_whole
        assert min(dataclasses.astuple(found)) >= 0
        assert all(left >= 0 for card in life.cards for _, left, _ in life.purses_of(card))

    life.reach(noon("2026-01-01"))

    ended = life.whereabouts()
    assert (ended.purses, ended.held) == (0, 0)
    assert ended.is_whole
    assert all(ticket.state is not TicketState.MADE for ticket in life.tickets.values())


def _do(
    life: Life, do: str, card: str, ticket: str, purse: str, partner: str, cents: int,
    at: datetime.datetime,
) -> None:  # fmt: skip
    match do:
        case "grant":
            life.grant(card, FACTS, at=at)
        case "prove":
            life.prove(card, PROVED, at=at)
        case "ticket":
            life.make_ticket(ticket, card=card, purse=purse, cents=cents, at=at)
        case "capture":
            life.capture(
                ticket, partner=partner, at=at, cents=cents or None,
                partner_domains=PARTNERS[partner],
            )  # fmt: skip
        case "cancel":
            life.cancel(ticket, at=at)
        case "reimburse":
            life.reimburse(partner)
