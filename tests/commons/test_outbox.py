"""The outbox: with the act or not at all, at least once, in order per aggregate."""

from __future__ import annotations

import datetime

import pytest
from django.conf import settings
from django.db import connection, transaction

from commons import outbox
from commons.actors import Actor
from commons.audit import record_audit
from commons.models import AuditEntry, OutboxEvent
from commons.tenancy import NoTenant
from tenants.registry import contexts
from tests.threads import run_in_threads

AT = datetime.datetime(2126, 11, 24, 12, tzinfo=datetime.UTC)


@pytest.fixture
def heard(monkeypatch):
    """The events a handler of the tests heard; it fails on the aggregates put in `broken`."""
    monkeypatch.setattr(outbox, "_handlers", {})
    events: list[tuple[str, int]] = []
    events_broken: set[str] = set()

    @outbox.handles("tests.thing.happened")
    def hear(event):
        if event.aggregate in events_broken:
            raise RuntimeError("the outside is down")
        events.append((event.aggregate, event.payload["number"]))

    hear.broken = events_broken
    monkeypatch.setattr(outbox, "set_wake", None)
    return events, events_broken


def happened(aggregate: str, number: int) -> None:
    outbox.record_event("tests.thing.happened", aggregate=aggregate, occurred_at=AT, number=number)


def test_an_event_is_refused_outside_a_transaction(committed_tenant_db):
    with pytest.raises(outbox.EventOutsideTransaction):
        happened("a", 1)
    assert not OutboxEvent.objects.exists()


def test_an_event_goes_with_its_act_or_not_at_all(tenant_db):
    with pytest.raises(RuntimeError, match="undo"), transaction.atomic():
        happened("a", 1)
        raise RuntimeError("undo")
    assert not OutboxEvent.objects.exists()


def test_waiting_events_are_delivered_once_in_order(tenant_db, heard):
    for number in (1, 2, 3):
        happened("a", number)

    first = outbox.deliver_pending(at=AT)
    second = outbox.deliver_pending(at=AT)

    assert heard[0] == [("a", 1), ("a", 2), ("a", 3)]
    assert (first.delivered, first.failed, second.delivered) == (3, 0, 0)
    assert outbox.lag(at=AT)["waiting"] == 0


def test_a_handler_that_fails_keeps_none_of_the_others_from_an_event(tenant_db, heard):
    _events, broken = heard
    told = []
    outbox.handles("tests.thing.happened")(lambda event: told.append(event.pk))
    broken.add("a")
    happened("a", 1)

    assert outbox.deliver_pending(at=AT).failed == 1
    assert told == [OutboxEvent.objects.get().pk]


def test_a_failure_holds_its_aggregate_and_no_other(tenant_db, heard):
    events, broken = heard
    broken.add("a")
    happened("a", 1)
    happened("b", 2)
    happened("a", 3)

    outbox.deliver_pending(at=AT)
    assert events == [("b", 2)]
    waiting = OutboxEvent.objects.filter(delivered_at__isnull=True).order_by("pk")
    assert [(event.attempts, event.latest_error) for event in waiting] == [
        (1, "RuntimeError"),
        (0, ""),
    ]

    broken.clear()
    assert outbox.deliver_pending(at=AT).delivered == 0  # not before the wait is over
    outbox.deliver_pending(at=AT + datetime.timedelta(minutes=1))
    assert events == [("b", 2), ("a", 1), ("a", 3)]


def test_an_event_is_given_up_after_the_last_try_and_counted(tenant_db, heard):
    _events, broken = heard
    broken.add("a")
    happened("a", 1)
    for day in range(outbox.MAX_ATTEMPTS):
        outbox.deliver_pending(at=AT + datetime.timedelta(days=day))
    assert outbox.lag(at=AT) | {"oldest_seconds": 0} == {
        "waiting": 0,
        "given_up": 1,
        "oldest_seconds": 0,
    }


def test_two_relays_at_once_deliver_each_event_once(committed_tenant_db, heard):
    with transaction.atomic():
        for number in range(30):
            happened(f"aggregate-{number}", number)

    run_in_threads([lambda: outbox.deliver_pending(at=AT)] * 2)

    assert sorted(number for _, number in heard[0]) == list(range(30))


def test_handlers_run_with_no_lock_and_no_transaction(committed_tenant_db, heard, owner_cursor):
    """A slow mail server must hold nothing: the row can be locked by another meanwhile."""
    seen = []

    @outbox.handles("tests.thing.happened")
    def look(event):
        owner_cursor.execute(
            "SELECT id FROM d92.commons_outboxevent WHERE id = %s FOR UPDATE NOWAIT", [event.pk]
        )
        seen.append((connection.in_atomic_block, outbox.deliver_pending(at=AT).delivered))

    with transaction.atomic():
        happened("a", 1)

    assert outbox.deliver_pending(at=AT).delivered == 1
    assert seen == [(False, 0)]  # and no other relay takes what is claimed


def test_a_relay_that_died_leaves_a_claim_that_ends(committed_tenant_db, heard):
    with transaction.atomic():
        happened("a", 1)
        happened("a", 2)

    class Killed(BaseException):
        pass

    @outbox.handles("tests.thing.happened")
    def die(event):
        raise Killed

    with pytest.raises(Killed):
        outbox.deliver_pending(at=AT)
    outbox._handlers["tests.thing.happened"].remove(die)
    heard[0].clear()

    assert outbox.deliver_pending(at=AT).delivered == 0
    assert outbox.deliver_pending(at=AT + settings.OUTBOX_LEASE).delivered == 2
    assert heard[0] == [("a", 1), ("a", 2)]
    assert OutboxEvent.objects.order_by("pk").values_list("attempts", flat=True)[0] == 2


def test_the_last_try_holds_the_younger_events_of_its_aggregate(committed_tenant_db, heard):
    with transaction.atomic():
        happened("a", 1)
        happened("a", 2)
    OutboxEvent.objects.filter(payload__number=1).update(attempts=outbox.MAX_ATTEMPTS - 1)
    seen = []

    @outbox.handles("tests.thing.happened")
    def look(event):
        if event.payload["number"] == 1:
            seen.append(outbox.deliver_pending(at=AT).delivered)

    outbox.deliver_pending(at=AT)
    assert seen == [0]
    assert heard[0] == [("a", 1), ("a", 2)]


def test_an_event_of_the_public_schema_is_refused(tenant_db):
    """No relay reads the public schema: it would wait there for ever."""
    with contexts.public(), transaction.atomic():
        with pytest.raises(NoTenant):
            happened("a", 1)
        assert not OutboxEvent.objects.exists()


def test_an_audit_entry_says_who_did_what_to_what(tenant_db):
    record_audit(
        actor=Actor.system("tests"),
        action="tests.thing.done",
        subject_type="thing",
        subject_id=7,
        at=AT,
        count=3,
    )
    entry = AuditEntry.objects.get()
    assert (entry.actor_kind, entry.actor_id, entry.action) == (
        "system",
        "tests",
        "tests.thing.done",
    )
    assert (entry.subject_type, entry.subject_id, entry.details) == ("thing", "7", {"count": 3})
