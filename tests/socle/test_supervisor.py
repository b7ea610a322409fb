"""The supervisor of `make demo`, with real processes."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from socle.supervisor import Child, Stopping, Supervisor

SLEEPER = (sys.executable, "-c", "import time; time.sleep(60)")
# A child that has a child of its own, and says both numbers.
_PARENT = f"""
import os, subprocess, time
print(os.getpid(), subprocess.Popen({list(SLEEPER)!r}).pid)
time.sleep(60)
"""
PARENT = (sys.executable, "-u", "-c", _PARENT)
DEAF = (
    sys.executable,
    "-u",
    "-c",
    "import signal as s, time; s.signal(s.SIGTERM, s.SIG_IGN); print('ready'); time.sleep(60)",
)


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def vanishes(process: int) -> bool:
    """Whether it is gone within seconds: what is killed takes a moment to go."""
    deadline = time.monotonic() + 5
    while is_running(process) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_running(process)


def child(name: str, command: tuple[str, ...]) -> Child:
    return Child(name, command, os.environ)


def first_line(supervisor: Supervisor, name: str) -> str:
    log = supervisor.log_of(name)
    assert supervisor.wait_until(lambda: "\n" in log.read_text(), seconds=20)
    return log.read_text().splitlines()[0]


@pytest.fixture
def supervisor(tmp_path: Path):
    made = Supervisor(tmp_path / "log")
    yield made
    made.stop()


def test_stopping_stops_the_children_of_the_children_too(supervisor):
    supervisor.start(child("parent", PARENT))
    grandchild = int(first_line(supervisor, "parent").split()[1])
    assert is_running(grandchild)

    supervisor.stop()

    assert vanishes(grandchild)


def test_a_child_that_will_not_stop_is_forced(supervisor, monkeypatch):
    monkeypatch.setattr("socle.supervisor.STOP_SECONDS", 0.3)
    supervisor.start(child("deaf", DEAF))
    first_line(supervisor, "deaf")

    before = time.monotonic()
    supervisor.stop()

    assert time.monotonic() - before < 5


def test_a_death_is_told_with_its_status_and_latest_lines(supervisor):
    supervisor.start(child("sleeper", SLEEPER))
    supervisor.start(child("dying", (sys.executable, "-c", "print('why'); raise SystemExit(3)")))

    death = supervisor.watch()

    assert death is not None
    assert (death.name, death.status, death.latest_lines) == ("dying", 3, ("why",))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_watch_without_a_death(supervisor, number):
    supervisor.start(child("sleeper", SLEEPER))

    with supervisor.signals():
        threading.Timer(0.3, os.kill, (os.getpid(), number)).start()
        assert supervisor.watch() is None


def test_a_signal_stops_what_is_being_run_and_its_children(supervisor):
    log = supervisor.log_of("parent")

    def interrupt_once_started() -> None:
        while not log.exists() or "\n" not in log.read_text():
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    with supervisor.signals():
        threading.Thread(target=interrupt_once_started).start()
        with pytest.raises(Stopping):
            supervisor.run(child("parent", PARENT))

    assert all(vanishes(int(number)) for number in log.read_text().split())


def test_running_answers_the_exit_status(supervisor):
    assert supervisor.run(child("ok", (sys.executable, "-c", ""))) == 0
    assert supervisor.run(child("refused", (sys.executable, "-c", "raise SystemExit(2)"))) == 2
