"""A served site for browser tests and `make look`: a database of its own, seeded, and granian.

It uses the harness's embedded PostgreSQL (`tests.plugin` starts it) with a copy of the empty
database, the demo's own seeding, and real processes: what the browser meets is what `make demo`
serves.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import http.client
import itertools
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from socle import embedded
from tenants.registry import cluster
from tests import servers

ROOT = Path(__file__).resolve().parents[2]
BASE_DOMAIN = "localhost"
PAST = Path(__file__).parent / "past"  # holds sitecustomize.py
_numbers = itertools.count(1)  # several sites may be served at once


@dataclasses.dataclass(frozen=True)
class Site:
    """Where the site answers."""

    port: int
    environment: dict[str, str]
    log: Path
    # Serve again on the same data, in the present.
    come_back: Callable[[], None] = lambda: None

    def url(self, slug: str, path: str = "/") -> str:
        """The address of a page on a département's host ("socle" is the public one)."""
        return f"http://{slug}.{BASE_DOMAIN}:{self.port}{path}"

    def wait_for(self, name: str) -> None:
        """Wait until what stands in for others at an address of the environment answers."""
        port = urlsplit(self.environment[name]).port
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", port or 0), 5),
            ):
                return
            time.sleep(0.1)
        raise RuntimeError(f"{name} ne répond pas : {self.log.read_text()[-3000:]}")

    def run(self, *arguments: str) -> str:
        """Run a `socle` command on the site's data; its output."""
        return self.play("socle.command", *arguments)

    def play(self, module: str, *arguments: str) -> str:
        """Run a module on the site's data; its output."""
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", module, *arguments],
            env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"{module} {' '.join(arguments)} : {done.stdout}\n{done.stderr}")
        return done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"le site s'est arrêté : {log.read_text()[-3000:]}")
        try:
            asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            with contextlib.closing(asked) as connection:
                host = {"Host": f"socle.{BASE_DOMAIN}:{port}"}
                connection.request("GET", "/sante/", headers=host)
                if connection.getresponse().status == http.client.OK:
                    return
        except OSError:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"le site ne répond pas : {log.read_text()[-3000:]}")


def _environment(superuser_url: str, name: str, *, port: int, folder: str) -> dict[str, str]:
    """Of every process of a site; what it asks of others answers at ports of this machine."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "socle.settings.embedded",
        "DATABASE_URL": embedded.url_for(superuser_url, "socle_web", name),
        "DATABASE_OWNER_URL": embedded.url_for(superuser_url, "socle_owner", name),
        "SOCLE_DATA_DIR": folder,
        "BASE_DOMAIN": BASE_DOMAIN,
        "PUBLIC_HOST": f"socle.{BASE_DOMAIN}",
        "PORTAL_ORIGIN": f"http://{{host}}:{port}",
        "ALLOWED_HOSTS": "",
        "TENANT_LOGIN": "per-tenant",
        "PYTHONWARNINGS": "ignore",
        "STRIPE_API_BASE": f"http://127.0.0.1:{free_port()}",
        "RIGHTS_API_BASE": f"http://127.0.0.1:{free_port()}",
        "IDENTITY_API_BASE": f"http://127.0.0.1:{free_port()}",
        "SERVICES_BASE": f"http://127.0.0.1:{free_port()}",
    }
    environment.pop("SOCLE_PROCESS", None)
    return environment


@contextlib.contextmanager
def serve(
    *, departements: tuple[str, ...] | None = ("92", "94"), past: datetime.datetime | None = None
) -> Iterator[Site]:
    """Seed a database of its own and serve it, until the block ends.

    Without codes, all départements are seeded; with `None`, none. With `past`, the data are made
    then, and what serves lives then until `Site.come_back`. The bank and the sources of rights are
    always in the present.
    """
    superuser_url = os.environ["SOCLE_SUPERUSER_URL"]
    name = f"run_{os.getpid()}_site{next(_numbers)}{os.environ.get('PYTEST_XDIST_WORKER', '')}"
    cluster.create_database(
        superuser_url,
        name,
        template=os.environ["SOCLE_MIGRATED"],
        tablespace=os.environ[servers.TABLESPACE],
    )
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="socle-site-", ignore_cleanup_errors=True) as folder:
        environment = _environment(superuser_url, name, port=port, folder=folder)
        present = dict(environment)
        if past is not None:
            environment |= {"SOCLE_PAST": past.isoformat(), "PYTHONPATH": str(PAST)}
        log = Path(folder) / "web.log"
        serving: list[subprocess.Popen[bytes]] = []

        def come_back() -> None:
            _stop(serving.pop())
            site.environment.pop("SOCLE_PAST")
            serving.append(_serve_web(port, site.environment, log))

        site = Site(port=port, environment=environment, log=log, come_back=come_back)
        site.run("migrate", "--quiet")
        if departements is not None:
            codes = (option for code in departements for option in ("--departement", code))
            site.run("seed", *codes)
        socle = [sys.executable, "-m", "socle.command"]
        outside = (
            [*socle, "bank", "--state", f"{folder}/bank.json"],
            [*socle, "sources"],
            [*socle, "identities"],
            [*socle, "services"],
        )
        with log.open("wb") as output:
            standing_in = [
                subprocess.Popen(command, env=present, cwd=ROOT, stdout=output, stderr=output)
                for command in outside
            ]
        try:
            serving.append(_serve_web(port, environment, log))
            yield site
        finally:
            for process in standing_in:
                process.terminate()
                process.wait(10)
            for process in serving:
                _stop(process)
    _drop(superuser_url, name)


def _serve_web(port: int, environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Granian, once it answers."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1",
             "--port", str(port), "--workers", "1", "--blocking-threads", "4", "--no-ws",
             "socle.wsgi:application"],
            env=environment | {"SOCLE_PROCESS": "web"}, cwd=ROOT, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
    try:
        _wait(port, process, log)
    except BaseException:
        _stop(process)
        raise
    return process


def _stop(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)


def _drop(superuser_url: str, name: str) -> None:
    import psycopg

    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
