"""Deliveries: asked for once, signed, tried again, given up, replayed; a broken receiver is left alone."""

from __future__ import annotations

import datetime
import json
import uuid

import pytest
import time_machine
from django.utils import timezone
from standardwebhooks import Webhook

from billing.invoicing.models import Invoice, Regie
from commons.models import AuditEntry, OutboxEvent
from commons.outbox import deliver_pending
from federation.webhooks import delivering, operations, queries
from federation.webhooks.handlers import queue_deliveries
from federation.webhooks.models import (
    Attempt,
    Delivery,
    DeliveryState,
    Endpoint,
    EndpointState,
    Outcome,
)
from federation.webhooks.public_events import PUBLIC
from federation.webhooks.replaying import DeliveryWaits, NothingToReplay
from tests.factories.payments import make_invoice, make_merchant, paid
from tests.factories.tariffs import ACTOR
from tests.factories.webhooks import EVENT, happen, open_endpoint, receiving, tell

pytestmark = pytest.mark.usefixtures("tenant_db")
MINUTE = datetime.timedelta(minutes=1)
DAY = datetime.timedelta(days=1)
NOW = datetime.datetime(2126, 3, 3, 10, tzinfo=datetime.UTC)  # after the clock of the database


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as moving:
        yield moving


def send_all(at: datetime.datetime) -> list[Outcome]:
    """What came of all that was due."""
    outcomes = []
    while (outcome := operations.send_next(at=at)) is not None:
        outcomes.append(outcome)
    return outcomes


def test_an_event_arrives_signed_with_identifiers_alone():
    enrolment = uuid.uuid4()
    with receiving() as (receiver, address):
        _endpoint, secret = open_endpoint(f"{address}/200/")
        delivery = tell(enrolment=enrolment)
        outcomes = send_all(timezone.now())

    assert outcomes == [Outcome.TAKEN]
    (message,) = receiver.messages
    said = Webhook(secret).verify(message.body, message.headers)
    assert said == {
        "type": EVENT,
        "version": 1,
        "timestamp": delivery.occurred_at.isoformat(),
        "departement": "92",
        "data": {"enrolment": str(enrolment)},
    }
    assert message.headers["webhook-id"] == f"msg_{delivery.public_id.hex}"
    assert message.headers["content-type"] == "application/json"
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.DELIVERED
    assert (Attempt.objects.get().outcome, Attempt.objects.get().status) == (Outcome.TAKEN, 200)


def test_an_amount_in_the_outbox_stays_there():
    open_endpoint(events=["passplus.ticket.corrected"])
    card, ticket = uuid.uuid4(), uuid.uuid4()
    event = happen("passplus.ticket.corrected", card=card, ticket=ticket, cents=1240, is_undone=1)
    queue_deliveries(event)

    assert Delivery.objects.get().ids == {"card": str(card), "ticket": str(ticket)}


def test_what_is_no_identifier_is_not_told():
    open_endpoint()
    event = happen(enrolment="Léa Martin")

    with pytest.raises(ValueError, match="UUID"):
        queue_deliveries(event)
    assert not Delivery.objects.exists()


def test_a_row_that_is_gone_is_not_told():
    open_endpoint(events=["billing.invoice.issued"])
    queue_deliveries(happen("billing.invoice.issued", invoice_id=1))

    assert not Invoice.objects.exists()
    assert not Delivery.objects.exists()


def test_an_event_handled_twice_is_delivered_once():
    open_endpoint()
    event = happen()

    queue_deliveries(event)
    queue_deliveries(event)

    assert Delivery.objects.count() == 1


def test_each_endpoint_hears_what_it_asked_for():
    open_endpoint(name="Cantine")
    other, _secret = open_endpoint(name="Factures", events=["billing.invoice.issued"])

    tell()

    assert not queries.deliveries_of(other).exists()


def test_a_failure_waits_longer_each_time_then_is_given_up_and_the_contact_told_once(clock):
    with receiving() as (receiver, address):
        endpoint, _secret = open_endpoint(f"{address}/500/")
        delivery = tell()
        waits, at = [], NOW
        for _ in range(7):
            Endpoint.objects.update(state=EndpointState.ACTIVE, probe_at=None)
            assert send_all(at) == [Outcome.REFUSED]
            delivery.refresh_from_db()
            waits.append(delivery.next_attempt_at - at)
            at = delivery.next_attempt_at

    assert delivery.state == DeliveryState.GIVEN_UP
    for waited, meant in zip(waits, delivering.BACK_OFF, strict=False):
        assert 0.8 * meant <= waited <= 1.2 * meant
    assert len({message.headers["webhook-id"] for message in receiver.messages}) == 1
    assert len(receiver.messages) == 7
    warnings = OutboxEvent.objects.filter(name="webhooks.endpoint.failing")
    assert [event.payload for event in warnings] == [{"endpoint_id": endpoint.pk}]


@pytest.mark.parametrize(
    ("answers", "outcome", "status"),
    [("elsewhere", Outcome.REFUSED, 302), ("404", Outcome.REFUSED, 404)],
)
def test_what_is_not_a_success_is_a_failure(answers, outcome, status):
    with receiving() as (receiver, address):
        open_endpoint(f"{address}/{answers}/")
        tell()
        send_all(timezone.now())

    assert (Attempt.objects.get().outcome, Attempt.objects.get().status) == (outcome, status)
    assert [message.path for message in receiver.messages] == [f"/{answers}/"]


def test_a_receiver_that_says_nothing_is_waited_for_a_little(monkeypatch):
    monkeypatch.setattr(delivering, "SECONDS", 0.3)
    with receiving() as (_receiver, address):
        open_endpoint(f"{address}/slow/")
        tell()
        send_all(timezone.now())

    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.status) == (Outcome.NO_ANSWER, None)
    assert attempt.duration_ms < 5_000


def test_an_address_that_leads_inside_since_is_not_called(settings):
    with receiving() as (receiver, address):
        open_endpoint(f"{address}/200/")
        tell()
        settings.LOOPBACK_HOSTS = False
        outcomes = send_all(timezone.now())

    assert outcomes == [Outcome.NOT_CALLABLE]
    assert not receiver.messages


def test_a_receiver_that_is_gone_is_paused_and_hears_nothing_new():
    with receiving() as (receiver, address):
        endpoint, _secret = open_endpoint(f"{address}/410/")
        delivery = tell()
        send_all(timezone.now())
        happen()
        deliver_pending(at=timezone.now())

    endpoint.refresh_from_db()
    delivery.refresh_from_db()
    assert (endpoint.state, endpoint.is_gone) == (EndpointState.PAUSED, True)
    assert delivery.state == DeliveryState.GIVEN_UP
    assert len(receiver.messages) == Delivery.objects.count() == 1
    assert AuditEntry.objects.filter(action="webhooks.endpoint.gone").exists()


def test_the_breaker_opens_lets_one_probe_through_and_loses_nothing(clock):
    answers = ",".join(["500"] * 6 + ["200"] * 9)
    with receiving() as (receiver, address):
        endpoint, _secret = open_endpoint(f"{address}/{answers}/")
        for _ in range(9):
            tell()
        first = send_all(NOW)
        endpoint.refresh_from_db()
        tripped, probe_at = endpoint.state, endpoint.probe_at
        nothing = send_all(NOW + delivering.FIRST_PROBE - MINUTE / 60)
        probe = send_all(probe_at)
        endpoint.refresh_from_db()
        last = send_all(endpoint.probe_at) + send_all(NOW + 60 * MINUTE)

    assert first == [Outcome.REFUSED] * delivering.TRIP_AFTER
    assert (tripped, probe_at, nothing) == ("TRIPPED", NOW + delivering.FIRST_PROBE, [])
    assert probe == [Outcome.REFUSED]
    assert last == [Outcome.TAKEN] * 9
    assert not Delivery.objects.exclude(state=DeliveryState.DELIVERED).exists()
    endpoint.refresh_from_db()
    assert (endpoint.state, endpoint.failures, endpoint.probe_at) == ("ACTIVE", 0, None)
    actions = AuditEntry.objects.filter(subject_type="endpoint").order_by("pk")
    assert [one.action.rpartition(".")[2] for one in actions] == [
        "created", "tripped", "recovered",
    ]  # fmt: skip
    assert len(receiver.messages) == 5 + 1 + 9


def test_a_broken_endpoint_does_not_hold_the_others(clock):
    with receiving() as (_receiver, address):
        open_endpoint(f"{address}/500/", name="En panne")
        open_endpoint(f"{address}/200/", name="En forme")
        for _ in range(8):
            happen()
        deliver_pending(at=NOW)
        outcomes = send_all(NOW)

    assert outcomes.count(Outcome.TAKEN) == 8
    assert outcomes.count(Outcome.REFUSED) == delivering.TRIP_AFTER


def test_a_breakdown_of_a_day_is_told_once(clock):
    with receiving() as (_receiver, address):
        endpoint, _secret = open_endpoint(f"{address}/500/")
        for _ in range(12):
            tell()
        at = NOW
        while at < NOW + 2 * DAY:
            send_all(at)
            endpoint.refresh_from_db()
            at = max(at + MINUTE, endpoint.probe_at)

    assert OutboxEvent.objects.filter(name="webhooks.endpoint.failing").count() == 1
    assert Delivery.objects.filter(state=DeliveryState.WAITING).exists()


def test_what_waits_for_a_paused_endpoint_is_sent_when_it_resumes(clock):
    with receiving() as (_receiver, address):
        endpoint, _secret = open_endpoint(f"{address}/200/")
        operations.pause(endpoint=endpoint, actor=ACTOR, at=NOW)
        tell()
        nothing = send_all(NOW)
        operations.resume(endpoint=endpoint, actor=ACTOR, at=NOW)

        assert (nothing, send_all(NOW)) == ([], [Outcome.TAKEN])


def test_a_worker_that_dies_leaves_a_delivery_that_another_takes(clock):
    with receiving() as (_receiver, address):
        open_endpoint(f"{address}/200/")
        tell()
        assert delivering._claim(at=NOW) is not None

        assert send_all(NOW) == []
        assert send_all(NOW + delivering.LEASE) == [Outcome.TAKEN]

    assert Delivery.objects.get().attempts == 2


def test_a_worker_that_comes_back_late_decides_nothing(clock):
    with receiving() as (_receiver, address):
        open_endpoint(f"{address}/500/")
        tell()
        late = delivering._claim(at=NOW)
        assert send_all(NOW + delivering.LEASE) == [Outcome.REFUSED]
        planned = Delivery.objects.get().next_attempt_at
        answer = delivering.Answer(Outcome.REFUSED, 500, 1)
        delivering._note(late, answer, at=NOW + delivering.LEASE + MINUTE)

    assert Delivery.objects.get().next_attempt_at == planned
    assert Attempt.objects.count() == 2


def test_what_was_given_up_is_replayed_under_the_same_identifier(clock):
    with receiving() as (receiver, address):
        endpoint, _secret = open_endpoint(f"{address}/410,200/")
        delivery = tell()
        send_all(NOW)
        operations.resume(endpoint=endpoint, actor=ACTOR, at=NOW)
        with pytest.raises(NothingToReplay):
            operations.replay_given_up(endpoint=endpoint, since=NOW + DAY, actor=ACTOR, at=NOW)
        count = operations.replay_given_up(endpoint=endpoint, since=NOW - DAY, actor=ACTOR, at=NOW)
        assert (count, send_all(NOW)) == (1, [Outcome.TAKEN])
        operations.replay(delivery=delivery, actor=ACTOR, at=NOW)
        with pytest.raises(DeliveryWaits):
            operations.replay(delivery=delivery, actor=ACTOR, at=NOW)

    ids = {message.headers["webhook-id"] for message in receiver.messages}
    assert ids == {f"msg_{delivery.public_id.hex}"}


def test_a_trial_tells_nothing(clock):
    with receiving() as (receiver, address):
        endpoint, _secret = open_endpoint(f"{address}/200/")
        operations.try_endpoint(endpoint=endpoint, actor=ACTOR, at=NOW)
        assert send_all(NOW) == [Outcome.TAKEN]

    said = json.loads(receiver.messages[0].body)
    assert (said["type"], said["data"]) == ("webhooks.trial", {})


def test_the_log_is_forgotten_when_it_is_old(settings):
    settings.WEBHOOK_LOG_DAYS = 30
    with receiving() as (_receiver, address):
        open_endpoint(f"{address}/200/")
        old = tell()
        send_all(timezone.now())
        asked = Delivery.objects.get().asked_at

    assert operations.purge(at=asked + 30 * DAY) == 0
    assert operations.purge(at=asked + 30 * DAY + MINUTE) == 1
    assert not Attempt.objects.exists()
    assert not Delivery.objects.filter(pk=old.pk).exists()


def test_a_rows_number_becomes_its_public_identifier():
    """From the real acts: a month issued, and one of its invoices paid."""
    with receiving() as (receiver, address):
        open_endpoint(f"{address}/200/", events=["billing.invoice.issued", "billing.payment.paid"])
        invoice, _merchant = make_invoice(), make_merchant(Regie.objects.get())
        payment = paid((invoice, invoice.total_cents))
        deliver_pending(at=timezone.now())
        send_all(timezone.now())

    told = {
        (said["type"], *said["data"].items())
        for said in (json.loads(message.body) for message in receiver.messages)
    }
    assert ("billing.invoice.issued", ("invoice", str(invoice.public_id))) in told
    assert ("billing.payment.paid", ("payment", str(payment.public_id))) in told


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_what_is_told_is_an_identifier_by_its_kind(name):
    for told in PUBLIC[name].tells.values():
        if told.model is None:
            assert not told.value.endswith("_id")
        else:
            assert told.value.endswith("_id")
            assert told.model._meta.get_field("public_id").get_internal_type() == "UUIDField"
