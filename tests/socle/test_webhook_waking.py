"""The worker that sends is woken once for all that is asked for within a second."""

from __future__ import annotations

from django.core.cache import cache

from socle import tasks, wiring
from tenants.registry import contexts


def test_a_month_of_events_wakes_the_sender_once_in_each_departement(tenant_db, monkeypatch):
    asked = []
    monkeypatch.setattr(
        tasks.send_webhooks_of_tenant, "apply_async", lambda **options: asked.append(options)
    )
    for schema in ("d92", "d94"):
        with contexts.tenant(schema):
            cache.delete("webhooks.wake")
            for _ in range(5):
                wiring._wake_sender(schema)

    assert [one["kwargs"]["tenant"] for one in asked] == ["d92", "d94"]
    # It starts when the second is over: whatever was asked for meanwhile is there.
    assert {one["countdown"] for one in asked} == {wiring.SENDER_WAITS_SECONDS}
