"""A whole Socle that can be killed: a PostgreSQL, a Redis, web, worker, clock and test bank of its own.

Processes are those of the demo, started the same way; each is told to PostgreSQL by its name
(`application_name`). Killing is SIGKILL, to all that a process started; of the database, to the
postmaster and every backend. Starting again is what an operator's supervisor does: the same command.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg

from socle import demo, embedded
from socle.supervisor import Child, tail
from tests.ports import free_port
from tests.socle.clusters import open_folder

ROOT = Path(__file__).resolve().parents[2]
SLUG, SCHEMA = "hauts-de-seine", "d92"
SECRET = "kill-secret-key-that-is-long-enough-for-every-check-0123456789"
PATIENCE = 180.0  # of a busy machine: most waits are over within seconds


class NeverCame(AssertionError):
    """Something that was waited for did not happen."""


def wait_for(what: str, is_done: Callable[[], Any], *, seconds: float = PATIENCE) -> Any:
    """What is waited for, once it is there."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = is_done()
        if found:
            return found
        time.sleep(0.05)
    raise NeverCame(f"{what}: not within {seconds:.0f} s")


_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Have what our processes leave behind become ours: a container's first process may bury nobody.

    PostgreSQL does not start while the remains of its former self are there.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


def kill_tree(process: psutil.Process) -> None:
    """A process and all it started, by force; nobody left when this returns."""
    family = [process]
    with contextlib.suppress(psutil.NoSuchProcess):
        family += process.children(recursive=True)
    for one in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()
    wait_for("their end", lambda: all(map(_is_buried, family)))


def _is_buried(process: psutil.Process) -> bool:
    with contextlib.suppress(ChildProcessError):  # somebody else's, or buried already
        os.waitpid(process.pid, os.WNOHANG)
    return not psutil.pid_exists(process.pid)


class House:
    """What one point is played in."""

    def __init__(self, folder: Path, port: int, **variables: str) -> None:
        adopt_orphans()
        self.folder = folder
        self.port = port
        self.redis = embedded.start_redis(folder)
        self.services = self._start_database()
        self.environment = self._environment() | variables
        self.children = {
            child.name: child for child in demo._processes(folder, self.environment, port)
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._ends = contextlib.ExitStack()

    def _start_database(self) -> embedded.Services:
        return embedded.start_services(self.folder, redis_url=self.redis.url)

    def _environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("SOCLE_", "OTEL_"))}
        return {
            **kept,
            **self.services.environment(),
            "SOCLE_EMBEDDED": "true",
            "DJANGO_SETTINGS_MODULE": "tests.kill.settings",
            "SECRET_KEY": SECRET,
            "TENANT_LOGIN_SECRET": SECRET,
            "TENANT_LOGIN": "per-tenant",
            "BASE_DOMAIN": demo.BASE_DOMAIN,
            "PUBLIC_HOST": f"socle.{demo.BASE_DOMAIN}",
            "ALLOWED_HOSTS": "",
            "PORTAL_ORIGIN": f"http://{{host}}:{self.port}",
            "STRIPE_API_BASE": f"http://{demo.HOST}:{demo._bank_port(self.port)}",
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": "ignore",
            "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "platform", ROOT / "graphql"))),
        }

    # --- processes ----------------------------------------------------------------------------
    def run(self, module: str, *arguments: str) -> str:
        """Run a module on the house's data; what it said."""
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"{module} {arguments}: {done.stdout}\n{done.stderr}")
        return done.stdout

    def start(self, *names: str) -> None:
        """Start what does not run: all of it, or what is named."""
        for name in names or tuple(self.children):
            if name not in self.processes:
                self.processes[name] = self._popen(self.children[name])

    def _popen(self, child: Child) -> subprocess.Popen[bytes]:
        with (self.folder / f"{child.name}.log").open("ab") as log:
            return subprocess.Popen(
                child.command,
                env=dict(child.environment) | {"PGAPPNAME": child.name},
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """Kill by force: `web`, `worker`, `beat`, `bank`, `database`, or `task`, a worker's own child."""
        if name == "database":
            with contextlib.suppress(psutil.NoSuchProcess):
                kill_tree(psutil.Process(self.services._postgres.get_pid()))
        elif name == "task":
            for child in psutil.Process(self.processes["worker"].pid).children():
                kill_tree(child)
        else:
            process = self.processes.pop(name)
            kill_tree(psutil.Process(process.pid))
            process.poll()

    def freeze(self, name: str, *, again: bool = False) -> None:
        """Stop a process where it stands, or let it go on."""
        family = psutil.Process(self.processes[name].pid)
        for one in (family, *family.children(recursive=True)):
            one.resume() if again else one.suspend()

    def start_again(self, name: str) -> None:
        """Start what was killed, with the same command."""
        if name == "database":
            self.services = self._start_database()
        elif name != "task":  # the worker starts another by itself
            self.start(name)

    def wait_until_up(self) -> None:
        """Until pages are answered."""
        wait_for("the site", lambda: self.check_alive() and demo._is_healthy(self.port))

    def check_alive(self) -> bool:
        """Whether every process runs that should.

        :raises AssertionError: with its latest lines, if one stopped by itself
        """
        for name, process in self.processes.items():
            if process.poll() is not None:
                lines = "\n".join(tail(self.folder / f"{name}.log"))
                raise AssertionError(f"{name} stopped by itself ({process.returncode}):\n{lines}")
        return True

    def at_the_end(self, close: Callable[[], None]) -> None:
        """Have something closed when the house is."""
        self._ends.callback(close)

    def stop(self) -> None:
        """Stop everything, by force: nothing of it is of use any more."""
        self._ends.close()
        for name in tuple(self.processes):
            self.kill(name)
        self.kill("database")
        self.redis.stop()

    # --- what it knows ------------------------------------------------------------------------
    def connect(self, **options: Any) -> psycopg.Connection[Any]:
        """A superuser's connection to the data, in the département's schema."""
        return psycopg.connect(
            self.services.superuser_url,
            dbname="socle",
            autocommit=True,
            options=f"-c search_path={SCHEMA}",
            application_name="tests",
            **options,
        )

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with self.connect() as connection:
            return connection.execute(query, parameters).fetchall()

    def value(self, query: str, *parameters: Any) -> Any:
        """The one value of a query."""
        ((found,),) = self.rows(query, *parameters)
        return found

    @property
    def bank(self) -> dict[str, Any]:
        """What the bank knows."""
        return dict(json.loads((self.folder / "bank.json").read_text(encoding="utf-8")))

    def lose_notices(self) -> None:
        """From now on the bank tells nobody: its notices go where nobody listens."""
        self.kill("bank")
        child = self.children["bank"]
        environment = {**child.environment, "PORTAL_ORIGIN": "http://{host}:9"}
        self.children["bank"] = Child(child.name, child.command, environment)
        self.start("bank")

    @property
    def mail_files(self) -> list[Path]:
        """The messages that were sent; one sent twice is there once."""
        return sorted((self.folder / "files" / "mail" / SCHEMA).glob("*.eml"))


def stamp() -> str:
    """What the template is made of."""
    digest = hashlib.sha256(demo._schema_stamp().encode())
    for path in sorted(
        [*ROOT.glob("platform/socle/seeding/*.py"), *ROOT.glob("tests/kill/seed.py")]
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def make_template(folder: Path) -> None:
    """The data every point begins with."""
    house = House(folder, free_port())
    try:
        house.run("socle.command", "migrate", "--quiet")
        house.run("socle.command", "seed", "--provision", "--departement", "92")
        house.run("tests.kill.seed")
    finally:
        house.services.stop()
        house.redis.stop()


@contextlib.contextmanager
def house_of_its_own(template: Path, **variables: str) -> Iterator[House]:
    """A copy of the template with its servers running, gone at the end."""
    with open_folder() as folder:
        data_dir = folder / "data"
        data_dir.mkdir()
        for name in ("postgresql", "files"):
            subprocess.run(["cp", "-a", str(template / name), str(data_dir / name)], check=True)
        house = House(data_dir, free_port(), **variables)
        try:
            house.start()
            house.wait_until_up()
            yield house
        finally:
            house.stop()
