"""The demo: everything a visitor needs, started by one command and stopped by Ctrl-C.

Data and secrets are in the demo's data directory; stopping keeps them. How far the demo is with a
database is written in that database. A start that was cut while it seeded begins again from
nothing, as half a seed is no data. Servers that are given (`socle.outside`) are used, never erased.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import hashlib
import http.client
import os
import secrets
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from commons import environment as variables
from socle import demo_state, leftovers, outside
from socle.demo_state import DemoState
from socle.embedded import CannotStart, start_redis, start_services
from socle.places import CHECKOUT, base_dir, default_data_dir
from socle.redis_binary import NoRedis
from socle.supervisor import Child, Death, Stopping, Supervisor, tail

HOST = "127.0.0.1"
BASE_DOMAIN = "localhost"
TEST_KEYS = ("sk_test_", "rk_test_")
HEALTH_SECONDS = 90
# What makes a schema: when none of it changed, there is nothing to migrate.
SCHEMA_FILES = (
    "*/*/migrations/*.py",
    "tenants/schoollife/*/migrations/*.py",
    "tenants/registry/*.py",
    "tenants/registry/privileges.toml",
)

Say = Callable[[str], None]


class CannotServe(RuntimeError):
    """The demo cannot start or go on; the message is for the person at the terminal."""


@dataclasses.dataclass(frozen=True, slots=True)
class Demo:
    """What one run of the demo works with."""

    servers: outside.Servers
    data_dir: Path
    supervisor: Supervisor
    port: int
    say: Say
    started: float


def run(*, port: int, reset: bool, say: Say) -> int:
    """Start the demo, serve until somebody stops it, and answer the exit status.

    :raises CannotServe: with what to do about it
    """
    try:
        return _run(port=port, reset=reset, say=say)
    except Stopping:
        say("Arrêté. Les données sont gardées.")
        return 0
    except (CannotStart, NoRedis, outside.BadServers, leftovers.StillRunning) as problem:
        raise CannotServe(str(problem)) from problem


def _run(*, port: int, reset: bool, say: Say) -> int:
    servers = outside.given()
    if servers.has_database and reset:
        raise CannotServe(
            "RESET=1 n'efface pas une base extérieure. Supprimez vous-même celle de DATABASE_URL, "
            "préparez-la de nouveau (socle database prepare), puis relancez sans RESET."
        )
    outside.try_out(servers)
    data_dir = default_data_dir("demo-outside" if servers.has_database else "demo")
    supervisor = Supervisor(base_dir() / "log")
    demo = Demo(servers, data_dir, supervisor, port, say, started=time.monotonic())
    with _alone(data_dir), supervisor.signals():
        _refuse_taken_port(port)
        if not _uses_stripe():
            _refuse_taken_port(_bank_port(port))
        _refuse_taken_port(_sources_port(port))
        _refuse_taken_port(_identities_port(port))
        _refuse_taken_port(_services_port(port))
        for name in leftovers.stop_servers(data_dir):
            say(f"{name} tournait encore depuis la fois d'avant : arrêté.")
        if reset and data_dir.exists():
            say("Effacement des données…")
            shutil.rmtree(data_dir)
        with _services(demo) as urls:
            state = demo_state.read(urls["DATABASE_OWNER_URL"])
            if not _must_begin_again(demo, state):
                return _serve(demo, urls, state)
        say("Le premier démarrage avait été coupé : on recommence.")
        shutil.rmtree(data_dir)
        with _services(demo) as urls:
            return _serve(demo, urls, DemoState())


def _must_begin_again(demo: Demo, state: DemoState) -> bool:
    """Whether what is in the database is no data; an outside one is never erased."""
    if not (state.is_cut or state.is_foreign):
        return False
    if not demo.servers.has_database:
        return True
    raise CannotServe(
        "La création des données avait été coupée dans votre base. Supprimez cette base, préparez-la "
        "de nouveau (socle database prepare), puis recommencez."
        if state.is_cut
        else "La base de DATABASE_URL a déjà des départements, que la démonstration n'a pas créés. "
        "Donnez une base vide."
    )


def _serve(demo: Demo, urls: dict[str, str], state: DemoState) -> int:
    supervisor, say, port = demo.supervisor, demo.say, demo.port
    environment = _environment(demo, urls)
    try:
        _prepare(demo, environment, state)
        for child in _processes(demo.data_dir, environment, port):
            supervisor.start(child)
        say("Démarrage du site, des tâches et de l'horloge…")
        _wait_for_health(supervisor, port)
        say(f"Prêt en {time.monotonic() - demo.started:.0f} s.\n")
        print_addresses(supervisor, environment, port)
        say("\nCtrl-C arrête tout et garde les données. make demo RESET=1 repart de zéro.")
        death = supervisor.watch()
        say("\nArrêt…")
    finally:
        supervisor.stop()
    if death is not None:
        raise CannotServe(_obituary(death))
    say("Arrêté. Les données sont gardées.")
    return 0


@contextlib.contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """Hold the demo's lock: two demos on the same data would stop each other's database."""
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    with (data_dir.parent / f"{data_dir.name}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotServe(
                "La démonstration tourne déjà. Arrêtez-la par Ctrl-C dans son terminal, puis recommencez."
            ) from error
        yield


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise CannotServe(
                f"Le port {port} n'est pas libre. Choisissez-en un autre : make demo PORT={port + 6}"
            ) from error


@contextlib.contextmanager
def _services(demo: Demo) -> Iterator[dict[str, str]]:
    """The servers of this run, ours stopped at the end; the variables that say where they are.

    :raises Stopping: if a signal came while they started
    """
    with contextlib.ExitStack() as stack:
        try:
            urls = _start(demo, stack)
        except (CannotStart, NoRedis) as error:
            if demo.supervisor.is_asked_to_stop:
                raise Stopping from error
            raise
        if demo.supervisor.is_asked_to_stop:
            raise Stopping
        yield urls


def _start(demo: Demo, stack: contextlib.ExitStack) -> dict[str, str]:
    servers, data_dir, say = demo.servers, demo.data_dir, demo.say
    data_dir.mkdir(parents=True, exist_ok=True)
    given = [name for name in ("DATABASE_URL", "REDIS_URL") if name in servers.environment()]
    if given:
        say(f"Serveurs donnés par {' et '.join(given)} : utilisés, jamais effacés.")
    if not servers.has_database:
        say(
            "Démarrage de PostgreSQL…"
            if servers.redis_url
            else "Démarrage de PostgreSQL et de Redis…"
        )
        services = start_services(data_dir, redis_url=servers.redis_url)
        stack.callback(services.stop)
        return services.environment() | {"SOCLE_EMBEDDED": "true"}
    urls = {"SOCLE_DATA_DIR": str(data_dir / "files")} | servers.environment()
    if not servers.redis_url:
        say("Démarrage de Redis…")
        redis = start_redis(data_dir)
        stack.callback(redis.stop)
        urls["REDIS_URL"] = redis.url
    return urls


def _secret(demo: Demo, variable: str) -> str:
    """A secret made once and kept with the data; one that is given, for a database that is."""
    given = variables.text(variable, "") if demo.servers.has_database else ""
    if given:
        return given
    path = demo.data_dir / variable.lower().replace("_", "-")
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return path.read_text(encoding="ascii")


def _environment(demo: Demo, urls: dict[str, str]) -> dict[str, str]:
    # Read already; left there, a file would give the owner's address to who serves.
    kept = {k: v for k, v in os.environ.items() if k.removesuffix("_FILE") not in urls}
    return {
        **kept,
        **urls,
        "DJANGO_SETTINGS_MODULE": "socle.settings.embedded",
        "SECRET_KEY": _secret(demo, "SECRET_KEY"),
        "TENANT_LOGIN_SECRET": _secret(demo, "TENANT_LOGIN_SECRET"),
        "BASE_DOMAIN": BASE_DOMAIN,
        "PORTAL_ORIGIN": f"http://{{host}}:{demo.port}",
        "STRIPE_API_BASE": "" if _uses_stripe() else f"http://{HOST}:{_bank_port(demo.port)}",
        "RIGHTS_API_BASE": f"http://{HOST}:{_sources_port(demo.port)}",
        "IDENTITY_API_BASE": f"http://{HOST}:{_identities_port(demo.port)}",
        "SERVICES_BASE": f"http://{HOST}:{_services_port(demo.port)}",
        "PYTHONUNBUFFERED": "1",
    }


def _command(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "socle.command", *arguments)


def _prepare(demo: Demo, environment: dict[str, str], state: DemoState) -> None:
    """Migrate when the schema's files changed; seed once."""
    owner_url = environment["DATABASE_OWNER_URL"]
    wanted = _schema_stamp()
    if state.schema != wanted:
        demo.say("Mise à jour de la base…")
        _must(demo.supervisor, Child("migrate", _command("migrate", "--quiet"), environment))
        state = dataclasses.replace(state, schema=wanted)
        demo_state.write(owner_url, state)
    if state.seed != "done":
        demo.say("Création des départements, des familles et des factures (une à deux minutes)…")
        demo_state.write(owner_url, dataclasses.replace(state, seed="begun"))
        _must(demo.supervisor, Child("seed", _command("seed"), environment), show=True)
        demo_state.write(owner_url, dataclasses.replace(state, seed="done"))


def _must(supervisor: Supervisor, child: Child, *, show: bool = False) -> None:
    status = supervisor.run(child, show=show)
    if status != 0:
        log = supervisor.log_of(child.name)
        raise CannotServe(_obituary(Death(child.name, status, log, tail(log))))


def _schema_stamp() -> str:
    digest = hashlib.sha256()
    for pattern in SCHEMA_FILES:
        for path in sorted(CHECKOUT.glob(pattern)):
            digest.update(str(path.relative_to(CHECKOUT)).encode() + path.read_bytes())
    return digest.hexdigest()


def _bank_port(port: int) -> int:
    """The test bank's, next to the site's."""
    return port + 1


def _sources_port(port: int) -> int:
    """That of what stands in for the sources of rights, next to the bank's."""
    return port + 2


def _identities_port(port: int) -> int:
    """That of what stands in for EduConnect and FranceConnect, next to the sources'."""
    return port + 3


def _services_port(port: int) -> int:
    """That of what stands in for third parties' services."""
    return port + 5


def _uses_stripe() -> bool:
    """Whether Stripe itself is used, in its test mode: a key is in the environment.

    :raises CannotServe: if it is a key of real payments
    """
    key = variables.text("STRIPE_API_KEY", "")
    if key and not key.startswith(TEST_KEYS):
        raise CannotServe(
            "STRIPE_API_KEY n'est pas une clé d'essai (sk_test_…). La démonstration n'encaisse rien."
        )
    return bool(key)


def _processes(data_dir: Path, environment: dict[str, str], port: int) -> tuple[Child, ...]:
    """What serves, the test bank and sources; none of them holds the owner's credentials."""
    serving = {k: v for k, v in environment.items() if k != "DATABASE_OWNER_URL"}
    python = (sys.executable, "-m")
    # An exit within seconds must not wait for idle keep-alive connections. One département asks another,
    # which reads the first's keys: three requests at once for one click, on whatever worker they fall.
    web = ("granian", "--interface", "wsgi", "--host", HOST, "--port", str(port), "--workers", "2",
           "--blocking-threads", "3", "--workers-kill-timeout", "5", "--no-ws",
           "socle.wsgi:application")  # fmt: skip
    worker = ("celery", "-A", "socle.celery", "worker", "--concurrency", "1", "--loglevel", "INFO")
    beat = ("celery", "-A", "socle.celery", "beat", "--loglevel", "INFO", "--pidfile", "",
            "--schedule", str(data_dir / "beat-schedule"))  # fmt: skip
    sources = Child("sources", _command("sources"), serving | {"SOCLE_PROCESS": "worker"})
    identities = Child("identities", _command("identities"), serving | {"SOCLE_PROCESS": "worker"})
    services = Child("services", _command("services"), serving | {"SOCLE_PROCESS": "worker"})
    served = (
        *((services,) if environment.get("SERVICES_BASE") else ()),
        *((sources,) if environment.get("RIGHTS_API_BASE") else ()),
        *((identities,) if environment.get("IDENTITY_API_BASE") else ()),
        Child("web", (*python, *web), serving | {"SOCLE_PROCESS": "web"}),
        Child("worker", (*python, *worker), serving | {"SOCLE_PROCESS": "worker"}),
        Child("beat", (*python, *beat), serving | {"SOCLE_PROCESS": "worker"}),
    )
    if not environment["STRIPE_API_BASE"]:
        return served
    bank = _command("bank", "--state", str(data_dir / "bank.json"))
    return (*served, Child("bank", bank, serving | {"SOCLE_PROCESS": "worker"}))


def _is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/sante/", headers={"Host": f"socle.{BASE_DOMAIN}:{port}"})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _wait_for_health(supervisor: Supervisor, port: int) -> None:
    def is_decided() -> bool:
        return supervisor.death() is not None or _is_healthy(port)

    is_up = supervisor.wait_until(is_decided, seconds=HEALTH_SECONDS)
    death = supervisor.death()
    if death is not None:
        raise CannotServe(_obituary(death))
    if not is_up:
        log = supervisor.log_of("web")
        raise CannotServe(f"Le site ne répond pas après {HEALTH_SECONDS} s. Voir {log}.")


def print_addresses(supervisor: Supervisor, environment: dict[str, str], port: int) -> None:
    """Print the addresses and one sign-in per role, as the seeds tell them."""
    table = Child("table", _command("seed", "--print-table", "--port", str(port)), environment)
    supervisor.run(table, show=True)


def _obituary(death: Death) -> str:
    lines = "\n".join(f"    {line}" for line in death.latest_lines)
    return f"« {death.name} » s'est arrêté (code {death.status}). Fin de {death.log} :\n{lines}"
