"""Entering a tenant: its role, its rows, and the way back whatever happens."""

import os
import subprocess
import sys

import psycopg
import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, DataError, InternalError, connection, transaction
from django.db.utils import OperationalError

from commons.tenancy import NoTenant, WrongTenant, current_tenant
from socle import embedded, startup
from tenants.accounts.models import User
from tenants.registry import contexts, directory
from tenants.registry.backend import base
from tenants.registry.models import Departement
from tests.isolation.conftest import (
    HOST_92,
    HOST_94,
    answer,
    per_tenant_only,
    switched_only,
    tell_who,
    whoami,
)


def test_each_tenant_is_entered_as_its_own_role(tenant_db):
    assert whoami() == ("d92", "d92")
    with contexts.tenant("d94"):
        assert whoami() == ("d94", "d94")
        with contexts.public():
            assert whoami() == ("socle_public", "public")
    assert whoami() == ("d92", "d92")


def test_rows_of_one_tenant_are_not_in_the_other(tenant_db):
    User.objects.create(email="a@exemple.fr")

    with contexts.tenant("d94"):
        assert not User.objects.exists()

    assert User.objects.get().email == "a@exemple.fr"


def test_another_tenant_is_not_entered_inside_a_transaction(committed_tenant_db):
    """With one login per tenant its writes would outlive the rollback; switched, they would not."""
    for enter in (lambda: contexts.tenant("d94"), contexts.public):
        with transaction.atomic():
            User.objects.count()
            with pytest.raises(contexts.EnteredInTransaction), enter():
                pass
            with contexts.tenant("d92"):  # the same: nothing changes
                assert whoami() == ("d92", "d92")
    assert whoami() == ("d92", "d92")


def test_a_rollback_leaves_the_right_tenant(secret_in_94):
    with contexts.tenant("d94"):
        with pytest.raises(RuntimeError, match="undo"), transaction.atomic():
            User.objects.create(email="undone@exemple.fr")
            raise RuntimeError("undo")
        assert whoami() == ("d94", "d94")
        assert User.objects.count() == 1
    assert whoami() == ("d92", "d92")
    assert not User.objects.exists()


def test_an_error_in_a_transaction_leaves_the_right_tenant(tenant_db):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")
    assert whoami() == ("d92", "d92")


def test_a_lazy_queryset_carried_into_another_tenant_is_refused(secret_in_94):
    users = User.objects.filter(is_active=True)

    with contexts.tenant("d94"):
        for evaluate in (
            lambda: list(users),
            users.count,
            users.exists,
            users.first,
            lambda: list(users.iterator()),
            lambda: users.update(first_name="x"),
            lambda: list(users.values_list("email")),
        ):
            with pytest.raises(WrongTenant):
                evaluate()
        assert User.objects.get().first_name == ""


def test_an_iterator_begun_in_one_tenant_stays_in_it(tenant_db):
    for letter in "ab":
        User.objects.create(email=f"{letter}@exemple.fr")
    begun = User.objects.order_by("email").iterator(chunk_size=1)

    first = next(begun)
    with contexts.tenant("d94"):
        assert not User.objects.exists()
    second = next(begun)

    assert [first.email, second.email] == ["a@exemple.fr", "b@exemple.fr"]


def test_content_types_of_one_tenant_are_not_kept_for_the_next(tenant_db):
    first = ContentType.objects.get_for_model(User)
    with contexts.tenant("d94"):
        assert not ContentType.objects._cache
        ContentType.objects.get_for_model(User)
    assert not ContentType.objects._cache
    assert ContentType.objects.get_for_model(User).pk == first.pk


def test_an_exception_in_the_middle_of_a_loop_over_tenants_stops_neither_the_loop_nor_the_way_back(
    tenant_db,
):
    seen = []

    def act(departement):
        seen.append((departement.code, whoami()[0]))
        if departement.code == "92":
            raise ValueError("boom")
        return departement.name

    results = contexts.for_each_tenant(act)

    assert seen == [("92", "d92"), ("94", "d94")]
    assert isinstance(results["d92"], ValueError)
    assert results["d94"] == "Val-de-Marne"
    assert whoami() == ("d92", "d92")


@pytest.mark.parametrize("enter", [lambda: contexts.tenant("d94"), contexts.public])
def test_what_was_entered_is_left_when_its_block_fails(tenant_db, enter):
    with pytest.raises(ValueError, match="boom"), enter():
        raise ValueError("boom")
    assert whoami() == ("d92", "d92")
    assert current_tenant().schema_name == "d92"


def test_an_unknown_tenant_is_not_entered(tenant_db):
    with pytest.raises(NoTenant), contexts.tenant("d00"):
        pass
    assert whoami() == ("d92", "d92")


def test_a_tenant_whose_role_is_missing_is_refused_and_the_previous_one_is_not_read(
    committed_tenant_db,
):
    """Upstream swallows the error, and the previous tenant stays in force (SPIKE §1)."""
    User.objects.create(email="a@exemple.fr")
    ghost = Departement(schema_name="d00", code="00", name="Fantôme", slug="fantome")
    before = connection.tenant

    connection.set_tenant(ghost)
    try:
        with pytest.raises(OperationalError):
            User.objects.count()
    finally:
        connection.set_tenant(before)
    assert User.objects.count() == 1


@switched_only
def test_after_a_failed_entry_the_session_is_nobody(committed_tenant_db):
    """The previous tenant's role is given back, whatever is asked of the connection next."""
    assert whoami() == ("d92", "d92")
    before = connection.tenant
    connection.set_tenant(Departement(schema_name="d00", code="00", name="Fantôme", slug="fantome"))
    try:
        with pytest.raises(OperationalError, match="cannot enter 'd00'"):
            User.objects.count()
        said = connection.connection.pgconn.exec_(b"SELECT current_user")
        assert said.get_value(0, 0) == b"socle_web"
    finally:
        connection.set_tenant(before)


@switched_only
def test_in_a_broken_transaction_the_statement_fails_by_itself(committed_tenant_db):
    """Nothing can be entered there: the error that is told is the transaction's, not ours."""
    d92, d94 = directory.by_schema("d92"), directory.by_schema("d94")
    try:
        with pytest.raises(InternalError, match="transaction is aborted"), transaction.atomic():
            with connection.cursor() as cursor, pytest.raises(DataError):
                cursor.execute("SELECT 1 / 0")
            connection.set_tenant(d94)
            User.objects.count()
    finally:
        connection.set_tenant(d92)
    assert whoami() == ("d92", "d92")


@switched_only
def test_a_rolled_back_entry_is_entered_again(committed_tenant_db):
    """TENANT_LIMIT_SET_CALLS: django-tenants 3.x read the wrong tenant after a savepoint rollback.

    Our contexts refuse to enter inside a transaction; the backend must be right all the same.
    """
    User.objects.create(email="a@exemple.fr")
    d92, d94 = directory.by_schema("d92"), directory.by_schema("d94")
    try:
        with contexts.public(), pytest.raises(RuntimeError, match="undo"), transaction.atomic():
            connection.set_tenant(d94)
            assert User.objects.count() == 0
            with pytest.raises(RuntimeError, match="inner"), transaction.atomic():
                connection.set_tenant(d92)
                assert User.objects.count() == 1
                connection.set_tenant(d94)
                raise RuntimeError("inner")
            assert whoami() == ("d94", "d94")
            assert User.objects.count() == 0
            raise RuntimeError("undo")
    finally:
        connection.set_tenant(d92)
    assert whoami() == ("d92", "d92")


def test_a_killed_connection_is_replaced_by_one_in_the_same_tenant(
    committed_tenant_db, superuser_url
):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (process,) = cursor.fetchone()
    with psycopg.connect(superuser_url, autocommit=True) as superuser:
        superuser.execute("SELECT pg_terminate_backend(%s)", [process])

    with pytest.raises(OperationalError):
        User.objects.count()
    connection.close_if_unusable_or_obsolete()

    assert whoami() == ("d92", "d92")


@per_tenant_only
def test_every_kept_connection_is_looked_at_between_requests(committed_tenant_db, superuser_url):
    """Django asks it of the current one alone; a dead one kept for another tenant must go too."""
    with contexts.tenant("d94"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (process,) = cursor.fetchone()
    with psycopg.connect(superuser_url, autocommit=True) as superuser:
        superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [process])

    connection.close_if_unusable_or_obsolete()

    with contexts.tenant("d94"):
        assert whoami() == ("d94", "d94")


def test_the_public_schema_is_left_without_a_tenant(tenant_db):
    assert current_tenant().schema_name == "d92"
    with contexts.public():
        assert current_tenant() is None


def test_a_superuser_connection_is_refused(superuser_url):
    with psycopg.connect(superuser_url) as superuser:
        with pytest.raises(ImproperlyConfigured, match="superutilisateur"):
            base.refuse_superuser(superuser)
        assert superuser.closed


def test_start_up_refuses_a_login_that_makes_roles(tenant_db, settings, monkeypatch):
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner:
        monkeypatch.setattr(startup, "connection", owner)
        with pytest.raises(ImproperlyConfigured, match="trop de droits"):
            startup.refuse_unsafe_database()


def test_start_up_accepts_the_serving_login(tenant_db):
    startup.refuse_unsafe_database()


def test_an_owner_process_does_not_serve(tenant_db, settings):
    settings.PROCESS = "owner"
    with pytest.raises(ImproperlyConfigured, match="owner"):
        startup.refuse_unsafe_database()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("GRANT TEMPORARY ON DATABASE {database} TO PUBLIC", "TEMPORARY"),
        ("GRANT CONNECT ON DATABASE {database} TO PUBLIC", "CONNECT"),
        ("GRANT USAGE ON SCHEMA public TO PUBLIC", "schéma public"),
        (
            "GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO PUBLIC",
            "set_config",
        ),
    ],
)
def test_start_up_refuses_a_database_that_was_not_prepared(
    committed_tenant_db, superuser_url, statement, said
):
    with psycopg.connect(superuser_url, autocommit=True) as superuser:
        statement = statement.format(database=superuser.info.dbname)
        superuser.execute(statement)
        try:
            with pytest.raises(ImproperlyConfigured, match=said):
                startup.refuse_unsafe_database()
        finally:
            superuser.execute(statement.replace("GRANT", "REVOKE").replace(" TO ", " FROM "))
    startup.refuse_unsafe_database()


def serve_with(**variables: str) -> subprocess.CompletedProcess[str]:
    """Import the served application as granian does."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "import socle.wsgi"],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "socle.settings.embedded"} | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_application_does_not_start_with_an_unsafe_login(superuser_url):
    """The calls themselves, in the process that serves: one at connection, one at start-up."""
    known = psycopg.conninfo.conninfo_to_dict(superuser_url)
    superuser = embedded.url_for(superuser_url, str(known["user"]), str(known["dbname"]))
    done = serve_with(DATABASE_URL=superuser, TENANT_LOGIN="switched")
    assert done.returncode == 1
    assert "superutilisateur" in done.stderr
    done = serve_with(SOCLE_PROCESS="owner")
    assert done.returncode == 1
    assert "ne sert pas de pages" in done.stderr
    assert serve_with().returncode == 0


def test_a_changed_departement_is_looked_up_again_after_forget(tenant_db):
    with contexts.public():
        known = directory.by_host("hauts-de-seine.socle.test")
        by_schema = directory.by_schema("d92")
        assert directory.by_host("hauts-de-seine.socle.test") is known
        assert directory.by_schema("d92") is by_schema
        directory.forget()
        assert directory.by_host("hauts-de-seine.socle.test") is not known
        assert directory.by_schema("d92") is not by_schema


@pytest.fixture
def registry(committed_tenant_db, owner_cursor):
    """The registry as its owner changes it; Val-de-Marne is open again at the end."""
    directory.forget()
    yield owner_cursor
    owner_cursor.execute("UPDATE registry_departement SET is_active = true")
    owner_cursor.execute("DELETE FROM registry_departement WHERE code = '00'")
    directory.forget()


def test_a_closed_departement_is_served_nowhere(registry):
    assert answer(tell_who, host=HOST_94).status_code == 200
    registry.execute("UPDATE registry_departement SET is_active = false WHERE code = '94'")
    directory.forget()

    response = answer(tell_who, host=HOST_94)
    assert (response.status_code, response.content) == (404, b"")
    assert set(contexts.for_each_tenant(lambda _departement: None)) == {"d92"}
    assert list(contexts.RegistryTenantSource().active_schemas()) == ["d92"]
    assert answer(tell_who, host=HOST_92).status_code == 200


def test_a_removed_departement_is_not_entered_again(registry):
    registry.execute(
        """INSERT INTO registry_departement (schema_name, code, name, slug, is_active,
               primary_color, accent_color, emblem, contact_phone, contact_email, payment_help,
               created_at)
           VALUES ('d00', '00', 'Fantôme', 'fantome', true, '', '', '', '', '', '', now())"""
    )
    with contexts.tenant("d00"):
        pass
    registry.execute("DELETE FROM registry_departement WHERE code = '00'")
    directory.forget()

    with pytest.raises(NoTenant), contexts.tenant("d00"):
        pass
