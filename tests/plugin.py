"""The test harness: real services, one template database, strict by default.

Loaded with `-p tests.plugin`, before pytest-django reads the settings. The controller starts (or
joins) the embedded PostgreSQL of `var/test`, or uses the servers it is given (`tests.servers`). It
builds a template database stamped with a hash of the migrations, and each worker gets a copy of it,
in which Hauts-de-Seine (`d92`) and Val-de-Marne (`d94`) exist. Nothing is left in the templates'
tenants by a test: `tenant_db` rolls back, `committed_tenant_db` truncates.

`tests.strictness` says what tests forbid that production would let pass. On-commit callbacks are
among it: they run at the end of the outermost transaction of the code under test, not at the end of
the test as Django's `captureOnCommitCallbacks(execute=True)` would, so that what a test reads after
an act is what a person would find after it. Tasks they send go to Redis and no further: a test that
wants an e-mail delivers the outbox itself.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

gc.disable()  # a quarter of the time of the imports; see `pytest_runtestloop`
ROOT = Path(__file__).resolve().parents[1]
for folder in (ROOT, ROOT / "platform", ROOT / "graphql"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from tests import servers  # noqa: E402  found through the paths above
from tools.stamp import stamp  # noqa: E402

IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
KEPT_TEMPLATES = 6


def _data_dir() -> Path:
    """Where the server's data are; a guard's copy of the tree joins the checkout's by SOCLE_VAR."""
    from socle import places

    return places.default_data_dir("test")


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build_template(superuser_url: str, name: str) -> None:
    """The template, and what it was before it had départements: sites of their own begin there."""
    from tenants.registry import cluster

    with psycopg.connect(superuser_url, autocommit=True) as connection:
        known = [
            row[0]
            for row in connection.execute(
                "SELECT datname FROM pg_database WHERE datname LIKE 'template_%' "
                "AND datname NOT LIKE 'template_' ORDER BY oid"
            )
        ]
        if name in known:
            return
        for old in known[: -KEPT_TEMPLATES + 1]:
            for left in (old, migrated(old)):
                with contextlib.suppress(psycopg.Error):
                    connection.execute(
                        sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(left))
                    )
        building = f"building_{name}"
        for left in (building, migrated(name)):
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(left))
            )
    cluster.create_database(superuser_url, building)
    _take_step("migrate", superuser_url, building)
    cluster.create_database(superuser_url, migrated(name), template=building)
    _take_step("provision", superuser_url, building)
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                sql.Identifier(building), sql.Identifier(name)
            )
        )


def migrated(template: str) -> str:
    """The database that a template was before it had départements."""
    return template.replace("template_", "migrated_", 1)


def _take_step(step: str, superuser_url: str, database: str) -> None:
    from socle import embedded

    environment = os.environ | {
        "SOCLE_PROCESS": "owner",
        "DJANGO_SETTINGS_MODULE": "socle.settings.embedded",
        "DATABASE_OWNER_URL": embedded.url_for(superuser_url, "socle_owner", database),
        "DATABASE_URL": embedded.url_for(superuser_url, "socle_web", database),
        "LOG_LEVEL": "WARNING",
    }
    subprocess.run(
        [sys.executable, "-W", "ignore", str(ROOT / "tests" / "build_template.py"), step],
        env=environment, check=True, cwd=ROOT,
    )  # fmt: skip


def _start() -> None:
    """In the controller: services, template, and the variables the workers inherit."""
    data_dir = _data_dir()
    os.environ |= {
        "SECRET_KEY": "test-secret-key-that-is-long-enough-for-every-check-0123456789",
        "TENANT_LOGIN_SECRET": "test-tenant-login-secret",
        "BASE_DOMAIN": "socle.test",
        "PUBLIC_HOST": "socle.test",
        "ALLOWED_HOSTS": ".socle.test,socle.test,127.0.0.1,localhost",
        "SOCLE_PROCESS": "web",
        "SOCLE_TEST_SERVER": "started",
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "platform", ROOT / "graphql"))),
    }
    name = f"template_{os.environ.get('SOCLE_STAMP') or stamp(ROOT)}"
    with locked(data_dir / "lock"):
        os.environ["SOCLE_SUPERUSER_URL"] = superuser_url = servers.start(data_dir)
        os.environ |= {"SOCLE_TEMPLATE": name, "SOCLE_MIGRATED": migrated(name)}
        _build_template(superuser_url, name)
    _use_database(superuser_url, name)  # of no use but to load the settings
    os.environ["SOCLE_RUN"] = str(os.getpid())


def _use_database(superuser_url: str, name: str) -> None:
    from socle import embedded

    os.environ["DATABASE_URL"] = embedded.url_for(superuser_url, "socle_web", name)
    os.environ["DATABASE_OWNER_URL"] = embedded.url_for(superuser_url, "socle_owner", name)
    os.environ["SOCLE_DATA_DIR"] = str(_data_dir() / "files" / name)


def _own_database() -> None:
    """In each process that runs tests: a copy of the template."""
    from tenants.registry import cluster

    superuser_url = os.environ["SOCLE_SUPERUSER_URL"]
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"run_{os.environ['SOCLE_RUN']}_{worker}"
    with locked(_data_dir() / "lock"):
        servers.take_redis_database(_data_dir())
        _drop_leftovers(superuser_url)
        cluster.create_database(
            superuser_url,
            name,
            template=os.environ["SOCLE_TEMPLATE"],
            tablespace=os.environ[servers.TABLESPACE],
        )
    _take_guard_away(superuser_url, name)
    _use_database(superuser_url, name)
    atexit.register(_drop, superuser_url, name)


def _take_guard_away(superuser_url: str, name: str) -> None:
    """For tools/guards.py: statements that disable a guard of this database, undone at the end."""

    def run(variable: str, database: str) -> None:
        statements = [line for line in os.environ.get(variable, "").split("\x1e") if line]
        with psycopg.connect(superuser_url, dbname=database, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    run("SOCLE_GUARD_SQL", name)
    if os.environ.get("SOCLE_GUARD_UNDO"):  # by then the run's own database is gone
        atexit.register(run, "SOCLE_GUARD_UNDO", "postgres")


def _drop(superuser_url: str, name: str) -> None:
    with (
        contextlib.suppress(psycopg.Error),
        psycopg.connect(superuser_url, autocommit=True) as connection,
    ):
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def _drop_leftovers(superuser_url: str) -> None:
    """Databases of runs that were killed."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT datname FROM pg_database WHERE datname ~ '^(building_)?run_[0-9]+_'"
        ).fetchall()
    for (name,) in rows:
        process = name.removeprefix("building_").split("_")[1]
        if not Path(f"/proc/{process}").exists() and Path("/proc").exists():
            _drop(superuser_url, name)


if "SOCLE_TEST_SERVER" not in os.environ:
    _start()
if (
    IS_WORKER
    or not any(
        a.startswith(("-n", "--numprocesses")) and a not in ("-n0", "-n=0") for a in sys.argv
    )
    or ("-n" in sys.argv and sys.argv[sys.argv.index("-n") + 1] == "0")
):
    _own_database()

from tests.banks import *  # noqa: E402, F403  fixtures need the variables above
from tests.fixtures import *  # noqa: E402, F403
from tests.measures import *  # noqa: E402, F403


def pytest_sessionstart() -> None:
    """Once pytest-django has set Django up, and before anything is collected."""
    from tests import strictness

    strictness.install()


LONGEST = ("tests/access/", "tests/browser/")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first: at the end, a worker would go on with one while the other has nothing left."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """All that will be imported is: the garbage collector, which rested, looks at it no more."""
    gc.freeze()
    gc.enable()
