"""A move, from its two openings to what is taken over: what crosses, and nothing else."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from billing.rights.models import RightsRequest
from billing.tariffs.models import HouseholdResources
from federation.correspondence.models import Envelope
from federation.exchange import operations, queries
from federation.exchange.models import Crossing, ReceivedItem
from federation.exchange.taking_over import content_of
from tenants.registry import contexts
from tests.factories.exchange import (
    AT,
    LATER,
    LEA,
    agree,
    arrival_now,
    arrive,
    both_open,
    departure_now,
    family_of,
    leave,
    settle,
)
from tests.factories.tariffs import ACTOR, make_resources

pytestmark = pytest.mark.usefixtures("committed_tenant_db")


def test_the_same_child_is_found_and_what_was_let_go_comes():
    agree()
    moved = both_open()

    settle()

    arrival = arrival_now(moved.arrival)
    departure = departure_now(moved.departure)
    assert (arrival.strength, departure.strength) == ("PROBABLE", "SURE")
    assert arrival.departure == departure.public_id
    assert departure.arrival == arrival.public_id
    assert departure.sent_at == arrival.received_at == LATER
    assert [item.item for item in queries.received_items(arrival)] == ["PASS_PLUS", "RIGHTS"]


def test_only_what_both_chose_and_the_agreement_lets_pass_crosses():
    agree(items=["PASS_PLUS", "RIGHTS"])
    arrival = arrive(items=["PASS_PLUS", "RIGHTS"])
    with contexts.tenant("d94"):
        leave(items=["PASS_PLUS"])

    settle()

    items = queries.received_items(arrival)
    assert [(item.item, content_of(item)) for item in items] == [("PASS_PLUS", {"cards": []})]
    with contexts.tenant("d94"):
        sent = queries.crossings().get(way="OUT", kind="ITEMS")
        assert sent.items == ["PASS_PLUS"]
        assert queries.crossings().get(way="IN", kind="RECEIVED").items == ["PASS_PLUS"]


def test_nothing_is_compared_before_both_halves_are_open():
    agree()
    arrival = arrive()
    with contexts.tenant("d94"):
        family = family_of()
    settle()
    assert arrival_now(arrival).matched_at is None

    with contexts.tenant("d94"):
        leave(family)
    settle()
    assert arrival_now(arrival).strength == "PROBABLE"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"last_name": "DIALLO", "first_name": "Lea"}, "SURE"),
        ({"ine": None}, "PROBABLE"),
        ({"ine": None, "last_name": "Léa", "first_name": "Diallo"}, "PROBABLE"),
        ({"ine": None, "first_name": "Léo"}, ""),
        ({"ine": None, "birth_date": datetime.date(2012, 5, 5)}, ""),
        ({"birth_date": datetime.date(2012, 5, 5)}, ""),
        ({"ine": "0123456789B"}, ""),
    ],
    ids=["accents", "names", "order", "sibling", "day", "identifier-alone", "other-identifier"],
)
def test_a_match_needs_the_day_of_birth_and_an_identifier_or_all_names(changes, found):
    agree()
    moved = both_open(there=dataclasses.replace(LEA, **changes))

    settle()

    assert departure_now(moved.departure).strength == found
    assert arrival_now(moved.arrival).strength == ("PROBABLE" if found else "")


def test_twins_each_find_themselves_and_never_the_other():
    agree()
    twins = [
        dataclasses.replace(LEA, first_name=name, ine=None)
        for name in ("Marie-Anne", "Marie-Claire")
    ]
    moves = [both_open(twin, twin) for twin in twins]

    settle()

    for move in moves:
        assert arrival_now(move.arrival).departure == move.departure.public_id


def test_homonyms_that_nothing_tells_apart_are_not_matched():
    agree()
    nobody = dataclasses.replace(LEA, ine=None)
    moves = [both_open(nobody, nobody) for _ in range(2)]

    settle()

    assert {arrival_now(move.arrival).strength for move in moves} == {""}


def test_a_probable_match_sends_nothing_before_an_agent_says_so():
    agree()
    moved = both_open(there=dataclasses.replace(LEA, ine=None))
    settle()
    assert arrival_now(moved.arrival).received_at is None

    with contexts.tenant("d94"):
        departure = queries.departures_to_confirm().get()
        operations.confirm_match(departure=departure, actor=ACTOR, at=LATER)
    settle()

    assert arrival_now(moved.arrival).received_at is not None


def test_a_balance_of_pass_plus_is_a_position_to_know():
    agree(items=["PASS_PLUS"])
    moved = both_open(items=["PASS_PLUS"])
    settle()
    item = queries.received_items(moved.arrival).get()

    operations.take_over(item=item, actor=ACTOR, at=LATER)
    settle()

    assert arrival_now(moved.arrival).ended == departure_now(moved.departure).ended == "APPLIED"
    assert not RightsRequest.objects.exists()


def test_a_decision_of_rights_becomes_a_request_that_agents_decide():
    agree(items=["RIGHTS"])
    arrival = arrive(items=["RIGHTS"])
    with contexts.tenant("d94"):
        family = family_of()
        make_resources(family.household, valid_from=datetime.date(2023, 9, 1))
        leave(family, items=["RIGHTS"])
    settle()
    item = queries.received_items(arrival).get()
    assert content_of(item)["reference_tax_income_cents"] == 18_000_00

    operations.take_over(item=item, actor=ACTOR, at=LATER)
    again = operations.take_over(item=item, actor=ACTOR, at=LATER)

    request = RightsRequest.objects.get()
    assert (request.household, request.state) == (arrival.pupil.household, "TO_INSPECT")
    assert again.result == request.public_id
    assert not HouseholdResources.objects.filter(household=request.household).exists()
    assert arrival_now(arrival).ended == "APPLIED"


@pytest.mark.parametrize("side", ["d92", "d94"])
def test_what_is_withdrawn_before_it_is_taken_over_is_erased_on_both_sides(side):
    agree()
    moved = both_open()
    settle()
    with contexts.tenant(side):
        if side == "d92":
            operations.withdraw_arrival(arrival=moved.arrival, actor=ACTOR, at=LATER)
        else:
            operations.withdraw_departure(departure=moved.departure, actor=ACTOR, at=LATER)
    settle()

    arrival, departure = arrival_now(moved.arrival), departure_now(moved.departure)
    ended = {"d92": ("WITHDRAWN", "ENDED_THERE"), "d94": ("ENDED_THERE", "WITHDRAWN")}
    assert (arrival.ended, departure.ended) == ended[side]
    assert arrival.sealed_identity is None
    items = ReceivedItem.objects.filter(arrival=arrival)
    assert {(item.state, item.sealed_content) for item in items} == {("ERASED", None)}


def test_what_nobody_matched_ends_after_its_time():
    agree()
    moved = both_open(there=dataclasses.replace(LEA, first_name="Zoé", ine="0123456789Z"))
    settle()
    late = AT + datetime.timedelta(days=121)
    for schema in ("d92", "d94"):
        with contexts.tenant(schema):
            assert operations.keep_deadlines(actor=ACTOR, at=late) == 1

    arrival, departure = arrival_now(moved.arrival), departure_now(moved.departure)
    assert (arrival.ended, departure.ended) == ("EXPIRED", "EXPIRED")
    assert (arrival.sealed_identity, departure.sealed_raised) == (None, None)


def test_working_again_writes_nothing_more():
    agree()
    both_open()
    settle()

    def written() -> tuple[int, int]:
        return Envelope.objects.count(), Crossing.objects.count()

    before = written()
    settle()
    assert written() == before
