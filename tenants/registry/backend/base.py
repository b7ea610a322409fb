"""Entering a tenant enters its search path *and* its role (DESIGN invariant 1, SPIKE §1–2).

Three ways, by `TENANT_LOGIN` of the database settings:

- "per-tenant" (the default): each tenant has its own LOGIN role and its own kept connection, and a
  switch puts that connection in the place of the current one. Nothing is sent on a switch, and no
  statement, injected SQL included, can reach another tenant: the session is a member of no other.
- "switched": one connection, logged in as `socle_web`, member of every tenant's role without
  inheriting any. A switch is one message of the simple protocol. It stops our own mistakes and any
  statement that names another schema; `docs/security/isolation.md` says what it does not stop.
- "owner": migrations and provisioning; only the search path is set.

An error while entering is never swallowed: upstream swallows it, and with a missing role the
previous tenant stays in force.
"""

from __future__ import annotations

import select
from typing import Any

from asgiref.local import Local
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.utils import OperationalError
from django_tenants.postgresql_backend import base as upstream
from django_tenants.utils import get_public_schema_name
from psycopg.pq import ExecStatus, TransactionStatus

from commons.tenancy import TenantIdentity, set_current_tenant
from tenants.registry.backend import roles
from tenants.registry.backend.statements import keep_statements

PER_TENANT = "per-tenant"
SWITCHED = "switched"
OWNER = "owner"

# The kept connections of a thread: {(alias, schema name): wrapper}.
_kept = Local(thread_critical=True)


def kept_wrappers() -> dict[tuple[str, str], DatabaseWrapper]:
    """The connections this thread keeps, one per tenant it has entered."""
    try:
        found: dict[tuple[str, str], DatabaseWrapper] = _kept.wrappers
    except AttributeError:
        found = _kept.wrappers = {}
    return found


def close_kept() -> None:
    """Close every connection this thread keeps."""
    for wrapper in kept_wrappers().values():
        wrapper.close()


def identity_of(tenant: Any) -> TenantIdentity | None:
    """What the context variable says of a tenant, or None for the public schema."""
    schema = tenant.schema_name
    if schema == get_public_schema_name():
        return None
    return TenantIdentity(
        schema_name=schema,
        code=getattr(tenant, "code", ""),
        name=getattr(tenant, "name", schema),
        slug=getattr(tenant, "slug", schema),
    )


class DatabaseWrapper(upstream.DatabaseWrapper):  # type: ignore[misc]  # upstream is untyped
    """A connection that enters tenants."""

    def __init__(self, settings_dict: dict[str, Any], alias: str = "default") -> None:
        self._mode: str = settings_dict.get("TENANT_LOGIN", OWNER)
        self._is_bound = False
        self._setting_search_path: bool = False
        self.search_path_set_schemas: list[str] | None = None
        super().__init__(settings_dict, alias)
        self._is_bound = True
        if self._mode == PER_TENANT:
            # Made by Django, and so in the public schema; `_wrapper_of` makes the tenants' ones.
            kept_wrappers().setdefault((alias, self.schema_name), self)

    # --- entering ------------------------------------------------------------------------------

    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:  # noqa: FBT001, FBT002  upstream's signature
        """Enter a tenant; with one login per tenant, put its connection in this one's place."""
        if self._mode != PER_TENANT or not self._is_bound:
            self._bind(tenant, include_public=include_public)
            if self._is_bound and self.alias == "default":
                set_current_tenant(identity_of(tenant))
            return
        wrapper = self._wrapper_of(tenant.schema_name)
        wrapper._bind(tenant, include_public=include_public)  # noqa: SLF001  of this very class
        connections[self.alias] = wrapper
        if self.alias == "default":
            set_current_tenant(identity_of(tenant))

    def _bind(self, tenant: Any, *, include_public: bool) -> None:
        super().set_tenant(tenant, include_public)

    def _wrapper_of(self, schema_name: str) -> DatabaseWrapper:
        kept = kept_wrappers()
        wrapper = kept.get((self.alias, schema_name))
        if wrapper is None:
            wrapper = DatabaseWrapper(connections.settings[self.alias], self.alias)
            kept[self.alias, schema_name] = wrapper
        return wrapper

    def _handle_search_path(self, cursor: Any = None) -> None:
        if self._setting_search_path or self.search_path_set_schemas:
            return
        if self._mode == PER_TENANT:
            self.search_path_set_schemas = self._get_cursor_search_paths()
            return  # the connection was opened as this tenant and never leaves it
        assert self.connection is not None
        if self.connection.info.transaction_status == TransactionStatus.INERROR:
            return  # the caller's statement fails by itself
        paths = self._get_cursor_search_paths()
        self._setting_search_path = True
        try:
            self._enter(paths)
        except BaseException:
            self.search_path_set_schemas = None
            raise
        else:
            self.search_path_set_schemas = paths
        finally:
            self._setting_search_path = False

    def _enter(self, paths: list[str]) -> None:
        """Set the path, and the role, in one message; raise whatever goes wrong."""
        path = ", ".join(upstream.quote_schema_name(name) for name in paths)
        message = f"SET search_path TO {path}"
        if self._mode == SWITCHED:
            role = upstream.quote_schema_name(roles.role_of(self.schema_name))
            message = f"RESET ROLE; {message}; SET ROLE {role}"
        assert self.connection is not None
        result = self.connection.pgconn.exec_(message.encode())
        if result.status != ExecStatus.COMMAND_OK:
            reason = result.error_message.decode(errors="replace").strip()
            if self.connection.info.transaction_status == TransactionStatus.IDLE:
                self.connection.pgconn.exec_(b"RESET ROLE")
            raise OperationalError(f"cannot enter {self.schema_name!r}: {reason}")

    # --- connecting ----------------------------------------------------------------------------

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        if self._mode == PER_TENANT:
            role = roles.role_of(self.schema_name)
            params["user"] = role
            params["password"] = roles.password_of(role, settings.TENANT_LOGIN_SECRET)
            path = ",".join(upstream.quote_schema_name(n) for n in self._get_cursor_search_paths())
            params["options"] = f"{params.get('options', '')} -c search_path={path}"
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        keep_statements(connection)
        refuse_superuser(connection)
        return connection

    def is_usable(self) -> bool:
        """Whether the server still listens; it is asked only when it said something unread.

        A session that ended, or was ended, has told its socket so: with nothing to read, asking costs a
        round trip at each request and learns nothing.
        """
        connection = self.connection
        if connection is not None and not connection.closed and not _has_word(connection.fileno()):
            return True
        return bool(super().is_usable())

    def _set_autocommit(self, autocommit: bool) -> None:  # noqa: FBT001  upstream's signature
        """Each transaction names its savepoints from one on: else no such statement comes twice."""
        if not autocommit:
            self.clean_savepoints()
        super()._set_autocommit(autocommit)

    # --- forgetting ----------------------------------------------------------------------------

    def close_if_unusable_or_obsolete(self) -> None:
        """At the ends of a request Django asks this of the current connection: ask it of all."""
        super().close_if_unusable_or_obsolete()
        for wrapper in kept_wrappers().values():
            if wrapper is not self and wrapper.alias == self.alias:
                super(DatabaseWrapper, wrapper).close_if_unusable_or_obsolete()


def _has_word(descriptor: int) -> bool:
    """Whether something, an end included, waits to be read on a socket."""
    watched = select.poll()
    watched.register(descriptor)
    return any(found & ~select.POLLOUT for _descriptor, found in watched.poll(0))


def refuse_superuser(connection: Any) -> None:
    """A superuser passes every right and policy: refuse to work as one.

    :raises ImproperlyConfigured: if the connection is a superuser's
    """
    if connection.info.parameter_status("is_superuser") != "off":
        connection.close()
        raise ImproperlyConfigured(
            "La base est ouverte par un superutilisateur : l'isolation entre départements ne "
            "tiendrait pas. Donnez à DATABASE_URL un rôle ordinaire (socle_web)."
        )
