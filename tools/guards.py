"""`make guards`: take each guard away in turn, and fail if its tests stay green.

A guard that can be removed without a test noticing protects nothing. Guards are listed in the
`guards.toml` files of the test folders (the format is explained in tests/isolation/guards.toml):
each says how it is disabled and which tests must then fail. A test of those folders that belongs to
no guard, and is not listed under [controls], fails too.

Each guard runs in a copy of the tree, so that several can run at once and nothing is left behind. Its
process is forked from one that has imported what is not ours (`WARM`), which takes longer than the tests.
"""

from __future__ import annotations

import argparse
import atexit
import compileall
import concurrent.futures
import dataclasses
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
if not __package__:  # run as a script, it knows its own folder alone
    sys.path.insert(0, str(ROOT))
from tools.stamp import stamp  # noqa: E402

STAMP = stamp(ROOT)
FILES = (
    "tests/isolation/guards.toml",
    "tests/races/guards.toml",
    "tests/federation/metrics/guarded/guards.toml",
    "tests/federation/secrecy/guarded/guards.toml",
)
# Copied for each guard; everything else is linked.
COPIED = ("platform", "graphql", "tenants", "billing", "federation", "tests")
NOT_COPIED = shutil.ignore_patterns(".venv", "var")
SECONDS = 240
# Where there is memory enough, copies are made there: 0.15 s each instead of 2 to 3 on a slow disk.
MEMORY, ROOM_BYTES = Path("/dev/shm"), 2 << 30  # noqa: S108  each in a folder of its own
SUMMARY = "short test summary info"  # pytest's, when it went to its end
# What is long to import and reads no setting of Django's: imported once, for every guard.
WARM = (
    "pytest", "hypothesis.strategies", "numpy", "django.db.models", "django.forms", "django.template",
    "django.test", "django.core.management", "psycopg", "graphql", "graphene", "celery",
    "httpx", "requests", "holidays", "rich.traceback", "cryptography.x509", "joserfc.jwk",
    "opentelemetry.sdk.trace", "opentelemetry.sdk.metrics", "sqlparse",
    "pygments.lexers", "click", "yaml", "anyio", "stripe", "highspy", "psutil", "PIL.Image", "dateutil",
    "playwright.sync_api", "typst", "pypdf", "segno", "xmlschema", "time_machine", "stamina", "pydoc",
    "kombu.common", "kombu.messaging", "kombu.pools", "celery.app.backends", "celery.schedules",
    "celery.app.base", "celery.app.task", "celery.utils.quorum_queues", "celery.loaders.app",
    "pythonjsonlogger.core",
    "django.middleware.csrf", "django.contrib.admin.decorators", "django.contrib.admin.views.main",
    "django.contrib.auth.password_validation", "django.contrib.sessions.backends.base",
    "django.contrib.postgres.search", "django.contrib.postgres.fields", "django.contrib.postgres.constraints",
    "django.db.backends.postgresql.base", "django.template.loaders.cached", "django.views.decorators.http",
    "joserfc.jwe", "joserfc.jwt", "joserfc.jws", "onelogin.saml2.auth", "onelogin.saml2.idp_metadata_parser",
    "saml2.saml", "saml2.samlp", "saml2.md", "saml2.xmldsig", "saml2.xmlenc", "stdnum.iban",
    "stdnum.fr.siret",
    "authlib.oidc.core", "authlib.oauth2.rfc7523", "authlib.integrations.django_oauth2.requests", "webauthn",
    "lxml.etree", "xmlsec", "pyotp", "tzlocal", "vacances_scolaires_france",
    "schemathesis.pytest.plugin", "schemathesis.pytest.xdist", "anyio.pytest_plugin", "xdist.plugin",
    "execnet", "redis.asyncio", "django.core.cache.backends.redis", "django.db.migrations",
    "opentelemetry.instrumentation.celery", "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "opentelemetry.exporter.otlp.proto.http.metric_exporter", "packaging.requirements",
    "opentelemetry.exporter.otlp.proto.http._log_exporter", "promise", "platformdirs", "fasteners",
)  # fmt: skip
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(list(WARM))


@dataclasses.dataclass(frozen=True)
class Guard:
    """A guard, as its file lists it."""

    id: str
    description: str
    tests: tuple[str, ...]
    patch: tuple[dict[str, str], ...] = ()
    sql: tuple[str, ...] = ()
    undo: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What taking a guard away showed."""

    guard: Guard
    problems: tuple[str, ...]
    seconds: float


def read(path: Path) -> tuple[list[Guard], set[str]]:
    """The guards and the control tests of a file."""
    with path.open("rb") as file:
        loaded: dict[str, Any] = tomllib.load(file)
    guards = [
        Guard(
            id=entry["id"],
            description=entry["description"],
            tests=tuple(entry.get("tests") or [entry["test"]]),
            patch=tuple(entry.get("patch", ())),
            sql=tuple(entry.get("sql", ())),
            undo=tuple(entry.get("undo", ())),
            env=tuple(entry.get("env", {}).items()),
        )
        for entry in loaded.get("guard", [])
    ]
    return guards, set(loaded.get("controls", {}))


def test_functions(folder: Path) -> set[str]:
    """Every test function of a folder, as `path::name`."""
    found = set()
    for path in sorted(folder.glob("test_*.py")):
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE):
            found.add(f"{path.relative_to(ROOT)}::{name}")
    return found


def unlisted(path: Path, guards: list[Guard], controls: set[str]) -> list[str]:
    """What the list and the folder do not agree on."""
    listed = {test for guard in guards for test in guard.tests} | controls
    existing = test_functions(path.parent)
    inside = {test for test in listed if test.startswith(str(path.parent.relative_to(ROOT)))}
    return [f"{test} : n'appartient à aucune garde" for test in sorted(existing - listed)] + [
        f"{test} : listé, mais n'existe pas" for test in sorted(inside - existing)
    ]


def has_memory() -> bool:
    """Whether there is room in memory for what a run makes and throws away: copies, databases."""
    return MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_BYTES


def copies() -> tempfile.TemporaryDirectory[str]:
    """A folder for a copy, gone at the end."""
    return tempfile.TemporaryDirectory(prefix="socle-guard-", dir=MEMORY if has_memory() else None)


def copy_tree(target: Path) -> None:
    """A copy of the sources, the rest linked."""
    for entry in ROOT.iterdir():
        if entry.name in COPIED:
            shutil.copytree(entry, target / entry.name, ignore=NOT_COPIED)
        elif entry.name not in {".git", "var"}:
            (target / entry.name).symlink_to(entry)


def apply(guard: Guard, tree: Path) -> str | None:
    """Edit the copy; says what is wrong with the guard's patch, if anything is."""
    for patch in guard.patch:
        path = tree / patch["file"]
        text = path.read_text(encoding="utf-8")
        if text.count(patch["find"]) != 1:
            return f"le texte à remplacer se trouve {text.count(patch['find'])} fois dans {patch['file']}"
        path.write_text(text.replace(patch["find"], patch["replace"]), encoding="utf-8")
    return None


def compile_sources() -> None:
    """Once for all copies: a compiled file is copied with the age of its source, so it stays good."""
    for name in COPIED:
        compileall.compile_dir(ROOT / name, quiet=2)


def environment_of(guard: Guard) -> dict[str, str]:
    """The environment of a guard's tests."""
    unset = ("SOCLE_TEST", "PYTHONDONTWRITEBYTECODE")  # the second: Django is compiled once for all
    kept = {k: v for k, v in os.environ.items() if not k.startswith(unset)}
    return (
        kept
        | dict(guard.env)
        | {
            "SOCLE_VAR": str(ROOT / "var"),
            "SOCLE_STAMP": STAMP,  # what a guard takes away is of the run, not of the database it begins with
            "SOCLE_GUARD_SQL": "\x1e".join(guard.sql),
            "SOCLE_GUARD_UNDO": "\x1e".join(guard.undo),
        }
    )


# Nothing is read of a failure but its name: assertions are not rewritten, which WARM came before.
OPTIONS = ("-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--no-header", "--tb=no", "-rA",
           "--assert=plain")  # fmt: skip


def run_together(
    tests: tuple[str, ...], env: tuple[tuple[str, str], ...], tree: Path
) -> str | None:
    """Run tests in an untouched copy, by as many workers as there are processors; how they fail."""
    guard = Guard(id="none", description="", tests=tests, env=env)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-nauto", *OPTIONS, *tests],
        cwd=tree, env=environment_of(guard), capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout[-1500:] if done.returncode else None


def run_alone(guard: Guard, tree: Path) -> tuple[int, str]:
    """Run the guard's tests in its copy: pytest's exit status, and what it printed.

    :raises TimeoutError: if they do not end in `SECONDS`
    """
    printed = tree / "printed.txt"
    process = _forks.Process(
        target=_in_copy, args=(tree, environment_of(guard), guard.tests, printed)
    )
    process.start()
    process.join(SECONDS)
    if process.exitcode is None:
        os.killpg(process.pid or 0, signal.SIGKILL)
        process.join()
        raise TimeoutError
    return process.exitcode, printed.read_text(encoding="utf-8", errors="replace")


def _in_copy(
    tree: Path, environment: dict[str, str], tests: tuple[str, ...], printed: Path
) -> None:
    """In a process of its own: pytest, on what stands in the copy and nowhere else."""
    os.setsid()
    os.chdir(tree)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:] = [
        str(tree),
        *(entry for entry in sys.path if Path(entry) not in (ROOT, ROOT / "tools")),
    ]
    with printed.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    import pytest

    status = pytest.main([*OPTIONS, "-n0", *tests])
    atexit._run_exitfuncs()  # noqa: SLF001  databases go: a child of multiprocessing forgets them
    sys.stdout.flush()
    os._exit(status)


def has_failed(output: str, test: str) -> bool:
    """Whether pytest's summary says that this very test, or a case of it, failed.

    An ERROR is a fixture's, which shows nothing about the guard.
    """
    return bool(re.search(rf"^FAILED {re.escape(test)}(\[.*\])?( - |$)", output, re.MULTILINE))


def try_without(guard: Guard) -> Verdict:
    """Take a guard away and see which of its tests noticed."""
    start = time.monotonic()
    with copies() as folder:
        tree = Path(folder)
        copy_tree(tree)
        problem = apply(guard, tree)
        if problem:
            return Verdict(guard, (problem,), time.monotonic() - start)
        try:
            status, printed = run_alone(guard, tree)
        except TimeoutError:
            problem = f"les tests ne finissent pas en {SECONDS} s sans la garde : aucun n'a échoué"
            return Verdict(guard, (problem,), time.monotonic() - start)
    problems = []
    if status not in (0, 1) or SUMMARY not in printed:  # 1 is Python's own failure too
        problems.append(f"pytest s'est arrêté ({status}) : {printed[-1200:]}")
    problems += [
        f"{test} n'échoue pas sans la garde"
        for test in guard.tests
        if not has_failed(printed, test)
    ]
    return Verdict(guard, tuple(problems), time.monotonic() - start)


def untouched(guards: list[Guard], *, suite_follows: bool) -> list[str]:
    """With every guard in place the same tests are green: otherwise the rest shows nothing.

    Where the whole suite runs next, it shows that of all tests but those of another environment.
    """
    problems = []
    by_env: dict[tuple[tuple[str, str], ...], set[str]] = {}
    for guard in guards:
        by_env.setdefault(guard.env, set()).update(guard.tests)
    if suite_follows:
        by_env.pop((), None)
    for env, tests in by_env.items():
        with copies() as folder:
            copy_tree(Path(folder))
            failed = run_together(tuple(sorted(tests)), env, Path(folder))
        if failed is not None:
            problems.append(f"les tests ne sont pas verts avec toutes les gardes : {failed}")
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("ids", nargs="*", help="only these guards")
    parser.add_argument("--jobs", type=int, default=max(2, os.cpu_count() or 2))
    parser.add_argument(
        "--suite-follows",
        action="store_true",
        help="do not run their tests with every guard in place",
    )
    arguments = parser.parse_args()
    guards: list[Guard] = []
    problems: list[str] = []
    for name in FILES:
        path = ROOT / name
        if path.exists():
            listed, controls = read(path)
            guards += listed
            problems += unlisted(path, listed, controls)
    if arguments.ids:
        guards = [guard for guard in guards if guard.id in arguments.ids]
    compile_sources()
    problems += untouched(guards, suite_follows=arguments.suite_follows)
    cluster = [guard for guard in guards if guard.undo]  # what touches roles runs alone, at the end
    lock = threading.Lock()
    done = 0

    def report(verdict: Verdict) -> None:
        nonlocal done
        with lock:
            done += 1
            mark = "✗" if verdict.problems else "✓"
            print(
                f"[{done}/{len(guards)}] {mark} {verdict.guard.id} ({verdict.seconds:.0f} s)",
                flush=True,
            )
            problems.extend(f"{verdict.guard.id} : {problem}" for problem in verdict.problems)

    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        apart = [guard for guard in guards if guard not in cluster]
        for future in concurrent.futures.as_completed([pool.submit(try_without, g) for g in apart]):
            report(future.result())
    for guard in cluster:
        report(try_without(guard))
    for problem in problems:
        print(f"- {problem}")
    print(f"{len(guards)} gardes retirées tour à tour, {len(problems)} problème(s).")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
