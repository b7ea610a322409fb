"""The demo: everything a visitor needs, started by one command and stopped by Ctrl-C.

Data, secrets and stamps are in the demo's data directory; stopping keeps them. A start that was cut
while it seeded begins again from nothing, as half a seed is no data. With DATABASE_URL,
DATABASE_OWNER_URL and REDIS_URL all set, those servers are used and none is started.
"""

from __future__ import annotations

import contextlib
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

from socle.embedded import CHECKOUT, CannotStart, base_dir, default_data_dir, start_services
from socle.redis_binary import NoRedis
from socle.supervisor import Child, Death, Stopping, Supervisor, tail

HOST = "127.0.0.1"
BASE_DOMAIN = "localhost"
HEALTH_SECONDS = 90
OUTSIDE = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
# What makes a schema: when none of it changed, there is nothing to migrate.
SCHEMA_FILES = ("*/*/migrations/*.py", "tenants/registry/*.py", "tenants/registry/privileges.toml")

Say = Callable[[str], None]


class CannotServe(RuntimeError):
    """The demo cannot start or go on; the message is for the person at the terminal."""


def run(*, port: int, reset: bool, say: Say) -> int:
    """Start the demo, serve until somebody stops it, and answer the exit status.

    :raises CannotServe: with what to do about it
    """
    data_dir = default_data_dir("demo")
    supervisor = Supervisor(base_dir() / "log")
    with _alone(data_dir), supervisor.signals():
        _refuse_taken_port(port)
        started = time.monotonic()
        _forget_if(data_dir, reset=reset, say=say)
        try:
            with _services(data_dir, say) as urls:
                return _serve(supervisor, data_dir, urls, port=port, started=started, say=say)
        except Stopping:
            say("Arrêté. Les données sont gardées.")
            return 0


def _serve(
    supervisor: Supervisor,
    data_dir: Path,
    urls: dict[str, str],
    *,
    port: int,
    started: float,
    say: Say,
) -> int:
    environment = _environment(data_dir, urls) | {"PORTAL_ORIGIN": f"http://{{host}}:{port}"}
    try:
        _prepare(supervisor, data_dir, environment, say)
        for child in _processes(data_dir, environment, port):
            supervisor.start(child)
        say("Démarrage du site, des tâches et de l'horloge…")
        _wait_for_health(supervisor, port)
        say(f"Prêt en {time.monotonic() - started:.0f} s.\n")
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
                f"Le port {port} n'est pas libre. Choisissez-en un autre : make demo PORT={port + 1}"
            ) from error


def _forget_if(data_dir: Path, *, reset: bool, say: Say) -> None:
    was_cut = (data_dir / "seeding").exists() and not (data_dir / "seeded").exists()
    if not data_dir.exists() or not (reset or was_cut):
        return
    say(
        "Effacement des données…"
        if reset
        else "Le premier démarrage avait été coupé : on recommence."
    )
    shutil.rmtree(data_dir)


@contextlib.contextmanager
def _services(data_dir: Path, say: Say) -> Iterator[dict[str, str]]:
    if all(os.environ.get(name) for name in OUTSIDE):
        say("Base et Redis : ceux de DATABASE_URL et REDIS_URL.")
        data_dir.mkdir(parents=True, exist_ok=True)
        yield {name: os.environ[name] for name in OUTSIDE} | {
            "SOCLE_DATA_DIR": str(data_dir / "files")
        }
        return
    say("Démarrage de PostgreSQL et de Redis…")
    try:
        services = start_services(data_dir)
    except (CannotStart, NoRedis) as error:
        raise CannotServe(str(error)) from error
    try:
        yield services.environment() | {"SOCLE_EMBEDDED": "true"}
    finally:
        services.stop()


def _secret(data_dir: Path, name: str) -> str:
    path = data_dir / name
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return path.read_text(encoding="ascii")


def _environment(data_dir: Path, urls: dict[str, str]) -> dict[str, str]:
    return {
        **os.environ,
        **urls,
        "DJANGO_SETTINGS_MODULE": "socle.settings.embedded",
        "SECRET_KEY": _secret(data_dir, "secret-key"),
        "TENANT_LOGIN_SECRET": _secret(data_dir, "tenant-login-secret"),
        "BASE_DOMAIN": BASE_DOMAIN,
        "PYTHONUNBUFFERED": "1",
    }


def _command(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "socle.command", *arguments)


def _prepare(supervisor: Supervisor, data_dir: Path, environment: dict[str, str], say: Say) -> None:
    """Migrate when the schema's files changed; seed once."""
    stamp = data_dir / "migrated"
    wanted = _schema_stamp()
    if not stamp.exists() or stamp.read_text(encoding="ascii") != wanted:
        say("Mise à jour de la base…")
        _must(supervisor, Child("migrate", _command("migrate", "--quiet"), environment))
        stamp.write_text(wanted, encoding="ascii")
    if not (data_dir / "seeded").exists():
        say("Création des départements, des familles et des factures (une à deux minutes)…")
        (data_dir / "seeding").touch()
        status = supervisor.run(Child("seed", _command("seed"), environment), show=True)
        if status != 0:
            raise CannotServe(
                "Les données de démonstration n'ont pas pu être créées (voir au-dessus)."
            )
        (data_dir / "seeded").touch()


def _must(supervisor: Supervisor, child: Child) -> None:
    status = supervisor.run(child)
    if status != 0:
        log = supervisor.log_of(child.name)
        raise CannotServe(_obituary(Death(child.name, status, log, tail(log))))


def _schema_stamp() -> str:
    digest = hashlib.sha256()
    for pattern in SCHEMA_FILES:
        for path in sorted(CHECKOUT.glob(pattern)):
            digest.update(str(path.relative_to(CHECKOUT)).encode() + path.read_bytes())
    return digest.hexdigest()


def _processes(data_dir: Path, environment: dict[str, str], port: int) -> tuple[Child, ...]:
    """The three processes that serve; none of them holds the owner's credentials."""
    serving = {k: v for k, v in environment.items() if k != "DATABASE_OWNER_URL"}
    python = (sys.executable, "-m")
    # An exit within seconds must not wait for idle keep-alive connections.
    web = ("granian", "--interface", "wsgi", "--host", HOST, "--port", str(port), "--workers", "2",
           "--blocking-threads", "1", "--workers-kill-timeout", "5", "--no-ws",
           "socle.wsgi:application")  # fmt: skip
    worker = ("celery", "-A", "socle.celery", "worker", "--concurrency", "1", "--loglevel", "INFO")
    beat = ("celery", "-A", "socle.celery", "beat", "--loglevel", "INFO", "--pidfile", "",
            "--schedule", str(data_dir / "beat-schedule"))  # fmt: skip
    return (
        Child("web", (*python, *web), serving | {"SOCLE_PROCESS": "web"}),
        Child("worker", (*python, *worker), serving | {"SOCLE_PROCESS": "worker"}),
        Child("beat", (*python, *beat), serving | {"SOCLE_PROCESS": "worker"}),
    )


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
