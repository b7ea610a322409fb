"""A worker keeps a connection per département: the server may die and come back between two tasks."""

from __future__ import annotations

import uuid

import psycopg
from django.utils import timezone

from commons import outbox
from socle.celery import PROOF_HEADER, SCHEMA_HEADER, app, proof_of
from tenants.registry import contexts


def test_a_task_enters_each_tenant_though_the_server_dropped_everybody(
    committed_tenant_db, superuser_url
):
    @app.task(name="tests.each", crosses_tenants=True)
    def each(**_: object) -> dict[str, object]:
        return contexts.for_each_tenant(lambda _one: outbox.lag(at=timezone.now())["waiting"])

    def run() -> object:
        task_id = str(uuid.uuid4())
        proof = proof_of(task_name="tests.each", task_id=task_id, schema_name="public")
        headers = {SCHEMA_HEADER: "public", PROOF_HEADER: proof}
        each.push_request(id=task_id, headers=headers)  # as a worker does: `apply` would be eager
        try:
            return each()
        finally:
            each.pop_request()

    assert run() == {"d92": 0, "d94": 0}
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"  # waits until it is gone
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    assert run() == {"d92": 0, "d94": 0}
