"""Tasks of the roof: the outbox relay and its sweeper, and the hourly checks of every tenant."""

from __future__ import annotations

from django.utils import timezone

from commons import outbox
from socle.celery import app
from tenants.registry.contexts import for_each_tenant


@app.task(name="socle.relay_outbox")
def relay_outbox(*, tenant: str, **_: object) -> int:
    """Deliver the waiting events of one tenant."""
    return outbox.deliver_pending(at=timezone.now()).delivered


@app.task(name="socle.sweep_outboxes", crosses_tenants=True)
def sweep_outboxes(**_: object) -> dict[str, int]:
    """Wake the relay of every tenant in which something waits."""

    def sweep(departement: object) -> int:
        return int(outbox.lag(at=timezone.now())["waiting"])

    waiting = {
        schema: count
        for schema, count in for_each_tenant(sweep).items()
        if isinstance(count, int) and count
    }
    for schema in waiting:
        relay_outbox.apply_async(kwargs={"tenant": schema})
    return waiting
