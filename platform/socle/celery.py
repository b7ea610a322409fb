"""The Celery application: a task names its tenant, proves it, and runs inside it.

tenant-schemas-celery carries the schema in a header, but enters it in a signal whose errors Celery
swallows: a forged or stale header would then run the task in the public schema. So our task class
checks again: the header must bear our signature, name the same tenant as the task's own argument,
and be entered by `tenants.registry.contexts`, or nothing runs.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import time
import uuid
from typing import Any

from celery import signals
from celery.exceptions import Reject
from django.db import close_old_connections
from opentelemetry import trace
from tenant_schemas_celery.app import CeleryApp
from tenant_schemas_celery.task import TenantTask

from commons.meters import Durations

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socle.settings.production")

SCHEMA_HEADER = "_schema_name"
PROOF_HEADER = "_schema_proof"
DURATIONS = Durations(
    "socle.task.duration",
    description="How long a task of the workers takes, once it is in its tenant.",
    boundaries=(0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900),
    attributes={"task": None, "outcome": ("SUCCEEDED", "FAILED")},
)


def proof_of(*, task_name: str, task_id: str, schema_name: str) -> str:
    """What shows that a message was sent by one of our processes, for this tenant."""
    from django.conf import settings  # noqa: PLC0415  settings are not ready at import

    message = f"{task_name}|{task_id}|{schema_name}"
    return hmac.new(settings.SECRET_KEY.encode(), message.encode(), hashlib.sha256).hexdigest()


class ForgedTenant(Reject):
    """The message's tenant is missing, unproved, or not the task's own."""


class SocleTask(TenantTask):
    """A task with keyword arguments only, that runs inside the tenant it names.

    `crosses_tenants = True` marks the few tasks that start in the public schema.
    """

    abstract = True
    crosses_tenants = False

    def apply_async(
        self,
        args: Any = None,
        kwargs: dict[str, Any] | None = None,
        task_id: str | None = None,
        **options: Any,
    ) -> Any:
        task_id = task_id or str(uuid.uuid4())
        schema = "public" if self.crosses_tenants else (kwargs or {})["tenant"]
        proof = proof_of(task_name=self.name, task_id=task_id, schema_name=schema)
        headers = dict(options.pop("headers", None) or {})
        headers |= {SCHEMA_HEADER: schema, PROOF_HEADER: proof}
        return super().apply_async(args, kwargs, task_id=task_id, headers=headers, **options)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from tenants.registry import contexts  # noqa: PLC0415  models are not ready at import

        if args:
            raise TypeError(f"{self.name} takes keyword arguments only")
        # Celery closes the connection in use; each département's has its own, and the server may
        # have died since. As at the start of a request: those that are dead are opened anew.
        if not self.request.is_eager:  # within somebody's transaction, which is theirs
            close_old_connections()
        schema = self._proved_schema()
        if self.crosses_tenants:
            with contexts.public():
                return self._traced(kwargs)
        if kwargs.get("tenant") != schema:
            raise ForgedTenant(f"{self.name}: the header and the argument differ", requeue=False)
        with contexts.tenant(schema):
            return self._traced(kwargs)

    def _traced(self, kwargs: dict[str, Any]) -> Any:
        from socle import telemetry  # noqa: PLC0415  settings are not ready at import

        telemetry.put_tenant_on(trace.get_current_span())  # it started before the tenant was known
        outcome, started = "FAILED", time.monotonic()
        try:
            result = self.run(**kwargs)
            outcome = "SUCCEEDED"
        finally:
            DURATIONS.record(time.monotonic() - started, task=self.name, outcome=outcome)
        return result

    def _proved_schema(self) -> str:
        headers = self.request.headers or {}
        schema = headers.get(SCHEMA_HEADER) or self.request.get(SCHEMA_HEADER) or ""
        proof = headers.get(PROOF_HEADER) or self.request.get(PROOF_HEADER) or ""
        expected = proof_of(task_name=self.name, task_id=self.request.id or "", schema_name=schema)
        if not hmac.compare_digest(proof, expected):
            raise ForgedTenant(f"{self.name}: the tenant is not proved", requeue=False)
        return str(schema)


app = CeleryApp("socle", task_cls="socle.celery:SocleTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def _trace(**_: Any) -> None:
    from socle import telemetry  # noqa: PLC0415  settings are not ready at import

    telemetry.instrument()


def _flush(**_: Any) -> None:
    from socle import telemetry  # noqa: PLC0415  settings are not ready at import

    telemetry.flush()


# In each process that runs tasks, after its fork; and in the clock, which only sends them.
signals.worker_process_init.connect(_trace, weak=False)
signals.worker_process_shutdown.connect(_flush, weak=False)
signals.beat_init.connect(_trace, weak=False)
