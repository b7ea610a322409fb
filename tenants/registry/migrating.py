"""Migrating the public schema, the template, and each tenant's, then setting their rights.

A failure in one schema stops the run there and says which: the schemas before it are migrated, and
the next run goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.db import connections
from django_tenants.migration_executors.base import run_migrations

from tenants.registry import cluster, provisioning
from tenants.registry.backend.base import DatabaseWrapper
from tenants.registry.models import Departement

_OPTIONS = {
    "verbosity": 0,
    "interactive": False,
    "app_label": None,
    "migration_name": None,
    "fake": False,
    "fake_initial": False,
    "plan": False,
    "run_syncdb": False,
    "check_unapplied": False,
    "prune": False,
    "skip_checks": True,
    "traceback": True,
    "no_color": True,
    "force_color": False,
}


def migrate_all(*, say: Callable[[str], object], using: str = "default") -> list[str]:
    """Migrate every schema and set its rights; returns the schemas, in order."""
    connection = cast("DatabaseWrapper", connections[using])
    say("Schéma public…")
    _migrate(connection.settings_dict, settings.PUBLIC_SCHEMA_NAME, using)
    schemas = [settings.TEMPLATE_SCHEMA]
    connection.set_schema_to_public()
    schemas += (
        Departement.objects.using(using).order_by("code").values_list("schema_name", flat=True)
    )
    for schema in schemas:
        say(f"Schéma {schema}…")
        is_template = schema == settings.TEMPLATE_SCHEMA
        with connection.cursor() as cursor:
            secret = None if is_template else settings.TENANT_LOGIN_SECRET
            cluster.make_tenant_role(cursor, schema, secret=secret)
            cursor.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        _migrate(connection.settings_dict, schema, using)
    connection.set_schema_to_public()
    provisioning.apply_privileges(schemas, using=using)
    return schemas


def _migrate(settings_dict: object, schema: str, using: str) -> None:
    run_migrations(
        args=[], options=_OPTIONS | {"database": using}, executor_codename="socle",
        schema_name=schema, allow_atomic=True, idx=None, count=None,
    )  # fmt: skip
