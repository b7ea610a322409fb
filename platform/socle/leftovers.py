"""Servers that outlived who started them, and folders nobody needs any more.

A demo or a test run that is killed leaves its PostgreSQL and its Redis running. They are told by
their own process files, and only stopped when the process is still what the file says: a number may
serve again. The standard library alone: `make clean` asks too.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

STOP_SECONDS = 30


class StillRunning(RuntimeError):
    """A server does not stop; the message is for the person at the terminal."""


def command_line(process: int) -> str:
    """How a process was started; empty when there is none, or only its remains."""
    if Path("/proc/self").exists():
        try:
            return Path(f"/proc/{process}/cmdline").read_text(errors="replace").replace("\0", " ")
        except OSError:
            return ""
    done = subprocess.run(
        ["ps", "-o", "command=", "-p", str(process)], capture_output=True, text=True, check=False
    )
    return done.stdout


def postgres_process(pgdata: Path) -> int | None:
    """The running PostgreSQL of a data folder."""
    try:
        process = int((pgdata / "postmaster.pid").read_text(encoding="utf-8").split("\n")[0])
    except (OSError, ValueError):
        return None
    line = command_line(process)
    return process if "postgres" in line and f"-D {pgdata} " in line else None


def redis_process(folder: Path) -> int | None:
    """The running Redis of a folder, told by its port."""
    try:
        process = int((folder / "redis.pid").read_text(encoding="utf-8"))
        port = re.search(r"^port (\d+)$", (folder / "redis.conf").read_text("utf-8"), re.MULTILINE)
    except (OSError, ValueError):
        return None
    line = command_line(process)
    return process if port and "redis-server" in line and f":{port[1]}" in line else None


def _stop(name: str, process: int, asked: signal.Signals, forced: signal.Signals) -> None:
    for number, seconds in ((asked, STOP_SECONDS), (forced, STOP_SECONDS)):
        try:
            os.kill(process, number)
        except ProcessLookupError:
            return
        except PermissionError as error:
            raise StillRunning(
                f"{name} (processus {process}) est à un autre utilisateur. Arrêtez-le, puis recommencez."
            ) from error
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not command_line(process):
                return
            time.sleep(0.05)
    raise StillRunning(
        f"{name} (processus {process}) ne s'arrête pas. Arrêtez-le, puis recommencez."
    )


def stop_postgres(data_dir: Path) -> bool:
    """Stop the PostgreSQL of a data directory, if it runs; says whether it did."""
    process = postgres_process(data_dir / "postgresql")
    if process is not None:
        _stop("PostgreSQL", process, signal.SIGINT, signal.SIGQUIT)
    return process is not None


def stop_redis(folder: Path) -> bool:
    """Stop the Redis of a folder, if it runs; says whether it did."""
    process = redis_process(folder)
    if process is not None:
        _stop("Redis", process, signal.SIGTERM, signal.SIGKILL)
    return process is not None


def stop_servers(data_dir: Path) -> tuple[str, ...]:
    """Stop what still runs on a data directory, and name it.

    :raises StillRunning: if something does not stop
    """
    is_redis = [stop_redis(folder) for folder in (data_dir / "redis").glob("*")]
    names = {"PostgreSQL": stop_postgres(data_dir), "Redis": any(is_redis)}
    return tuple(name for name, was_running in names.items() if was_running)


def forget_dead_runs(redis_dir: Path) -> None:
    """Drop the Redis folders of test runs that are over: each bears the number of its process."""
    for folder in redis_dir.glob("*"):
        if folder.name.isdecimal() and not command_line(int(folder.name)):
            stop_redis(folder)
            shutil.rmtree(folder, ignore_errors=True)
