"""The servers a test run uses: the embedded ones, or those that are given.

REDIS_URL gives a Redis. Tests empty the database they use, so each process takes one that is empty,
from the number in the URL on. SOCLE_SUPERUSER_URL gives a PostgreSQL, for tests alone: a run makes
roles and databases there. DATABASE_URL and DATABASE_OWNER_URL are of no use to tests: each process
has a database of its own.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
from pathlib import Path
from typing import Any

import psycopg

OURS = "socle tests"  # the comment on the roles of a server that is for tests alone
GIVEN_REDIS = "SOCLE_TEST_GIVEN_REDIS"
TABLESPACE = "SOCLE_TEST_TABLESPACE"
CANDIDATES = 16
_held: list[Any] = []  # lock files, kept open as long as the process lives


def start(data_dir: Path) -> str:
    """Start or join the servers, say in the environment where Redis and a run's databases are.

    Returns the superuser's URL. To be called under the lock of the data directory.
    """
    from socle import embedded, leftovers
    from tests import memory

    name = str(os.getpid())
    leftovers.forget_dead_runs(data_dir / "redis")
    os.environ[GIVEN_REDIS] = given_redis = os.environ.get("REDIS_URL", "")
    superuser_url = os.environ.get("SOCLE_SUPERUSER_URL", "")
    tablespace = memory.DISK
    if superuser_url:
        _prepare(superuser_url)
        redis = embedded.Redis(given_redis)
        if not given_redis:
            redis = embedded.start_redis(data_dir, name)
    else:
        memory.make_lost_folders(data_dir)
        services = embedded.start_services(
            data_dir,
            for_tests=True,
            database="postgres_unused",
            redis_name=name,
            redis_url=given_redis,
        )
        superuser_url, redis = services.superuser_url, services.redis
        tablespace = memory.tablespace(superuser_url, data_dir)
    os.environ[TABLESPACE] = tablespace
    os.environ["REDIS_URL"] = redis.url
    atexit.register(shutil.rmtree, data_dir / "redis" / name, ignore_errors=True)
    atexit.register(redis.stop)
    return superuser_url


def _prepare(superuser_url: str) -> None:
    """Make the roles on a PostgreSQL that was given, unless it serves something else than tests."""
    from socle import embedded
    from tenants.registry import cluster
    from tenants.registry.backend import roles

    passwords = {
        role: embedded.role_password(superuser_url, role)
        for role in (roles.OWNER_ROLE, roles.WEB_ROLE)
    }
    passwords[roles.PUBLIC_ROLE] = roles.password_of(
        roles.PUBLIC_ROLE, os.environ["TENANT_LOGIN_SECRET"]
    )
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        found = connection.execute(
            "SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = 'socle_owner'"
        ).fetchone()
        if found is not None and found[0] != OURS:
            raise SystemExit(
                "Le serveur de SOCLE_SUPERUSER_URL sert déjà Socle : les essais y changeraient les "
                "mots de passe des départements. Donnez un serveur pour les essais seuls."
            )
        cluster.make_roles(superuser_url, {k: v for k, v in passwords.items() if v})
        connection.execute(f"COMMENT ON ROLE socle_owner IS '{OURS}'")


def take_redis_database(data_dir: Path) -> None:
    """In each process that runs tests: put in REDIS_URL a Redis database of its own."""
    if os.environ[GIVEN_REDIS]:
        os.environ["REDIS_URL"] = _empty_database(os.environ[GIVEN_REDIS], data_dir)
        return
    number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    base = os.environ["REDIS_URL"].rpartition("/")[0]
    os.environ["REDIS_URL"] = f"{base}/{number}"


def _empty_database(url: str, data_dir: Path) -> str:
    """A database of this Redis that is empty and that no other run of this machine holds."""
    import redis

    base, _, named = url.rstrip("/").rpartition("/")
    first = int(named) if named.isdecimal() else 0
    base = base if named.isdecimal() else url.rstrip("/")
    for number in range(first, first + CANDIDATES):
        lock = (data_dir / f"redis-{number}.lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            client = redis.Redis.from_url(f"{base}/{number}")
            is_empty = client.dbsize() == 0
        except (BlockingIOError, redis.ResponseError):  # held, or there are not so many
            is_empty = False
        if is_empty:
            _held.append(lock)
            atexit.register(client.flushdb)
            return f"{base}/{number}"
        lock.close()
    raise SystemExit(
        f"Les {CANDIDATES} bases de REDIS_URL à partir du n° {first} sont prises ou pleines. "
        "Donnez un Redis vide, ou ôtez REDIS_URL."
    )
