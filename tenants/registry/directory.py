"""Host → tenant, and schema → tenant, kept in the process for a short while.

A look-up per request costs more than the rest of a small page (PERFORMANCE.md: 1.65 ×), and
départements change a few times a year. `forget()` is called by every operation that changes one;
other processes follow within `KEPT_SECONDS`.
"""

from __future__ import annotations

import time

from commons.tenancy import PUBLIC_SCHEMA
from tenants.registry.connecting import connection
from tenants.registry.models import Departement, Domain

KEPT_SECONDS = 30.0
MAX_KEPT = 2000  # unknown hosts must not fill the memory

_by_host: dict[str, tuple[float, Departement | None]] = {}
_by_schema: dict[str, tuple[float, Departement | None]] = {}
_everybody: dict[str, tuple[float, tuple[Departement, ...]]] = {}


def forget() -> None:
    """Drop what is kept, after a département or domain changed."""
    _by_host.clear()
    _by_schema.clear()
    _everybody.clear()


def _recall(
    kept: dict[str, tuple[float, Departement | None]], key: str
) -> tuple[bool, Departement | None]:
    found = kept.get(key)
    if found is None or found[0] < time.monotonic():
        return False, None
    return True, found[1]


def _keep(
    kept: dict[str, tuple[float, Departement | None]], key: str, value: Departement | None
) -> None:
    if len(kept) >= MAX_KEPT:
        kept.clear()
    kept[key] = (time.monotonic() + KEPT_SECONDS, value)


def by_host(host: str) -> Departement | None:
    """The active département that answers on a host. To be called in the public schema."""
    is_known, departement = _recall(_by_host, host)
    if is_known:
        return departement
    domain = (
        Domain.objects.select_related("tenant").filter(domain=host, tenant__is_active=True).first()
    )
    departement = domain.tenant if domain else None
    _keep(_by_host, host, departement)
    return departement


def by_schema(schema_name: str) -> Departement | None:
    """The département of a schema; looked up in the public schema whatever the current one."""
    is_known, kept = _recall(_by_schema, schema_name)
    if is_known:
        return kept
    previous = connection.tenant
    connection.set_schema_to_public()
    try:
        departement: Departement | None = Departement.objects.filter(
            schema_name=schema_name
        ).first()
    finally:
        connection.set_tenant(previous)
    _keep(_by_schema, schema_name, departement)
    return departement


def active() -> list[Departement]:
    """The open départements, by code. To be called in the public schema."""
    if connection.schema_name != PUBLIC_SCHEMA:
        raise RuntimeError("the list of départements is read in the public schema")
    return list(Departement.objects.filter(is_active=True).order_by("code"))


def neighbours() -> tuple[Departement, ...]:
    """The open départements but the current one, by code, whatever the current schema."""
    here = connection.schema_name
    kept = _everybody.get("")
    if kept is None or kept[0] < time.monotonic():
        previous = connection.tenant
        connection.set_schema_to_public()
        try:
            found = tuple(active())
        finally:
            connection.set_tenant(previous)
        _everybody[""] = kept = (time.monotonic() + KEPT_SECONDS, found)
    return tuple(one for one in kept[1] if one.schema_name != here)


def neighbour(code: str) -> Departement | None:
    """Another open département, by its code."""
    return next((one for one in neighbours() if one.code == code), None)
