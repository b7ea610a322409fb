"""Servers to measure, each a process of its own, and the smallest client there is.

A client keeps one connection and sends bytes made beforehand: what it costs is about the same for
every server, and little.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
LOGS = ROOT / "var" / "log"
START_SECONDS = 120
_sessions: set[int] = set()  # of the servers that run


class Client:
    """One kept connection to a server of this machine."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> tuple[int, bytes, bytes]:
        """The status, the headers and the body of an answer with a length."""
        self._socket.sendall(request)
        head, rest = b"", b""
        while b"\r\n\r\n" not in head:
            part = self._socket.recv(65_536)
            if not part:
                raise ConnectionError("the server closed the connection")
            head += part
        head, _, rest = head.partition(b"\r\n\r\n")
        length = next(
            int(line.partition(b":")[2])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        )
        while len(rest) < length:
            rest += self._socket.recv(65_536)
        return int(head.split(b" ", 2)[1]), head, rest

    def close(self) -> None:
        self._socket.close()


def request(
    method: str,
    path: str,
    *,
    host: str,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """An HTTP/1.1 request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}"]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def processor_seconds(backend: int) -> float:
    """What the servers of a bench and PostgreSQL took of processors so far; 0 where the system does not say.

    `backend` is the process of any session of that PostgreSQL. What neighbours do changes it little.
    """
    own = _statistics(backend)
    if own is None:
        return 0
    ticks = 0
    for folder in Path("/proc").glob("[0-9]*"):
        found = _statistics(int(folder.name))
        if found is not None and (found.session in _sessions or found.parent == own.parent):
            ticks += found.ticks
    return ticks / os.sysconf("SC_CLK_TCK")


class _Statistics(NamedTuple):
    parent: int
    session: int
    ticks: int


def _statistics(process: int) -> _Statistics | None:
    """What Linux says of a process (proc(5), /proc/pid/stat)."""
    try:
        text = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return _Statistics(int(fields[1]), int(fields[3]), int(fields[11]) + int(fields[12]))


@contextlib.contextmanager
def serving(
    name: str, command: Sequence[str], *, port: int, environment: Mapping[str, str]
) -> Iterator[None]:
    """Run a server for a block, from when it listens; its output is in `var/log`."""
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"bench-{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=dict(environment), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            cwd=ROOT, start_new_session=True,
        )  # fmt: skip
    _sessions.add(process.pid)
    try:
        _wait(process, port, log)
        yield
    finally:
        _sessions.discard(process.pid)
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # workers that outlive who started them


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    raise RuntimeError("\n".join([f"{log.name}: the server does not listen", *lines[-15:]]))


@contextlib.contextmanager
def granian(
    name: str, application: str, *, workers: int = 1, threads: int = 1, **environment: str
) -> Iterator[int]:
    """A WSGI application under the web server of the product; one process, one thread. Gives its port."""
    port = free_port()
    command = (sys.executable, "-W", "ignore", "-m", "granian", "--interface", "wsgi", "--host",
               "127.0.0.1", "--port", str(port), "--workers", str(workers),
               "--blocking-threads", str(threads), "--no-ws", application)  # fmt: skip
    inherited = {key: value for key, value in os.environ.items() if key != "DATABASE_OWNER_URL"}
    with serving(name, command, port=port, environment=inherited | environment):
        yield port
