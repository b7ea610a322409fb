"""`make demo` at its edges: what is taken, cut, given or erased. The whole of it is a browser's test."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from socle import demo, demo_state, embedded, leftovers
from socle.demo_state import DemoState
from socle.outside import given
from socle.supervisor import Supervisor
from tenants.registry.cluster import create_database
from tests.ports import free_port
from tests.socle.clusters import cluster, data_dir, leave_running
from tests.socle.processes import ROOT, bare_environment, socle

__all__ = ("cluster", "data_dir")

STOPPED = "Arrêté. Les données sont gardées."
ANEW = "Le premier démarrage avait été coupé : on recommence."
MIGRATING = "Mise à jour de la base…"


class Running:
    """A demo in a terminal of its own."""

    def __init__(self, data_dir: Path, *arguments: str, **environment: str) -> None:
        command = [sys.executable, "-m", "socle.command", "demo", "--port", str(free_port())]
        self.process = subprocess.Popen(
            [*command, *arguments],
            env=bare_environment() | {"SOCLE_VAR": str(data_dir.parent)} | environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []

    def until(self, line: str) -> None:
        """Read what it says, up to this line."""
        assert self.process.stdout is not None
        for said in self.process.stdout:
            self.lines.append(said.rstrip("\n"))
            if said.startswith(line):
                return
        pytest.fail("\n".join(self.lines))

    def interrupt(self) -> list[str]:
        """Ctrl-C at the terminal, which reaches the whole group; everything it said."""
        os.killpg(self.process.pid, signal.SIGINT)
        rest, _ = self.process.communicate(timeout=60)
        return [*self.lines, *rest.splitlines()]


@pytest.fixture
def start(data_dir: Path) -> Iterator[Callable[..., Running]]:
    """Start demos on one data directory; none outlives the test."""
    started: list[Running] = []

    def run(*arguments: str, **environment: str) -> Running:
        started.append(Running(data_dir, *arguments, **environment))
        return started[-1]

    yield run
    for running in started:
        running.process.kill()
        running.process.communicate()


def is_stopped(data_dir: Path) -> bool:
    return (
        leftovers.postgres_process(data_dir / "postgresql") is None
        and leftovers.redis_process(data_dir / "redis" / "main") is None
    )


def begin_a_seed(owner_url: str) -> None:
    """What a demo leaves that is cut while it seeds."""
    with psycopg.connect(owner_url) as connection:
        connection.execute("CREATE TABLE django_migrations ()")
    demo_state.write(owner_url, DemoState(schema="old", seed="begun"))


def test_a_taken_port_is_told_before_anything_is_started(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = socle("demo", "--port", str(port), SOCLE_VAR=str(tmp_path))

    said = f"Le port {port} n'est pas libre. Choisissez-en un autre : make demo PORT={port + 6}"
    assert (done.returncode, done.stderr) == (1, f"Erreur : {said}\n")
    assert not (tmp_path / "demo").exists()


def test_a_second_demo_is_told_of_the_first(start, data_dir):
    first = start()
    first.until("Démarrage de PostgreSQL et de Redis…")

    second = start()
    said = second.process.communicate(timeout=60)[0]

    assert second.process.returncode == 1
    assert said.startswith("Erreur : La démonstration tourne déjà. Arrêtez-la par Ctrl-C")
    assert first.interrupt()[-1] == STOPPED
    assert is_stopped(data_dir)


def test_ctrl_c_while_servers_start_ends_in_one_sentence(start, data_dir):
    running = start()
    running.until("Démarrage de PostgreSQL et de Redis…")

    said = running.interrupt()

    assert (running.process.returncode, said[-1]) == (0, STOPPED)
    assert "n'a pas démarré" not in "\n".join(said)
    assert is_stopped(data_dir)


def test_reset_erases_and_stops_what_a_killed_demo_left(start, data_dir):
    leave_running(data_dir)
    (data_dir / "beat-schedule").touch()
    left = leftovers.postgres_process(data_dir / "postgresql")

    running = start("--reset")
    running.until("Démarrage de PostgreSQL et de Redis…")
    said = running.interrupt()

    assert said[:3] == [
        "PostgreSQL tournait encore depuis la fois d'avant : arrêté.",
        "Redis tournait encore depuis la fois d'avant : arrêté.",
        "Effacement des données…",
    ]
    assert left is not None
    assert leftovers.command_line(left) == ""
    assert not (data_dir / "beat-schedule").exists()


def test_a_cut_seed_begins_again_from_nothing(start, data_dir):
    services = embedded.start_services(data_dir, for_tests=True)
    begin_a_seed(services.owner_url)
    services.stop()

    running = start()
    running.until(MIGRATING)
    said = running.interrupt()

    assert said[:4] == [
        "Démarrage de PostgreSQL et de Redis…",
        ANEW,
        "Démarrage de PostgreSQL et de Redis…",
        MIGRATING,
    ]
    assert said[-1] == STOPPED
    assert is_stopped(data_dir)


def test_redis_url_alone_replaces_our_redis(start, data_dir):
    running = start(REDIS_URL=os.environ["REDIS_URL"])
    running.until(MIGRATING)

    assert leftovers.postgres_process(data_dir / "postgresql") is not None
    assert not (data_dir / "redis").exists()
    said = running.interrupt()
    assert said[:2] == [
        "Serveurs donnés par REDIS_URL : utilisés, jamais effacés.",
        "Démarrage de PostgreSQL…",
    ]


@pytest.fixture
def outside(superuser_url: str) -> Iterator[dict[str, str]]:
    """An empty database of somebody else's: what is given to the demo."""
    name = f"run_{os.getpid()}_outside"
    create_database(superuser_url, name)
    yield {
        "DATABASE_URL": embedded.url_for(superuser_url, "socle_web", name),
        "DATABASE_OWNER_URL": embedded.url_for(superuser_url, "socle_owner", name),
        "REDIS_URL": os.environ["REDIS_URL"],
    }
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize(
    ("given", "missing"),
    [("DATABASE_URL", "DATABASE_OWNER_URL"), ("DATABASE_OWNER_URL", "DATABASE_URL")],
)
def test_one_database_address_without_the_other_is_refused(outside, tmp_path, given, missing):
    done = socle("demo", SOCLE_VAR=str(tmp_path), **{given: outside[given]})

    said = (
        f"{given} est donnée sans {missing}. Donnez les deux pour votre PostgreSQL, ou aucune pour "
        "celui de la démonstration."
    )
    assert (done.returncode, done.stderr) == (1, f"Erreur : {said}\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        (
            "DATABASE_URL",
            "postgresql://socle_web@127.0.0.1:1/x",
            "La base de DATABASE_URL ne répond",
        ),
        ("REDIS_URL", "redis://127.0.0.1:1/0", "Le Redis de REDIS_URL ne répond pas ("),
    ],
)
def test_a_server_that_does_not_answer_is_named(outside, tmp_path, name, value, said):
    done = socle("demo", **(outside | {"SOCLE_VAR": str(tmp_path), name: value}))

    assert done.returncode == 1
    assert done.stderr.startswith(f"Erreur : {said}")
    assert done.stderr.count("\n") == 1


def test_an_outside_database_is_never_erased(outside, tmp_path):
    begin_a_seed(outside["DATABASE_OWNER_URL"])
    before = demo_state.read(outside["DATABASE_OWNER_URL"])

    reset = socle("demo", "--reset", SOCLE_VAR=str(tmp_path), **outside)
    cut = socle("demo", "--port", str(free_port()), SOCLE_VAR=str(tmp_path), **outside)

    assert reset.stderr.startswith("Erreur : RESET=1 n'efface pas une base extérieure.")
    assert cut.stderr.startswith(
        "Erreur : La création des données avait été coupée dans votre base."
    )
    assert (reset.returncode, cut.returncode) == (1, 1)
    assert demo_state.read(outside["DATABASE_OWNER_URL"]) == before


def test_a_database_with_departements_of_somebody_else_is_left_alone(tmp_path):
    """The tests' own: two départements, and no word of a demo."""
    names = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
    given = {name: os.environ[name] for name in names}

    done = socle("demo", "--port", str(free_port()), SOCLE_VAR=str(tmp_path), **given)

    assert done.returncode == 1
    assert done.stderr.startswith(
        "Erreur : La base de DATABASE_URL a déjà des départements, que la démonstration n'a pas"
    )


def test_an_outside_database_is_migrated_whatever_the_embedded_one_is(outside, start, data_dir):
    """What was done to one database says nothing of another."""
    services = embedded.start_services(data_dir, for_tests=True)
    with psycopg.connect(services.owner_url) as connection:
        connection.execute("CREATE TABLE django_migrations ()")
    state = DemoState(schema=demo._schema_stamp(), seed="done")
    demo_state.write(services.owner_url, state)
    assert demo_state.read(services.owner_url) == state
    services.stop()

    running = start(**outside)
    running.until(MIGRATING)

    assert running.interrupt()[-1] == STOPPED
    assert demo_state.read(outside["DATABASE_OWNER_URL"]) == DemoState()


def test_what_a_step_logs_stays_out_of_the_terminal(tmp_path, capfd):
    from socle.supervisor import Child, Supervisor

    supervisor = Supervisor(tmp_path)
    code = "import sys; print('Création…'); print('{\"level\": \"INFO\"}', file=sys.stderr)"

    supervisor.run(Child("seed", (sys.executable, "-c", code), os.environ), show=True)

    assert capfd.readouterr() == ("Création…\n", "")
    assert supervisor.log_of("seed").read_text() == '{"level": "INFO"}\n'


def test_serving_processes_do_not_hold_the_owners_address(tmp_path):
    environment = {"DATABASE_OWNER_URL": "owner", "DATABASE_URL": "web", "SECRET_KEY": "x"}
    environment["STRIPE_API_BASE"] = "http://127.0.0.1:8001"

    for child in demo._processes(tmp_path, environment, 8000):
        assert "owner" not in child.environment.values()
        assert re.fullmatch("web|worker", child.environment["SOCLE_PROCESS"])


@pytest.mark.parametrize(("key", "has_bank"), [("", True), ("sk_test_1", False)])
def test_with_a_key_of_stripes_there_is_no_test_bank(tmp_path, monkeypatch, key, has_bank):
    monkeypatch.setenv("STRIPE_API_KEY", key)
    made = demo.Demo(given(), tmp_path, Supervisor(tmp_path), 8000, print, started=0)
    environment = demo._environment(made, {"DATABASE_OWNER_URL": "", "DATABASE_URL": ""})

    names = [child.name for child in demo._processes(tmp_path, environment, 8000)]

    assert ("bank" in names) is has_bank
    assert "sources" in names
    assert environment["RIGHTS_API_BASE"] == "http://127.0.0.1:8002"
    assert environment["IDENTITY_API_BASE"] == "http://127.0.0.1:8003"
    assert bool(environment["STRIPE_API_BASE"]) is has_bank


def test_a_key_of_real_payments_is_refused(monkeypatch):
    monkeypatch.setenv("STRIPE_API_KEY", "sk_live_1")

    with pytest.raises(demo.CannotServe, match="n'est pas une clé d'essai"):
        demo._uses_stripe()
