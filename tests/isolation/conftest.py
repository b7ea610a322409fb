"""The isolation suite runs once per way of logging in: TENANT_LOGIN=per-tenant, then switched."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from tenants.accounts.models import User
from tenants.registry import contexts

per_tenant_only = pytest.mark.skipif(
    settings.TENANT_LOGIN != "per-tenant", reason="what one login per tenant alone can stop"
)
switched_only = pytest.mark.skipif(
    settings.TENANT_LOGIN != "switched", reason="a trap of one switched connection"
)


@pytest.fixture
def secret_in_94(tenant_db: None) -> str:
    """An account in Val-de-Marne that Hauts-de-Seine must never read."""
    with contexts.tenant("d94"):
        User.objects.create(email="secret@exemple.fr")
    return "secret@exemple.fr"


@pytest.fixture
def refused(tenant_db: None) -> Callable[..., str]:
    """Run SQL in the current tenant, expecting PostgreSQL to refuse it; returns what it says."""

    def run(statement: str, parameters: list[object] | None = None) -> str:
        with (
            pytest.raises(DatabaseError) as caught,
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, parameters)
        return str(caught.value)

    return run


def whoami() -> tuple[str, str]:
    """The role and schema PostgreSQL sees."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user::text, current_schema()::text")
        row: tuple[str, str] = cursor.fetchone()
    return row
