"""The isolation suite runs once per way of logging in: TENANT_LOGIN=per-tenant, then switched."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from commons.tenancy import current_tenant
from tenants.accounts.models import User
from tenants.registry import contexts
from tenants.registry.middleware import TenantMiddleware

HOST_92 = "hauts-de-seine.socle.test"
HOST_94 = "val-de-marne.socle.test"

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


def answer(view, *, host: str, cookies: dict[str, str] | None = None) -> HttpResponse:
    """Send a request through the real stack down to a view."""
    stack = TenantMiddleware(SessionMiddleware(AuthenticationMiddleware(view)))
    request = RequestFactory(headers={"host": host}).get("/")
    request.COOKIES.update(cookies or {})
    return stack(request)


def tell_who(request: HttpRequest) -> HttpResponse:
    tenant = current_tenant()
    return HttpResponse(f"{tenant.code if tenant else '-'} {whoami()[0]} {request.user}")
