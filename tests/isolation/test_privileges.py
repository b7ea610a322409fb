"""pg_catalog says the same as the committed matrix: grants, policies, memberships."""

from __future__ import annotations

import pytest
from django.apps import apps

from tenants.registry import privileges

ALL = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN")
ROLES = ("socle_public", "socle_tenant", "socle_web", "d92", "d94", "public")


def actual_grants(cursor, schema: str) -> dict[str, dict[str, set[str]]]:
    """{role: {table: {"SELECT", "UPDATE(a)", …}}} of a schema, owner left out."""
    found: dict[str, dict[str, set[str]]] = {}
    cursor.execute(
        """SELECT coalesce(r.rolname, 'public'), c.relname, acl.privilege_type
           FROM pg_catalog.pg_class AS c
           JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = %s
           CROSS JOIN LATERAL aclexplode(c.relacl) AS acl
           LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = acl.grantee
           WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')""",
        [schema],
    )
    rows = cursor.fetchall()
    cursor.execute(
        """SELECT coalesce(r.rolname, 'public'), c.relname,
                  acl.privilege_type || '(' || a.attname || ')'
           FROM pg_catalog.pg_attribute AS a
           JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
           JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = %s
           CROSS JOIN LATERAL aclexplode(a.attacl) AS acl
           LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = acl.grantee""",
        [schema],
    )
    for role, table, right in rows + cursor.fetchall():
        if role != "socle_owner":
            found.setdefault(role, {}).setdefault(table, set()).add(right)
    return found


def written(section: str) -> dict[str, set[str]]:
    lines = {}
    for table, rights in privileges.matrix()[section].items():
        flat = {
            f"{right}({column})" if column else right
            for right, columns in privileges.parse(rights)
            for column in (columns or ("",))
        }
        if flat:
            lines[table] = flat
    return lines


@pytest.mark.parametrize("schema", ["d92", "d94", "zz_template"])
def test_a_tenants_role_has_the_written_rights_and_no_other(owner_cursor, schema):
    assert actual_grants(owner_cursor, schema) == {schema: written("tenant")}


def test_public_tables_have_the_written_rights_and_no_other(owner_cursor):
    assert actual_grants(owner_cursor, "public") == {
        "socle_public": written("public_for_public"),
        "socle_tenant": written("public_for_tenants"),
    }


@pytest.mark.parametrize(
    ("schema", "section"), [("d92", "tenant"), ("public", "public_for_public")]
)
def test_every_table_has_a_line(owner_cursor, schema, section):
    owner_cursor.execute(
        "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = %s", [schema]
    )
    assert {row[0] for row in owner_cursor.fetchall()} == set(privileges.matrix()[section])


def test_tenants_have_no_right_on_a_public_table_with_a_twin(owner_cursor):
    """A missing tenant table would otherwise fall through to the public one."""
    owner_cursor.execute(
        """SELECT twin.relname FROM pg_catalog.pg_class AS twin
           JOIN pg_catalog.pg_class AS own
             ON own.relname = twin.relname AND own.relnamespace = 'd92'::regnamespace
           WHERE twin.relnamespace = 'public'::regnamespace AND twin.relkind = 'r'
             AND has_table_privilege('d92', twin.oid, 'SELECT, INSERT, UPDATE, DELETE')"""
    )
    assert owner_cursor.fetchall() == []


def test_no_role_has_a_dangerous_attribute(owner_cursor):
    owner_cursor.execute(
        """SELECT rolname FROM pg_catalog.pg_roles
           WHERE rolname = ANY(%s) AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb
                                        OR rolreplication)""",
        [list(ROLES)],
    )
    assert owner_cursor.fetchall() == []
    owner_cursor.execute(
        "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = 'socle_owner'"
    )
    assert owner_cursor.fetchall() == [(False, False)]


def test_memberships_are_as_written(owner_cursor):
    """A tenant may use the shared role's rights and switch to nothing; socle_web may switch only."""
    owner_cursor.execute(
        """SELECT role.rolname, member.rolname, m.inherit_option, m.set_option
           FROM pg_catalog.pg_auth_members AS m
           JOIN pg_catalog.pg_roles AS role ON role.oid = m.roleid
           JOIN pg_catalog.pg_roles AS member ON member.oid = m.member
           WHERE member.rolname IN ('d92', 'd94', 'socle_web', 'socle_public', 'socle_tenant')
             -- Roles belong to the cluster: those of other databases' départements are not ours.
             AND (role.rolname !~ '^d[0-9]' OR to_regnamespace(role.rolname) IS NOT NULL)"""
    )
    assert sorted(owner_cursor.fetchall()) == [
        ("d92", "socle_web", False, True),
        ("d94", "socle_web", False, True),
        ("socle_public", "socle_web", False, True),
        ("socle_tenant", "d92", True, False),
        ("socle_tenant", "d94", True, False),
    ]


def test_policies_are_as_written(owner_cursor):
    owner_cursor.execute(
        """SELECT schemaname, tablename, policyname, cmd, array_to_string(roles, ',')
           FROM pg_catalog.pg_policies ORDER BY 1, 2, 3"""
    )
    assert owner_cursor.fetchall() == [
        ("public", table, policy, command, role)
        for table in ("registry_departement", "registry_domain")
        for policy, command, role in (
            ("owner_all", "ALL", "socle_owner"),
            ("public_reads", "SELECT", "socle_public"),
            ("tenant_reads_own", "SELECT", "socle_tenant"),
        )
    ]


def test_shared_tables_force_row_level_security(owner_cursor):
    owner_cursor.execute(
        """SELECT relname FROM pg_catalog.pg_class
           WHERE relnamespace = 'public'::regnamespace AND relrowsecurity AND relforcerowsecurity
           ORDER BY 1"""
    )
    assert [row[0] for row in owner_cursor.fetchall()] == [
        "registry_departement",
        "registry_domain",
    ]


def test_set_config_belongs_to_the_owner_and_the_fallback_login_alone(owner_cursor):
    owner_cursor.execute(
        """SELECT r.rolname FROM pg_catalog.pg_proc AS p
           CROSS JOIN LATERAL aclexplode(p.proacl) AS acl
           LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = acl.grantee
           WHERE p.oid = 'pg_catalog.set_config(text, text, boolean)'::regprocedure"""
    )
    assert {row[0] for row in owner_cursor.fetchall()} == {"postgres", "socle_owner", "socle_web"}


def test_there_is_no_trigger_and_every_table_has_a_bigint_key(owner_cursor):
    """What Citus asks from the first day (DESIGN, "Past one machine")."""
    owner_cursor.execute(
        """SELECT c.relname FROM pg_catalog.pg_trigger AS t
           JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal"""
    )
    assert owner_cursor.fetchall() == []
    owner_cursor.execute(
        """SELECT c.relname FROM pg_catalog.pg_class AS c
           WHERE c.relkind = 'r' AND c.relnamespace = 'd92'::regnamespace
             AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_index AS i
                             WHERE i.indrelid = c.oid AND i.indisprimary)"""
    )
    assert owner_cursor.fetchall() == []


def test_tenant_apps_hold_no_relation_to_a_public_table():
    """A foreign key out of a tenant's schema would tie tenants together."""
    public_only = {"registry_departement", "registry_domain"}
    for label in ("people", "ledger", "tariffs", "canteen", "invoicing", "accounts", "commons"):
        for model in apps.get_app_config(label).get_models():
            for field in model._meta.get_fields():
                if field.is_relation and not field.auto_created:
                    table = field.related_model._meta.db_table
                    assert table not in public_only, field
