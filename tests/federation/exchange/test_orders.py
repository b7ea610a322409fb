"""Envelopes that come twice, late or in any order lead to the same end; un-merging undoes merging."""

from __future__ import annotations

import dataclasses
import datetime
import random

import pytest
from django.core.serializers import serialize

from federation.correspondence.models import Envelope
from federation.exchange import operations, queries
from federation.exchange.models import Arrival, AwaitedArrival, Crossing, Departure, ReceivedItem
from federation.exchange.taking_in import take_in
from tenants.people.models import Guardianship, Pupil, Schooling
from tenants.registry import contexts
from tests.factories.exchange import (
    LATER,
    LEA,
    agree,
    arrival_now,
    arrive,
    both_open,
    departure_now,
    family_of,
    settle,
    work,
)
from tests.factories.tariffs import ACTOR

pytestmark = pytest.mark.usefixtures("committed_tenant_db")
SIDES = ("d92", "d94")


def shuffled_pass(dice: random.Random) -> None:
    """The workers pass; each takes what came in any order, and some of it twice."""
    for schema in dice.sample(SIDES, 2):
        work_out(schema)
        with contexts.tenant(schema):
            found = list(Envelope.objects.filter(sent_to=schema).order_by("pk"))
            for envelope in dice.sample(found, len(found)) + dice.choices(found, k=len(found)):
                take_in(envelope, at=LATER)


def work_out(schema: str) -> None:
    from commons.outbox import deliver_pending

    with contexts.tenant(schema):
        deliver_pending(at=datetime.datetime.now(datetime.UTC))


@pytest.mark.parametrize("seed", range(4))
def test_in_any_order_and_twice_the_same_items_come_once(seed):
    agree()
    moved = both_open()
    dice = random.Random(seed)

    for _ in range(5):
        shuffled_pass(dice)

    arrival, departure = arrival_now(moved.arrival), departure_now(moved.departure)
    assert (arrival.strength, departure.strength) == ("PROBABLE", "SURE")
    assert ReceivedItem.objects.filter(arrival=arrival).count() == 2
    assert Crossing.objects.filter(way="IN", kind="ITEMS").count() == 1


@pytest.mark.parametrize("seed", range(4))
def test_a_withdrawal_that_crosses_the_items_leaves_nothing_whatever_comes_first(seed):
    agree()
    moved = both_open()
    dice = random.Random(seed)
    for _ in range(seed):
        shuffled_pass(dice)
    with contexts.tenant("d94"):
        operations.withdraw_departure(departure=moved.departure, actor=ACTOR, at=LATER)

    for _ in range(5):
        shuffled_pass(dice)

    held = ReceivedItem.objects.filter(sealed_content__isnull=False)
    assert not held.exists()
    assert departure_now(moved.departure).ended == "WITHDRAWN"


def test_items_that_come_after_the_end_are_not_kept():
    agree()
    moved = both_open()
    work("d94")
    work("d92")
    work("d94")  # the items are written, and not read yet
    operations.withdraw_arrival(arrival=moved.arrival, actor=ACTOR, at=LATER)

    settle()

    assert not ReceivedItem.objects.exists()
    late = Crossing.objects.get(way="IN", kind="ITEMS")
    assert late.outcome == "TOO_LATE"
    assert departure_now(moved.departure).ended == "ENDED_THERE"


def test_the_end_of_an_arrival_may_come_before_its_beginning():
    agree()
    arrival = arrive()
    work_out("d92")
    operations.withdraw_arrival(arrival=arrival, actor=ACTOR, at=LATER)
    work_out("d92")

    with contexts.tenant("d94"):
        for envelope in Envelope.objects.filter(sent_to="d94").order_by("-pk"):
            take_in(envelope, at=LATER)
        awaited = AwaitedArrival.objects.get()

    assert (awaited.sealed_tokens, awaited.closed_at) == (None, LATER)


ROWS = (Arrival, Departure, AwaitedArrival, ReceivedItem, Pupil, Schooling, Guardianship)


def everything() -> str:
    """The rows that say who is who, and what came: all but the journals, which only grow."""
    return "\n".join(serialize("json", model.objects.order_by("pk")) for model in ROWS)


@pytest.mark.parametrize("received", [False, True], ids=["announced", "received"])
@pytest.mark.parametrize("times", [1, 3])
def test_unmerging_undoes_merging_row_for_row(received, times):
    agree()
    family = family_of()
    arrival = arrive(family, child=dataclasses.replace(LEA, first_name="LEA"))
    with contexts.tenant("d94"):
        from tests.factories.exchange import leave

        leave()
    if received:
        settle()
    before = everything()

    for _ in range(times):
        operations.merge(arrival=arrival, pupil=family.pupil, actor=ACTOR, at=LATER)
        assert everything() != before
        operations.unmerge(arrival=arrival, actor=ACTOR, at=LATER)

    assert everything() == before
    assert queries.merges_of(arrival).filter(undone_at=LATER).count() == times


@pytest.mark.parametrize(
    "other",
    [
        dataclasses.replace(LEA, first_name="Léo", ine=None),
        dataclasses.replace(LEA, birth_date=datetime.date(2013, 5, 4), ine=None),
        dataclasses.replace(LEA, ine="9876543210Z"),
    ],
    ids=["twin", "day", "identifier"],
)
def test_an_arrival_is_not_merged_with_another_child(other):
    agree()
    arrival = arrive(child=LEA)
    sibling = family_of(other).pupil

    with pytest.raises(operations.NotTheSameChild):
        operations.merge(arrival=arrival, pupil=sibling, actor=ACTOR, at=LATER)


def test_what_was_taken_over_is_not_unmerged():
    agree()
    moved = both_open(items=["PASS_PLUS", "RIGHTS"])
    settle()
    item = queries.received_items(moved.arrival).get(item="PASS_PLUS")
    operations.take_over(item=item, actor=ACTOR, at=LATER)

    with pytest.raises(operations.TakenOver):
        operations.unmerge(arrival=moved.arrival, actor=ACTOR, at=LATER)
