"""What belongs to the cluster, and a superuser alone can make: roles, databases, and their walls.

One way for all: the embedded servers, `socle database prepare`, `socle tenant roles` and the tests
run these functions. Running one again sets right what is there: attributes, memberships, passwords.
A membership that none of ours should have is taken away. That is also how a secret is rotated.

Passwords leave as SCRAM verifiers, so that no log of the server ever holds one. Each function is one
transaction but `create_database`. There is no Django here: the embedded servers start before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from tenants.registry.backend import roles

# A tenant's role, of this database or of another of the cluster.
TENANT_ROLE = re.compile(r"d[0-9][0-9a-z]{1,2}")

# The owner migrates and provisions; the others serve. Every role is born with LOGIN, and socle_web
# keeps what it was given: it serves the fallback alone, and may be closed elsewhere.
_ATTRIBUTES = {
    roles.OWNER_ROLE: "LOGIN CREATEROLE",
    roles.WEB_ROLE: "NOINHERIT NOCREATEROLE",
    roles.PUBLIC_ROLE: "LOGIN NOCREATEROLE",
    roles.TENANTS_ROLE: "NOLOGIN NOCREATEROLE",
}
_NEVER = "NOSUPERUSER NOCREATEDB NOREPLICATION NOBYPASSRLS"

# Of template0: only it can be copied under another locale than the server's.
_SORTED_BY_CODE = (
    "TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
)
_DATABASE_RIGHTS = (
    "REVOKE TEMPORARY, CONNECT ON DATABASE {database} FROM PUBLIC",
    "GRANT CONNECT ON DATABASE {database} TO socle_owner, socle_web, socle_public, socle_tenant",
    "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    "ALTER SCHEMA public OWNER TO socle_owner",
    "GRANT USAGE ON SCHEMA public TO socle_public, socle_tenant",
    # An injected SELECT must not change role or path (tried: denied).
    "REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO socle_owner, socle_web",
)


class Membership(NamedTuple):
    """A role given to another, and what the other may do with it."""

    role: str
    member: str
    admin: bool = False
    inherit: bool = False
    switch: bool = False

    @property
    def is_wanted(self) -> bool:
        """Whether one of our serving roles may have it."""
        if self.member == roles.WEB_ROLE:  # becomes them, inherits nothing
            is_entered = self.role == roles.PUBLIC_ROLE or TENANT_ROLE.fullmatch(self.role)
            return bool(is_entered) and self == Membership(self.role, self.member, switch=True)
        is_tenant = self.member not in _ATTRIBUTES
        return is_tenant and self == Membership(roles.TENANTS_ROLE, self.member, inherit=True)


# As CREATEROLE alone, the owner may only grant what it administers.
_FIRST_MEMBERSHIPS = (
    Membership(roles.PUBLIC_ROLE, roles.OWNER_ROLE, admin=True),
    Membership(roles.TENANTS_ROLE, roles.OWNER_ROLE, admin=True),
    Membership(roles.WEB_ROLE, roles.OWNER_ROLE, admin=True),
    Membership(roles.PUBLIC_ROLE, roles.WEB_ROLE, switch=True),
)


def make_roles(superuser_url: str, passwords: Mapping[str, str] | None = None) -> None:
    """Make the roles of the cluster or set them right, with their passwords; all or none.

    :raises psycopg.Error: if the login is no superuser, or the server does not answer
    """
    with psycopg.connect(superuser_url) as connection, connection.cursor() as cursor:
        _make_roles(cursor, passwords or {})


def repair(
    superuser_url: str, *, database: str, secret: str, passwords: Mapping[str, str]
) -> list[str]:
    """Set right the roles of the cluster, the rights on a database, and its tenants' roles.

    Tenants' passwords derive from `secret`; `passwords` has the others'. Whoever is connected stays.
    Returns the tenants' roles; there is none before the first migration.

    :raises psycopg.Error: if the login is no superuser, or there is no such database
    """
    with (
        psycopg.connect(superuser_url, dbname=database) as connection,
        connection.cursor() as cursor,
    ):
        _make_roles(cursor, passwords)
        _set_rights(cursor, database)
        tenants = _tenants(cursor)
        for role in tenants:
            _make_role(cursor, role, _NEVER + " NOCREATEROLE")
            _grant(cursor, Membership(role, roles.OWNER_ROLE, admin=True))
            make_tenant_role(cursor, role, secret=secret)
        _revoke_strays(cursor, tenants)
    return tenants


def make_tenant_role(cursor: Any, role: str, *, secret: str | None) -> None:
    """Make a tenant's role or set it right, as the owner or as a superuser (Django's cursor, or ours).

    Its password derives from `secret`; without one it cannot log in (the template's).
    """
    _make_role(cursor, role, "NOINHERIT", login="NOLOGIN")
    # Rights on public tables come from the shared role; they may be used, not switched to.
    shared = Membership(roles.TENANTS_ROLE, role, inherit=True)
    _grant(cursor, shared, by=roles.OWNER_ROLE)
    if secret is not None:
        _run(cursor, "ALTER ROLE {} LOGIN", role)
        _set_password(cursor, role, roles.password_of(role, secret))
        switched = Membership(role, roles.WEB_ROLE, switch=True)  # for TENANT_LOGIN=switched
        _grant(cursor, switched, by=roles.OWNER_ROLE)


def create_database(
    superuser_url: str, name: str, template: str | None = None, tablespace: str = "pg_default"
) -> None:
    """Make a database owned by `socle_owner`, with the rights of docs/security/isolation.md.

    Texts sort by their code points, whatever the server's language (ADR 0028).
    It gets its name last: one that was cut half-way is made again. One that is there is left alone.

    :raises psycopg.Error: if the login is no superuser, or the server does not answer
    """
    building = f"building_{name}"
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        cursor = connection.cursor()
        if cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        _run(cursor, "DROP DATABASE IF EXISTS {} WITH (FORCE)", building)
        if template is None:
            made_as = f"CREATE DATABASE {{}} OWNER socle_owner TABLESPACE {{}} {_SORTED_BY_CODE}"
            _run(cursor, made_as, building, tablespace)
        else:
            made_as = "CREATE DATABASE {} OWNER socle_owner TABLESPACE {} TEMPLATE {}"
            _run(cursor, made_as, building, tablespace, template)
        with psycopg.connect(superuser_url, dbname=building) as inside:
            _set_rights(inside.cursor(), building)
        _run(cursor, "ALTER DATABASE {} RENAME TO {}", building, name)


def _run(cursor: Any, statement: str, *names: str) -> None:
    """Run a statement about roles or databases, their names quoted."""
    cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _make_roles(cursor: Any, passwords: Mapping[str, str]) -> None:
    for role, attributes in _ATTRIBUTES.items():
        _make_role(cursor, role, f"{attributes} {_NEVER}")
    for membership in _FIRST_MEMBERSHIPS:
        _grant(cursor, membership)
    _revoke_strays(cursor, [roles.WEB_ROLE, roles.PUBLIC_ROLE, roles.TENANTS_ROLE])
    for role, password in passwords.items():
        _set_password(cursor, role, password)


def _make_role(cursor: Any, role: str, attributes: str, *, login: str = "LOGIN") -> None:
    cursor.execute("SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = %s", [role])
    if cursor.fetchone() is None:
        _run(cursor, f"CREATE ROLE {{}} {login}", role)
    _run(cursor, f"ALTER ROLE {{}} {attributes}", role)


def _grant(cursor: Any, membership: Membership, *, by: str = "") -> None:
    """Give a membership; PostgreSQL keeps one for each who gives it, so the giver is always the same."""
    options = f"ADMIN {membership.admin}, INHERIT {membership.inherit}, SET {membership.switch}"
    statement = f"GRANT {{}} TO {{}} WITH {options}"
    if by:
        _run(cursor, f"{statement} GRANTED BY {{}}", membership.role, membership.member, by)
    else:
        _run(cursor, statement, membership.role, membership.member)


def _set_password(cursor: Any, role: str, password: str) -> None:
    verifier = cursor.connection.pgconn.encrypt_password(
        password.encode(), role.encode(), b"scram-sha-256"
    )
    statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
    cursor.execute(statement.format(sql.Identifier(role), sql.Literal(verifier.decode())))


def _revoke_strays(cursor: Any, members: list[str]) -> None:
    """Take away the memberships that our serving roles should not have, and what came of them."""
    cursor.execute(
        """SELECT role.rolname, member.rolname, given.admin_option, given.inherit_option,
                  given.set_option, grantor.rolname
           FROM pg_catalog.pg_auth_members AS given
           JOIN pg_catalog.pg_roles AS role ON role.oid = given.roleid
           JOIN pg_catalog.pg_roles AS member ON member.oid = given.member
           JOIN pg_catalog.pg_roles AS grantor ON grantor.oid = given.grantor
           WHERE member.rolname = ANY(%s)""",
        [members],
    )
    for *found, grantor in cursor.fetchall():
        membership = Membership(*found)
        if not membership.is_wanted:
            names = (membership.role, membership.member, grantor)
            _run(cursor, "REVOKE {} FROM {} GRANTED BY {} CASCADE", *names)


def _set_rights(cursor: Any, database: str) -> None:
    for line in _DATABASE_RIGHTS:
        cursor.execute(sql.SQL(line).format(database=sql.Identifier(database)))


def _tenants(cursor: Any) -> list[str]:
    """The roles of the départements of this database."""
    cursor.execute("SELECT to_regclass('public.registry_departement') IS NOT NULL")
    if cursor.fetchone() == (False,):
        return []
    cursor.execute("SELECT schema_name FROM public.registry_departement ORDER BY schema_name")
    return [schema for (schema,) in cursor.fetchall()]
