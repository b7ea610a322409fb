"""Roles of a cluster, made and set right: on a PostgreSQL of its own, which asks for passwords here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from socle import embedded
from tenants.registry.backend import roles
from tenants.registry.cluster import make_roles, repair
from tests.socle.clusters import cluster, copied
from tests.socle.processes import PRODUCTION, socle

__all__ = ("cluster",)

SIGNED_IN = ("socle_owner", "socle_web", "socle_public", "d92", "d94")
OWN = {"socle_owner": "the owner's", "socle_web": "the web's"}


@pytest.fixture(scope="module")
def data_dir(cluster: Path) -> Iterator[Path]:
    """The data of a server where the superuser alone needs no password, with two départements."""
    before = dict(os.environ)
    with copied(cluster) as folder:
        access = folder / "postgresql" / "pg_hba.conf"
        asks = "".join(f"local all {role} scram-sha-256\n" for role in SIGNED_IN)
        access.write_text(asks + access.read_text(encoding="utf-8"), encoding="utf-8")
        os.environ["XDG_RUNTIME_DIR"] = str(folder / "run")
        embedded.start_services(folder, for_tests=True, redis_url="redis://127.0.0.1:1/0")
        with psycopg.connect(url_in(folder)) as superuser:
            superuser.execute("CREATE TABLE registry_departement (schema_name text)")
            superuser.execute("INSERT INTO registry_departement VALUES ('d92'), ('d94')")
        yield folder
    os.environ.clear()
    os.environ.update(before)


def url_in(data_dir: Path) -> str:
    return f"postgresql://postgres@/socle?host={data_dir / 'postgresql'}"


@pytest.fixture
def superuser_url(data_dir: Path) -> str:
    """Its superuser. Each test sets the roles right first, whatever the one before left."""
    return url_in(data_dir)


def set_right(superuser_url: str, secret: str = "first") -> list[str]:
    passwords = OWN | {"socle_public": roles.password_of("socle_public", secret)}
    return repair(superuser_url, database="socle", secret=secret, passwords=passwords)


def who_signs_in(superuser_url: str, secret: str) -> list[str]:
    """The roles that this secret opens."""
    opened = []
    for role in SIGNED_IN:
        password = OWN.get(role) or roles.password_of(role, secret)
        try:
            psycopg.connect(superuser_url, user=role, password=password).close()
        except psycopg.OperationalError as error:
            assert "password authentication failed" in str(error)  # noqa: PT017
        else:
            opened.append(role)
    return opened


def state(superuser_url: str) -> dict[str, list[object]]:
    """What the cluster holds of our roles, but for the salts of their passwords."""
    questions = {
        "attributes": """SELECT rolname, rolcanlogin, rolinherit, rolsuper, rolcreaterole,
                rolcreatedb, rolreplication, rolbypassrls
            FROM pg_authid WHERE rolname ~ '^(socle_|d[0-9])' ORDER BY 1""",
        "memberships": """SELECT role.rolname, member.rolname, given.admin_option,
                given.inherit_option, given.set_option, grantor.rolname
            FROM pg_auth_members AS given
            JOIN pg_roles AS role ON role.oid = given.roleid
            JOIN pg_roles AS member ON member.oid = given.member
            JOIN pg_roles AS grantor ON grantor.oid = given.grantor
            WHERE member.rolname ~ '^(socle_|d[0-9])' ORDER BY 1, 2, 6""",
        "walls": """SELECT unnest(datacl)::text FROM pg_database WHERE datname = 'socle'
            UNION ALL SELECT unnest(nspacl)::text FROM pg_namespace WHERE nspname = 'public'
            UNION ALL SELECT unnest(proacl)::text FROM pg_proc WHERE proname = 'set_config'
            ORDER BY 1""",
    }
    with psycopg.connect(superuser_url) as superuser:
        return {name: superuser.execute(query).fetchall() for name, query in questions.items()}


def test_running_it_again_changes_nothing(superuser_url):
    assert set_right(superuser_url) == ["d92", "d94"]
    first = state(superuser_url)
    assert set_right(superuser_url) == ["d92", "d94"]

    assert state(superuser_url) == first
    assert [row[0] for row in first["attributes"]] == [
        "d92", "d94", "socle_owner", "socle_public", "socle_tenant", "socle_web"
    ]  # fmt: skip
    assert [row[:5] for row in first["memberships"] if row[1] in {"d92", "socle_web"}] == [
        ("d92", "socle_web", False, False, True),
        ("d94", "socle_web", False, False, True),
        ("socle_public", "socle_web", False, False, True),
        ("socle_tenant", "d92", False, True, False),
    ]


def test_a_new_secret_closes_the_old_passwords(superuser_url):
    set_right(superuser_url, "first")
    assert who_signs_in(superuser_url, "first") == list(SIGNED_IN)

    set_right(superuser_url, "second")

    assert who_signs_in(superuser_url, "first") == ["socle_owner", "socle_web"]
    assert who_signs_in(superuser_url, "second") == list(SIGNED_IN)


def test_the_server_is_sent_no_password(superuser_url, data_dir):
    """Verifiers only: a server that logs every statement learns nothing."""
    with psycopg.connect(superuser_url, autocommit=True) as superuser:
        superuser.execute("ALTER SYSTEM SET log_statement = 'all'")
        superuser.execute("SELECT pg_reload_conf()")
    set_right(superuser_url)
    with psycopg.connect(superuser_url, autocommit=True) as superuser:
        superuser.execute("ALTER SYSTEM RESET log_statement")
        superuser.execute("SELECT pg_reload_conf()")

    logged = (data_dir / "postgresql" / "log").read_text(encoding="utf-8")
    assert 'ALTER ROLE "d92" PASSWORD \'SCRAM-SHA-256$' in logged
    for password in (*OWN.values(), roles.password_of("d92", "first")):
        assert password not in logged


@pytest.mark.parametrize(
    "damage",
    [
        "ALTER ROLE d92 CREATEDB BYPASSRLS INHERIT NOLOGIN",
        "ALTER ROLE socle_public SUPERUSER",
        "ALTER ROLE socle_web CREATEROLE INHERIT",
        "ALTER ROLE socle_owner NOCREATEROLE",
        "GRANT d94 TO d92",
        "GRANT socle_tenant TO d92 WITH SET TRUE",
        "GRANT pg_read_all_data TO socle_web, socle_public WITH ADMIN TRUE",
        "GRANT d92 TO socle_web WITH INHERIT TRUE",
        "REVOKE d92 FROM socle_web GRANTED BY socle_owner",
        "REVOKE d92 FROM socle_owner CASCADE",
        "REVOKE socle_public FROM socle_web",
        "DROP ROLE d94",
        "GRANT TEMPORARY, CONNECT ON DATABASE socle TO PUBLIC",
        "REVOKE CONNECT ON DATABASE socle FROM socle_web",
        "GRANT ALL ON SCHEMA public TO PUBLIC",
        "GRANT EXECUTE ON FUNCTION set_config(text, text, boolean) TO PUBLIC",
    ],
)
def test_what_was_damaged_is_set_right(superuser_url, damage):
    set_right(superuser_url)
    whole = state(superuser_url)
    with psycopg.connect(superuser_url) as superuser:
        superuser.execute(damage)
    assert state(superuser_url) != whole

    set_right(superuser_url)

    assert state(superuser_url) == whole
    assert who_signs_in(superuser_url, "first") == list(SIGNED_IN)


def test_a_closed_fallback_login_stays_closed(superuser_url):
    """docs/security/isolation.md: socle_web serves TENANT_LOGIN=switched alone."""
    with psycopg.connect(superuser_url, autocommit=True) as superuser:
        superuser.execute("ALTER ROLE socle_web NOLOGIN")
        set_right(superuser_url)
        may_sign_in = dict(row[:2] for row in state(superuser_url)["attributes"])
        superuser.execute("ALTER ROLE socle_web LOGIN")

    assert (may_sign_in["socle_web"], may_sign_in["socle_public"]) == (False, True)


def test_a_refusal_changes_nothing(superuser_url):
    set_right(superuser_url)
    before = state(superuser_url)
    owner = psycopg.conninfo.make_conninfo(
        superuser_url, user="socle_owner", password=OWN["socle_owner"]
    )

    for act in (
        lambda: set_right(owner, "second"),
        lambda: make_roles(owner),
        lambda: repair(superuser_url, database="absent", secret="second", passwords={}),
    ):
        with pytest.raises(psycopg.Error):
            act()

    assert state(superuser_url) == before
    assert who_signs_in(superuser_url, "first") == list(SIGNED_IN)


def test_the_command_rotates_what_the_settings_say(superuser_url):
    host = psycopg.conninfo.conninfo_to_dict(superuser_url)["host"]
    given = PRODUCTION | {
        "TENANT_LOGIN_SECRET": "third",
        "DATABASE_URL": f"postgresql://socle_web:w@/socle?host={host}",
        "DATABASE_OWNER_URL": f"postgresql://socle_owner:o@/socle?host={host}",
    }

    done = socle("tenant", "roles", "--superuser-url", superuser_url, **given)

    assert done.stdout == (
        "Rôles et droits de la base « socle » en ordre.\nDépartements : d92, d94.\n"
    ), done.stderr
    assert who_signs_in(superuser_url, "third") == ["socle_public", "d92", "d94"]
    psycopg.connect(superuser_url, user="socle_web", password="w").close()
    again = socle("tenant", "roles", SOCLE_SUPERUSER_URL=superuser_url, **given)
    assert again.stdout == done.stdout
    wrong = given | {"DATABASE_URL": "postgresql://postgres@/socle"}
    refused = socle("tenant", "roles", "--superuser-url", superuser_url, **wrong)
    assert refused.stderr == "Erreur : Le rôle de DATABASE_URL doit s'appeler socle_web.\n"
