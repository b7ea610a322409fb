"""A new département exists whole, or not at all."""

from __future__ import annotations

import re

import psycopg
import pytest
from django.db import connections

from commons.actors import Actor
from socle.places import default_data_dir
from tenants.accounts.models import User
from tenants.registry import contexts, directory, privileges, provisioning
from tenants.registry.models import Departement
from tenants.registry.provisioning import NewDepartement
from tests.plugin import locked

ESSONNE = NewDepartement(code="91", name="Essonne", slug="essonne")
ACTOR = Actor.system("tests")


@pytest.fixture
def owner(committed_tenant_db, owner_cursor):
    """Provision as the owner does; what was made is taken away.

    One at a time in the whole cluster, to which roles belong: each worker has its own database, and
    PostgreSQL refuses to change a role that another transaction changes.
    """
    with locked(default_data_dir("test") / "essonne.lock"):
        yield owner_cursor
        connections["owner"].close()
        owner_cursor.execute("DROP SCHEMA IF EXISTS d91 CASCADE")
        owner_cursor.execute("DELETE FROM public.commons_auditentry WHERE subject_id = '91'")
        owner_cursor.execute("DELETE FROM registry_domain WHERE domain LIKE 'essonne%'")
        owner_cursor.execute("DELETE FROM registry_departement WHERE code = '91'")
    directory.forget()


def provision(new: NewDepartement = ESSONNE) -> Departement:
    return provisioning.provision_departement(new=new, actor=ACTOR, using="owner")


def schemas(cursor) -> set[str]:
    cursor.execute("SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname LIKE 'd__'")
    return {row[0] for row in cursor.fetchall()}


def test_a_new_departement_can_be_entered_and_written_at_once(owner):
    provision()

    with contexts.tenant("d91"):
        User.objects.create(email="a@exemple.fr")
        assert User.objects.get().email == "a@exemple.fr"
    assert not User.objects.exists()  # nothing in Hauts-de-Seine
    with contexts.public():
        assert directory.by_host("essonne.socle.test").code == "91"


def _without_casts(definition: str) -> str:
    """PostgreSQL writes `x IN (…)` back with its casts elsewhere once it has read them itself."""
    return re.sub(r"::(character varying|text)(\[\])?|[()]", "", definition)


def test_the_replayed_schema_is_the_migrated_one(owner):
    """Columns, defaults, identities, constraints, indexes and rights are the template's."""
    provision()
    questions = (
        """SELECT table_name, column_name, data_type, is_nullable, is_identity, identity_generation,
                  replace(coalesce(column_default, ''), table_schema, '')
           FROM information_schema.columns WHERE table_schema = %s""",
        """SELECT rel.relname, con.conname, replace(pg_get_constraintdef(con.oid), %s || '.', '')
           FROM pg_catalog.pg_constraint AS con
           JOIN pg_catalog.pg_class AS rel ON rel.oid = con.conrelid
           WHERE con.connamespace = %s::regnamespace""",
        "SELECT tablename, indexname, replace(indexdef, %s || '.', '') FROM pg_indexes WHERE schemaname = %s",
        """SELECT c.relname, acl.privilege_type
           FROM pg_catalog.pg_class AS c CROSS JOIN LATERAL aclexplode(c.relacl) AS acl
           WHERE acl.grantee = %s::regrole AND c.relnamespace = %s::regnamespace""",
        """SELECT c.relname, a.attname, acl.privilege_type
           FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
           CROSS JOIN LATERAL aclexplode(a.attacl) AS acl
           WHERE acl.grantee = %s::regrole AND c.relnamespace = %s::regnamespace""",
        "SELECT tablename, policyname, cmd, replace(qual, %s, '') FROM pg_policies WHERE schemaname = %s",
        """SELECT c.relname, c.reloptions FROM pg_catalog.pg_class AS c
           WHERE c.relkind = 'r' AND c.relnamespace = %s::regnamespace""",
    )
    for question in questions:
        answers = []
        for schema in ("zz_template", "d91"):
            owner.execute(question, [schema] * question.count("%s"))
            answers.append(sorted(_without_casts(str(row)) for row in owner.fetchall()))
        assert answers[0] == answers[1]
    for table in ("django_migrations", "django_content_type", "auth_permission"):
        owner.execute(
            f"(TABLE d91.{table} EXCEPT TABLE zz_template.{table})"
            f" UNION ALL (TABLE zz_template.{table} EXCEPT TABLE d91.{table})"
        )
        assert owner.fetchall() == []


def test_numbers_go_on_after_the_copied_rows(owner):
    provision()
    owner.execute(
        """INSERT INTO d91.django_content_type (app_label, model) VALUES ('tests', 'x')
           RETURNING id > (SELECT max(id) FROM zz_template.django_content_type)"""
    )
    assert owner.fetchone() == (True,)


def test_the_role_has_the_matrix_and_the_login_its_password(owner, superuser_url):
    provision()
    with psycopg.connect(superuser_url) as superuser:
        row = superuser.execute(
            "SELECT rolcanlogin, rolpassword IS NOT NULL FROM pg_authid WHERE rolname = 'd91'"
        ).fetchone()
    assert row == (True, True)
    owner.execute("SELECT has_table_privilege('d91', 'd91.commons_auditentry', 'INSERT')")
    assert owner.fetchone() == (True,)
    owner.execute("SELECT has_schema_privilege('d91', 'd92', 'USAGE')")
    assert owner.fetchone() == (False,)


def test_a_failure_half_way_leaves_nothing(owner, monkeypatch):
    def fail(*args):
        raise RuntimeError("power cut")

    monkeypatch.setattr(provisioning, "_copy_rows", fail)
    with pytest.raises(RuntimeError, match="power cut"):
        provision()

    assert schemas(owner) == {"d92", "d94"}
    owner.execute("SELECT count(*) FROM registry_departement WHERE code = '91'")
    assert owner.fetchone() == (0,)


def test_a_departement_is_not_made_twice(owner):
    provision()
    with pytest.raises(provisioning.DepartementExists):
        provision()
    assert schemas(owner) == {"d91", "d92", "d94"}


def test_the_one_who_comes_second_at_once_is_refused_by_name(owner, monkeypatch):
    """Both look and find nothing; the other commits first."""
    template_ddl = provisioning.template_ddl

    def overtaken(connection):
        monkeypatch.setattr(provisioning, "template_ddl", template_ddl)
        provision()
        return template_ddl(connection)

    monkeypatch.setattr(provisioning, "template_ddl", overtaken)
    with pytest.raises(provisioning.DepartementExists):
        provision()
    assert schemas(owner) == {"d91", "d92", "d94"}


def test_the_journal_says_who_made_it(owner):
    provision()
    owner.execute(
        "SELECT actor_kind, actor_id, details FROM public.commons_auditentry"
        " WHERE action = 'registry.departement.provisioned' AND subject_id = '91'"
    )
    assert owner.fetchall() == [
        ("system", "tests", {"schema": "d91", "host": "essonne.socle.test"})
    ]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"code": "92; DROP SCHEMA d92"}, "code"),
        ({"code": ""}, "code"),
        ({"slug": "Essonne"}, "slug"),
        ({"slug": "a.b"}, "slug"),
        ({"name": "  "}, "name"),
    ],
)
def test_values_that_make_no_sense_are_refused_by_name(owner, values, field):
    new = NewDepartement(**({"code": "91", "name": "Essonne", "slug": "essonne"} | values))
    with pytest.raises(provisioning.BadDepartement) as caught:
        provision(new)
    assert caught.value.details["field"] == field
    assert schemas(owner) == {"d92", "d94"}


@pytest.mark.parametrize("rights", ["DROP", "SELECT; DROP TABLE x", "UPDATE(a; b)"])
def test_a_line_of_the_matrix_that_is_not_understood_is_refused(rights):
    with pytest.raises(privileges.BadMatrix):
        privileges.parse(rights)
