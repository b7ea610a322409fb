"""Which tenant the running code is in.

The current tenant is a context variable. It is set in one place only, by the database backend of
`tenants.registry` when it enters a tenant, so that what the code believes and what PostgreSQL
enforces cannot differ. `TenantSource` is what the rest of `commons` needs of the registry; `socle`
wires it.
"""

from __future__ import annotations

import contextvars
import dataclasses
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol

PUBLIC_SCHEMA = "public"


class NoTenant(RuntimeError):
    """Something that belongs to a tenant was asked for outside any tenant. This is a bug."""


class WrongTenant(RuntimeError):
    """A value made in one tenant was used in another. This is a bug."""


@dataclasses.dataclass(frozen=True, slots=True)
class TenantIdentity:
    """What every log line, cache key, path and span says of the tenant."""

    schema_name: str
    code: str
    name: str
    slug: str


_current: contextvars.ContextVar[TenantIdentity | None] = contextvars.ContextVar(
    "socle_current_tenant", default=None
)


def current_tenant() -> TenantIdentity | None:
    """The tenant we are in, or None in the public schema."""
    return _current.get()


def require_tenant() -> TenantIdentity:
    """The tenant we are in.

    :raises NoTenant: in the public schema
    """
    tenant = _current.get()
    if tenant is None:
        raise NoTenant("this needs a tenant: enter one with tenants.registry.contexts.tenant()")
    return tenant


def current_schema() -> str:
    """The schema we are in: a tenant's, or the public one."""
    tenant = _current.get()
    return tenant.schema_name if tenant else PUBLIC_SCHEMA


def set_current_tenant(tenant: TenantIdentity | None) -> None:
    """For the database backend alone."""
    _current.set(tenant)


class TenantSource(Protocol):
    """What `commons` may ask of the registry of tenants."""

    def enter(self, schema_name: str) -> AbstractContextManager[object]: ...

    def active_schemas(self) -> Iterator[str]: ...


_source: Callable[[], TenantSource] | None = None


def register_tenant_source(source: Callable[[], TenantSource]) -> None:
    """Wire the registry in; called once by `socle` at start-up."""
    global _source
    _source = source


def tenant_source() -> TenantSource:
    """The registry of tenants.

    :raises NoTenant: if nothing was wired
    """
    if _source is None:
        raise NoTenant("no tenant source was registered")
    return _source()
