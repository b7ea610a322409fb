"""Run several processes as one: start them together, and stop them all when one stops or is asked to.

Each child is the head of a session of its own, so that a Ctrl-C at the terminal reaches the
supervisor alone, which then stops the children in the opposite order of their start. On Linux a
child is also told when the supervisor dies without a word. Output goes to one file per child.
"""

from __future__ import annotations

import collections
import contextlib
import ctypes
import dataclasses
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

STOP_SECONDS = 10
TAIL_LINES = 15
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PR_SET_PDEATHSIG = 1


@dataclasses.dataclass(frozen=True, slots=True)
class Child:
    """A process to run: its name for people, its command line and its whole environment."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]


@dataclasses.dataclass(frozen=True, slots=True)
class Death:
    """A child that stopped by itself."""

    name: str
    status: int
    log: Path
    latest_lines: tuple[str, ...]


class Stopping(Exception):
    """A signal asked to stop while something was being waited for."""


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def tail(path: Path, lines: int = TAIL_LINES) -> tuple[str, ...]:
    """The latest lines of a file."""
    with path.open(encoding="utf-8", errors="replace") as file:
        return tuple(line.rstrip("\n") for line in collections.deque(file, lines))


class Supervisor:
    """Children, and the wish to stop them."""

    def __init__(self, log_dir: Path) -> None:
        self._log_dir = log_dir
        self._running: list[tuple[Child, subprocess.Popen[bytes]]] = []
        self._asked = threading.Event()

    @contextlib.contextmanager
    def signals(self) -> Iterator[None]:
        """In this block Ctrl-C, SIGTERM and SIGHUP ask to stop, and interrupt nothing by force."""
        before = {number: signal.signal(number, self._ask) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked.set()

    def log_of(self, name: str) -> Path:
        """The file a child writes to."""
        return self._log_dir / f"{name}.log"

    @property
    def is_asked_to_stop(self) -> bool:
        """Whether a signal came."""
        return self._asked.is_set()

    def start(self, child: Child, *, show: bool = False) -> None:
        """Start a child; it will be stopped by `stop`. What is shown is its output, never its log."""
        self._log_dir.mkdir(parents=True, exist_ok=True)
        with self.log_of(child.name).open("wb") as log:
            process = subprocess.Popen(
                child.command,
                env=dict(child.environment),
                stdin=subprocess.DEVNULL,
                stdout=None if show else log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )
        self._running.append((child, process))

    def run(self, child: Child, *, show: bool = False) -> int:
        """Run a child to its end, its lines shown or kept in its log; answers its exit status.

        :raises Stopping: if a signal came meanwhile; the child is stopped
        """
        self.start(child, show=show)
        process = self._running[-1][1]
        try:
            self.wait_until(lambda: process.poll() is not None, seconds=None)
        finally:
            self._running.pop()
            if process.poll() is None:
                _stop([process])
        return process.returncode

    def wait_until(self, is_done: Callable[[], bool], *, seconds: float | None) -> bool:
        """Wait for something, answering whether it came in time.

        :raises Stopping: if a signal came meanwhile
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        while not is_done():
            if self._asked.wait(0.1):
                raise Stopping
            if deadline is not None and time.monotonic() > deadline:
                return False
        return True

    def death(self) -> Death | None:
        """The first child found to have stopped by itself."""
        for child, process in self._running:
            status = process.poll()
            if status is not None:
                log = self.log_of(child.name)
                return Death(child.name, status, log, tail(log))
        return None

    def watch(self) -> Death | None:
        """Wait until a child stops by itself (answers which) or a signal asks to stop (None)."""
        found: list[Death] = []

        def someone_died() -> bool:
            found.extend(death for death in (self.death(),) if death)
            return bool(found)

        try:
            self.wait_until(someone_died, seconds=None)
        except Stopping:
            return None
        return found[0]

    def stop(self) -> None:
        """Stop every child and what it started: asked first, forced after some seconds."""
        _stop([process for _child, process in reversed(self._running)])
        self._running.clear()


def _stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        _signal_group(process, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            pass
        finally:  # also what a child left behind in its group
            _signal_group(process, signal.SIGKILL)
            process.wait()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
