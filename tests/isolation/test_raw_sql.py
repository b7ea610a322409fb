"""What SQL of ours, or injected into ours, can reach: its own tenant, and nothing else."""

import pytest
from django.db import connection, transaction

from tests.isolation.conftest import per_tenant_only, switched_only, whoami

# SPIKE §2: the one statement that escaped a switched connection, by a function that runs text.
TS_STAT = """
    SELECT * FROM (SELECT set_config('role', 'd94', false) AS entered OFFSET 0) AS escape,
    LATERAL ts_stat('SELECT to_tsvector(email) FROM d94.accounts_user WHERE ''''='''''
                    || left(escape.entered, 0) || '''') AS leaked
"""


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM d94.accounts_user",
        "INSERT INTO d94.accounts_user (email) VALUES ('x')",
        "UPDATE d94.accounts_user SET email = 'x'",
        "DELETE FROM d94.accounts_user",
        "TRUNCATE d94.accounts_user",
        "SELECT count(*) FROM accounts_user JOIN d94.accounts_user AS other USING (email)",
    ],
)
def test_another_schema_is_out_of_reach(secret_in_94, refused, statement):
    assert "permission denied for schema d94" in refused(statement)


def test_a_path_set_by_hand_reaches_nothing(secret_in_94, refused):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path TO d94")
        cursor.execute("SELECT current_user::text")
        assert cursor.fetchone() == ("d92",)
        with pytest.raises(Exception, match='"accounts_user" does not exist'), transaction.atomic():
            cursor.execute("SELECT email FROM accounts_user")
        cursor.execute("SET LOCAL search_path TO d92, public")


@per_tenant_only
@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE d94",
        "SET ROLE socle_owner",
        "SET SESSION AUTHORIZATION d94",
        "SET SESSION AUTHORIZATION postgres",
    ],
)
def test_a_tenant_session_can_become_nobody_else(secret_in_94, refused, statement):
    assert "permission denied" in refused(statement)


@per_tenant_only
def test_reset_role_leads_nowhere(tenant_db):
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert whoami() == ("d92", "d92")


@switched_only
def test_a_switched_session_is_only_kept_by_our_own_code(secret_in_94):
    """The known limit of the fallback (docs/security/isolation.md): a whole SET ROLE statement
    passes, which is why none may be written outside the backend and none can be injected."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE d94")
    assert whoami()[0] == "d94"
    connection.search_path_set_schemas = None
    assert whoami() == ("d92", "d92")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT set_config('role', 'd94', false)",
        "SELECT set_config('search_path', 'd94', false)",
        "SELECT email FROM accounts_user WHERE set_config('role', 'd94', true) = 'd94'",
        TS_STAT,
    ],
)
def test_set_config_cannot_be_called_from_an_injected_select(secret_in_94, refused, statement):
    assert "permission denied for function set_config" in refused(statement)


@pytest.mark.parametrize("parameters", [None, []])
def test_several_commands_in_one_statement_are_refused(secret_in_94, refused, parameters):
    said = refused("SELECT 1; SET ROLE d94; SELECT email FROM accounts_user", parameters)
    assert "cannot insert multiple commands into a prepared statement" in said


def test_a_temporary_table_cannot_shadow_a_real_one(refused):
    said = refused("CREATE TEMPORARY TABLE accounts_user (email text)")
    assert "permission denied to create temporary tables" in said


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE FUNCTION d92.f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        "CREATE TABLE d92.mine (id int)",
        "CREATE VIEW public.mine AS SELECT 1",
        "CREATE SCHEMA mine",
    ],
)
def test_a_tenant_cannot_make_objects(refused, statement):
    assert "permission denied" in refused(statement)


def test_there_is_no_security_definer_function_of_ours(owner_cursor):
    owner_cursor.execute(
        """SELECT p.oid::regprocedure::text FROM pg_catalog.pg_proc AS p
           JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
           WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')"""
    )
    assert owner_cursor.fetchall() == []


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM pg_catalog.pg_authid",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY accounts_user TO PROGRAM 'cat'",
        "SELECT lo_import('/etc/passwd')",
    ],
)
def test_the_server_itself_is_out_of_reach(refused, statement):
    said = refused(statement)
    assert "permission denied" in said or "must be superuser" in said


def test_the_registry_shows_a_tenant_its_own_row_only(tenant_db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT schema_name FROM public.registry_departement")
        assert cursor.fetchall() == [("d92",)]
        cursor.execute("SELECT domain FROM public.registry_domain")
        assert cursor.fetchall() == [("hauts-de-seine.socle.test",)]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO public.registry_domain (domain, is_primary, tenant_id) VALUES ('x', true, 1)",
        "UPDATE public.registry_departement SET name = 'x'",
        "DELETE FROM public.registry_domain",
        "SELECT * FROM public.accounts_user",
    ],
)
def test_public_tables_cannot_be_changed_nor_twins_read(refused, statement):
    assert "permission denied" in refused(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE commons_auditentry SET action = 'x'",
        "DELETE FROM commons_auditentry",
        "UPDATE commons_outboxevent SET payload = '{}'",
        "DELETE FROM commons_outboxevent",
        "DELETE FROM accounts_user",
    ],
)
def test_the_journal_is_append_only(refused, statement):
    assert "permission denied" in refused(statement)
