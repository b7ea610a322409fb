"""Django's `connection`, typed as what our backend makes of it."""

from __future__ import annotations

from typing import Any, Protocol, cast

from django.db import connection as django_connection


class TenantConnection(Protocol):
    """What the connection of `tenants.registry.backend` knows besides Django's own."""

    tenant: Any
    schema_name: str
    atomic_blocks: list[Any]

    def set_tenant(self, tenant: Any) -> None: ...
    def set_schema_to_public(self) -> None: ...


connection = cast("TenantConnection", django_connection)
