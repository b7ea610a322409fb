"""Yvelines, which the tests' databases do not have: made for a life, and taken away."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import psycopg
from django.db import connections

from commons.actors import Actor
from socle.places import default_data_dir
from tenants.registry import directory, provisioning
from tenants.registry.provisioning import NewDepartement
from tests.plugin import locked

YVELINES = NewDepartement(code="78", name="Yvelines", slug="yvelines")


@contextlib.contextmanager
def yvelines(owner_url: str) -> Iterator[None]:
    """A third département, for the length of a block. Roles belong to the cluster: one is made at a time."""
    lock = default_data_dir("test") / "essonne.lock"
    try:
        with locked(lock):
            provisioning.provision_departement(
                new=YVELINES, actor=Actor.system("tests"), using="owner"
            )
        yield
    finally:
        connections["owner"].close()
        with locked(lock), psycopg.connect(owner_url, autocommit=True) as connection:
            for statement in (
                "DROP SCHEMA IF EXISTS d78 CASCADE",
                "DELETE FROM public.commons_auditentry WHERE subject_id = '78'",
                "DELETE FROM public.registry_domain WHERE domain LIKE 'yvelines%'",
                "DELETE FROM public.registry_departement WHERE code = '78'",
            ):
                connection.execute(statement)
        directory.forget()
