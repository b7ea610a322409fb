"""Two workers that send at once: a delivery is sent by one, and a broken receiver is probed by one."""

from __future__ import annotations

import threading

import pytest
from django.utils import timezone

from federation.webhooks import delivering, operations
from federation.webhooks.handlers import queue_deliveries
from federation.webhooks.models import Attempt, Delivery, Endpoint, EndpointState, Outcome
from tests.factories.webhooks import happen, open_endpoint, receiving
from tests.threads import meeting, run_in_threads

pytestmark = pytest.mark.usefixtures("committed_tenant_db")


def send() -> Outcome | None:
    return operations.send_next(at=timezone.now())


def test_a_delivery_is_sent_by_one_worker(monkeypatch):
    """The second looks while the first has it in hand, and passes over it without waiting."""
    is_in, is_over, look = threading.Event(), threading.Event(), delivering._next_due

    def slowly(**options):
        found = look(**options)
        if not is_in.is_set():
            is_in.set()
            assert is_over.wait(10)
        return found

    def second():
        assert is_in.wait(10)
        try:
            return send()
        finally:
            is_over.set()

    monkeypatch.setattr(delivering, "_next_due", slowly)
    with receiving() as (receiver, address):
        open_endpoint(f"{address}/200/")
        queue_deliveries(happen())
        results = run_in_threads([send, second])

    assert results == [Outcome.TAKEN, None]
    assert len(receiver.messages) == 1
    assert Delivery.objects.get().attempts == Attempt.objects.count() == 1


def test_a_broken_receiver_is_probed_by_one_worker(monkeypatch):
    with receiving() as (receiver, address):
        open_endpoint(f"{address}/500/")
        Endpoint.objects.update(state=EndpointState.TRIPPED, probe_at=timezone.now(), failures=5)
        for _ in range(2):
            queue_deliveries(happen())
        results = meeting(monkeypatch, delivering, "_may_probe")(send)

    assert results == [Outcome.REFUSED, None]
    assert len(receiver.messages) == 1


def test_an_event_handled_by_two_workers_is_one_delivery():
    open_endpoint()
    event = happen()

    results = run_in_threads([lambda: queue_deliveries(event)] * 4)

    assert results == [None] * 4
    assert Delivery.objects.count() == 1
