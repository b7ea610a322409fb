"""`make bench`: run the benches, each in its own process on a database of its own.

`SCALE` is the share of a département's 54,000 pupils (0.1 by default; 1 is what bench/RESULTS.md
quotes). A bench is a module of this package with `run(scale) -> list[Row]`; it starts inside
Hauts-de-Seine, migrated and empty. Names given as arguments choose the benches to run.
Exit status 1 if a target does not hold.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "platform"), str(ROOT / "graphql")]
BENCHES = (
    "tenant_entry",
    "billing",
    "aaf_import",
    "lists",
    "documents",
    "family_page",
    "sign_in",
    "simulation",
    "deciding",
    "usage",
    "passplus",
    "directory",
    "school_messages",
    "announcements",
    "secrecy",
    "publication",
    "graphql.side_by_side",
    "graphql.weights",
    "graphql.weights",
    "graphql.costs",
    "graphql.documents",
    "graphql.exports",
)


def main() -> int:
    if "SOCLE_BENCH" in os.environ:
        return _run_here(os.environ["SOCLE_BENCH"])
    names = sys.argv[1:] or list(BENCHES)
    if unknown := sorted(set(names) - set(BENCHES)):
        print(f"Mesure inconnue : {', '.join(unknown)}. Choisissez parmi {', '.join(BENCHES)}.")
        return 2
    from socle import embedded

    services = embedded.start_services(
        embedded.default_data_dir("bench"), redis_name=str(os.getpid())
    )
    try:
        return max([_run_apart(name, services) for name in names])
    finally:
        services.stop()


def _run_apart(name: str, services: object) -> int:
    """Make a database, run the bench in a process of its own, drop the database."""
    import psycopg

    from socle import embedded
    from tenants.registry import cluster

    superuser_url: str = services.superuser_url  # type: ignore[attr-defined]
    database = f"bench_{name.replace('.', '_')}"
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
    cluster.create_database(superuser_url, database)
    environment = os.environ | services.environment()  # type: ignore[attr-defined]
    environment |= {
        "DJANGO_SETTINGS_MODULE": "socle.settings.embedded",
        "SECRET_KEY": "bench-secret-key-that-is-long-enough-for-every-check-0123456789",
        "TENANT_LOGIN_SECRET": "bench-tenant-login-secret",
        "DATABASE_URL": embedded.url_for(superuser_url, "socle_web", database),
        "DATABASE_OWNER_URL": embedded.url_for(superuser_url, "socle_owner", database),
        "SOCLE_SUPERUSER_URL": superuser_url,
        "BASE_DOMAIN": "socle.test",
        "PUBLIC_HOST": "socle.test",
        "API_BUDGETS": "100000",  # one guardian asks all day
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "platform", ROOT / "graphql"))),
    }
    print(f"\n## {name} (SCALE={_scale():g})", flush=True)
    start = time.monotonic()
    try:
        for step in ("migrate", "provision"):
            built = subprocess.run(
                [sys.executable, "-W", "ignore", str(ROOT / "tests" / "build_template.py"), step],
                env=environment | {"SOCLE_PROCESS": "owner"}, cwd=ROOT, check=False,
            )  # fmt: skip
            if built.returncode:
                return built.returncode
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "bench"],
            env=environment | {"SOCLE_PROCESS": "worker", "SOCLE_BENCH": name}, cwd=ROOT, check=False,
        )  # fmt: skip
        print(f"({time.monotonic() - start:.0f} s)", flush=True)
        return done.returncode
    finally:
        with psycopg.connect(superuser_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")


def _scale() -> float:
    return float(os.environ.get("SCALE", "0.1"))


def _run_here(name: str) -> int:
    """In the bench's own process, inside Hauts-de-Seine."""
    import django

    django.setup()
    from bench import measures
    from tenants.registry import contexts

    module = importlib.import_module(f"bench.{name}")
    with contexts.tenant("d92"):
        rows = module.run(_scale())
    print("\n".join(measures.table(rows)), flush=True)
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
