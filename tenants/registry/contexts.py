"""Entering a tenant, and coming back whatever happens."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

from commons.tenancy import PUBLIC_SCHEMA, NoTenant
from tenants.registry import directory
from tenants.registry.connecting import connection
from tenants.registry.models import Departement

logger = logging.getLogger(__name__)
ResultT = TypeVar("ResultT")


class EnteredInTransaction(RuntimeError):
    """Another schema was entered inside an open transaction. This is a bug.

    With one login per tenant the other schema has a connection, and so a transaction, of its own:
    what is written there would outlive the rollback of this one. Enter first, then begin.
    """


def _refuse_in_transaction(schema_name: str) -> None:
    """Refuse to leave for another schema inside a transaction; the tests' own, undone whole, pass."""
    if schema_name == connection.schema_name:
        return
    if any(not block._from_testcase for block in connection.atomic_blocks):  # noqa: SLF001  Django marks its own so
        raise EnteredInTransaction(
            f"{schema_name!r} was entered inside a transaction of {connection.schema_name!r}"
        )


@contextmanager
def tenant(schema_name: str) -> Iterator[Departement]:
    """Be in a tenant for the length of a block.

    :raises NoTenant: if there is no such département
    :raises EnteredInTransaction: inside a transaction of another schema
    """
    _refuse_in_transaction(schema_name)
    departement = directory.by_schema(schema_name)
    if departement is None:
        raise NoTenant(f"no département has the schema {schema_name!r}")
    previous = connection.tenant
    connection.set_tenant(departement)
    try:
        yield departement
    finally:
        connection.set_tenant(previous)


@contextmanager
def public() -> Iterator[None]:
    """Be in the public schema for the length of a block.

    :raises EnteredInTransaction: inside a transaction of a tenant
    """
    _refuse_in_transaction(PUBLIC_SCHEMA)
    previous = connection.tenant
    connection.set_schema_to_public()
    try:
        yield
    finally:
        connection.set_tenant(previous)


def for_each_tenant(
    act: Callable[[Departement], ResultT],
) -> dict[str, ResultT | Exception]:
    """Do something in each open tenant in turn.

    A failure in one is logged and returned in its place; the next tenants still get their turn, and
    the caller is back where it was at the end.
    """
    with public():
        departements = directory.active()
    results: dict[str, ResultT | Exception] = {}
    for departement in departements:
        try:
            with tenant(departement.schema_name):
                results[departement.schema_name] = act(departement)
        except Exception as error:
            logger.exception("tenant failed", extra={"failed_tenant": departement.schema_name})
            results[departement.schema_name] = error
    return results


class RegistryTenantSource:
    """What `commons.tenancy` may ask of the registry."""

    def enter(self, schema_name: str) -> AbstractContextManager[object]:
        return public() if schema_name == PUBLIC_SCHEMA else tenant(schema_name)

    def active_schemas(self) -> Iterator[str]:
        with public():
            departements = directory.active()
        return (departement.schema_name for departement in departements)
