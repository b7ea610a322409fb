"""Making a département: schema, role, rights and registry rows, whole or not at all.

The DDL is the text pg_dump gives for a template schema, migrated like any tenant and replayed under
the new name (0.2 s, flat; SPIKE §4). `clone_schema` is never used: its grants go to the template's
role. Everything runs in one transaction of an owner process; roles belong to the cluster and are
made in it too.
"""

from __future__ import annotations

import dataclasses
import logging
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone
from psycopg import errors, sql

from commons.actors import Actor
from commons.errors import DomainError
from commons.models import AuditEntry
from commons.postgres import postgres_binary
from tenants.registry import cluster, contexts, directory, privileges
from tenants.registry.models import Departement, Domain

logger = logging.getLogger(__name__)

SCHEMA_NAME = re.compile(r"d[0-9][0-9a-z]{1,2}")
SLUG = re.compile(r"[a-z][a-z0-9-]{1,48}[a-z0-9]")
_COPIED = ("django_migrations", "django_content_type", "auth_permission")


class DepartementExists(DomainError):
    """The code, slug, schema or host is already taken."""

    code = "DEPARTEMENT_EXISTS"


class BadDepartement(DomainError):
    """A value makes no sense; `field` names it."""

    code = "DEPARTEMENT_BAD_VALUE"


class TemplateMissing(DomainError):
    """The template schema is not there: migrations were not run."""

    code = "TEMPLATE_SCHEMA_MISSING"


@dataclasses.dataclass(frozen=True, slots=True)
class NewDepartement:
    """What must be known to make a département."""

    code: str
    name: str
    slug: str
    primary_color: str = "#1f3a5f"
    accent_color: str = "#b3261e"
    emblem: str = "generic"
    contact_phone: str = ""
    contact_email: str = ""
    payment_help: str = ""

    @property
    def schema_name(self) -> str:
        return f"d{self.code.lower()}"


def provision_departement(
    *, new: NewDepartement, actor: Actor, using: str = "default"
) -> Departement:
    """Make a département, atomically. Owner processes only.

    :raises BadDepartement: if a value makes no sense
    :raises DepartementExists: if code, slug or host is taken
    :raises TemplateMissing: if migrations were not run
    """
    _check(new)
    connection = connections[using]
    host = f"{new.slug}.{settings.BASE_DOMAIN}"
    taken = Departement.objects.using(using).filter(schema_name=new.schema_name).exists()
    if taken or Domain.objects.using(using).filter(domain=host).exists():
        raise DepartementExists(code=new.code, host=host)
    text = template_ddl(connection)
    with (
        contexts.public(),
        _lost_race(code=new.code, host=host),
        transaction.atomic(using=using, durable=True),
        connection.cursor() as cursor,
    ):
        cluster.make_tenant_role(cursor, new.schema_name, secret=settings.TENANT_LOGIN_SECRET)
        cursor.execute(text.replace(settings.TEMPLATE_SCHEMA, new.schema_name))
        for table in _COPIED:
            _copy_rows(connection, table, new.schema_name)
        with _public_path(connection):
            departement = Departement(
                schema_name=new.schema_name,
                **{field.name: getattr(new, field.name) for field in dataclasses.fields(new)},
            )
            # bulk_create: upstream's save() looks at the default connection, and makes schemas.
            Departement.objects.using(using).bulk_create([departement])
            domain = Domain(domain=host, tenant=departement, is_primary=True)
            Domain.objects.using(using).bulk_create([domain])
            AuditEntry.objects.using(using).create(
                at=timezone.now(),
                actor_kind=actor.kind,
                actor_id=actor.id,
                action="registry.departement.provisioned",
                subject_type="departement",
                subject_id=new.code,
                details={"schema": new.schema_name, "host": host},
            )
    directory.forget()
    logger.info("departement provisioned", extra={"schema": new.schema_name, "by": actor.id})
    return departement


@contextmanager
def _lost_race(*, code: str, host: str) -> Iterator[None]:
    """What another made between our look and our transaction is refused by its own name."""
    try:
        yield
    except DatabaseError as error:
        if isinstance(
            error.__cause__,
            errors.UniqueViolation | errors.DuplicateSchema | errors.DuplicateObject,
        ):
            raise DepartementExists(code=code, host=host) from error
        raise


def _check(new: NewDepartement) -> None:
    if not SCHEMA_NAME.fullmatch(new.schema_name):
        raise BadDepartement(field="code", value=new.code)
    if not SLUG.fullmatch(new.slug):
        raise BadDepartement(field="slug", value=new.slug)
    if not new.name.strip():
        raise BadDepartement(field="name", value=new.name)


@contextmanager
def _public_path(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """The dump empties the search path; put it back, and let the wrapper know."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path TO public")
    try:
        yield
    finally:
        connection.search_path_set_schemas = None  # type: ignore[attr-defined]


def template_ddl(connection: BaseDatabaseWrapper) -> str:
    """The template schema's DDL as pg_dump writes it, ready to be replayed under another name.

    :raises TemplateMissing: if there is no template schema
    """
    entry = connection.settings_dict
    command = [
        str(postgres_binary("pg_dump")), "--schema-only", "--no-owner", "--no-comments",
        "--schema", settings.TEMPLATE_SCHEMA, "--dbname", entry["NAME"],
    ]  # fmt: skip
    for option, key in (("--host", "HOST"), ("--port", "PORT"), ("--username", "USER")):
        if entry[key]:
            command += [option, str(entry[key])]
    environment = {"PGPASSWORD": entry["PASSWORD"]} if entry["PASSWORD"] else {}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, timeout=60
    )
    if done.returncode != 0:
        raise TemplateMissing(reason=done.stderr.strip()[:500])
    # \restrict lines are psql's; the path is ours to keep.
    kept = (
        line
        for line in done.stdout.splitlines()
        if not line.startswith(("\\", "SELECT pg_catalog.set_config(", "SET "))
    )
    return "\n".join(kept)


def _copy_rows(connection: BaseDatabaseWrapper, table: str, schema: str) -> None:
    """Copy a table's rows from the template, and move its identity past them."""
    source, target = (sql.Identifier(name, table) for name in (settings.TEMPLATE_SCHEMA, schema))
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("INSERT INTO {} OVERRIDING SYSTEM VALUE SELECT * FROM {}").format(
                target, source
            )
        )
        cursor.execute(
            sql.SQL(
                "SELECT setval(pg_get_serial_sequence({}, 'id'), (SELECT max(id) FROM {}))"
            ).format(sql.Literal(f'"{schema}"."{table}"'), target)
        )


def apply_privileges(schemas: list[str], *, using: str = "default") -> None:
    """Set the rights of every given schema, and of the public one, to the committed matrix."""
    connection = connections[using]
    with transaction.atomic(using=using):
        privileges.apply_public(connection)
        for schema in schemas:
            privileges.apply_schema(connection, schema)
