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
    """Their text too: a policy that shows more keeps its name."""
    owner_cursor.execute(
        """SELECT schemaname || '.' || tablename || ' ' || policyname,
                  concat(nullif(permissive, 'PERMISSIVE'), cmd, ' ', array_to_string(roles, ','),
                         ' USING ' || qual, ' CHECK ' || with_check)
           FROM pg_catalog.pg_policies"""
    )
    found = {name: " ".join(text.split()) for name, text in owner_cursor.fetchall()}
    assert found == privileges.matrix()["policies"]


def acl(cursor, question: str, *parameters: object) -> dict[str, str]:
    """{role: "CREATE, USAGE"} of the access list that a question answers with."""
    cursor.execute(
        f"""SELECT coalesce(r.rolname, 'public'),
                   string_agg(acl.privilege_type || CASE WHEN acl.is_grantable
                       THEN ' WITH GRANT OPTION' ELSE '' END, ', ' ORDER BY acl.privilege_type)
            FROM ({question}) AS asked (list) CROSS JOIN LATERAL aclexplode(asked.list) AS acl
            LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = acl.grantee GROUP BY 1""",
        parameters,
    )
    return dict(cursor.fetchall())


def in_order(lines: dict[str, str]) -> dict[str, str]:
    return {role: ", ".join(sorted(rights.split(", "))) for role, rights in lines.items()}


def test_the_database_has_the_written_rights_and_no_other(owner_cursor):
    found = acl(
        owner_cursor,
        """SELECT coalesce(datacl, acldefault('d', datdba)) FROM pg_catalog.pg_database
           WHERE datname = current_database()""",
    )
    assert found == in_order(privileges.matrix()["database"])


def test_schemas_have_the_written_rights_and_no_other(owner_cursor):
    owner_cursor.execute(
        "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname !~ '^(pg_|information_schema$)'"
    )
    schemas = {name for (name,) in owner_cursor.fetchall()}
    assert schemas == {"public", "zz_template", "d92", "d94"}
    for schema in schemas:
        section = "schema_public" if schema == "public" else "schema_of_a_tenant"
        written_rights = in_order(privileges.matrix()[section])
        own = {schema if role == "tenant" else role: r for role, r in written_rights.items()}
        question = """SELECT coalesce(nspacl, acldefault('n', nspowner))
                      FROM pg_catalog.pg_namespace WHERE nspname = %s"""
        assert acl(owner_cursor, question, schema) == own, schema


def test_functions_have_the_rights_of_their_birth_but_those_written(owner_cursor):
    owner_cursor.execute(
        """SELECT p.oid::regprocedure::text FROM pg_catalog.pg_proc AS p
           LEFT JOIN pg_catalog.pg_init_privs AS born
             ON born.objoid = p.oid AND born.classoid = 'pg_proc'::regclass
           WHERE coalesce(p.proacl, acldefault('f', p.proowner))
             IS DISTINCT FROM coalesce(born.initprivs, acldefault('f', p.proowner))"""
    )
    found = {}
    for (name,) in owner_cursor.fetchall():
        question = "SELECT proacl FROM pg_catalog.pg_proc WHERE oid = %s::regprocedure"
        lines = acl(owner_cursor, question, name)
        found[name] = ", ".join(f"{role}: {rights}" for role, rights in sorted(lines.items()))
    assert found == privileges.matrix()["functions"]


@pytest.mark.parametrize(
    "catalogue",
    ["pg_default_acl", "pg_parameter_acl", "pg_foreign_server", "pg_largeobject_metadata"],
)
def test_nothing_is_given_by_default_nor_elsewhere(owner_cursor, catalogue):
    owner_cursor.execute(f"SELECT * FROM pg_catalog.{catalogue}")
    assert owner_cursor.fetchall() == []


def test_shared_tables_force_row_level_security(owner_cursor):
    owner_cursor.execute(
        """SELECT relname FROM pg_catalog.pg_class
           WHERE relnamespace = 'public'::regnamespace AND relrowsecurity AND relforcerowsecurity
           ORDER BY 1"""
    )
    assert [row[0] for row in owner_cursor.fetchall()] == [
        "catalogue_sharedservice",
        "correspondence_agreement",
        "correspondence_ending",
        "correspondence_envelope",
        "correspondence_signature",
        "reciprocity_agreement",
        "reciprocity_crosscapture",
        "reciprocity_ending",
        "reciprocity_listedpartner",
        "reciprocity_reversal",
        "reciprocity_settlement",
        "reciprocity_signature",
        "reciprocity_statement",
        "reciprocity_statementline",
        "reciprocity_statementsignature",
        "reciprocity_term",
        "registry_departement",
        "registry_domain",
        "releases_figure",
        "releases_release",
    ]


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
    public_only = {"registry_departement", "registry_domain", "catalogue_sharedservice"} | {
        model._meta.db_table
        for label in ("reciprocity", "correspondence", "releases")
        for model in apps.get_app_config(label).get_models()
    }
    for label in (
        "people",
        "ledger",
        "tariffs",
        "canteen",
        "invoicing",
        "accounts",
        "commons",
        "ent",
        "passplus",
        "exchange",
    ):
        for model in apps.get_app_config(label).get_models():
            for field in model._meta.get_fields():
                if field.is_relation and not field.auto_created:
                    table = field.related_model._meta.db_table
                    assert table not in public_only, field
