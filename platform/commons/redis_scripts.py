"""Our scripts, which Redis runs: one command and one answer, over a connection that the thread keeps.

redis-py's client takes a connection of its pool, asks again and counts around each command: thrice what the
command itself costs us. A request that only counts asks for no more than this.
"""

from __future__ import annotations

import functools
import hashlib
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import redis
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import NoScriptError


class _Connections(dict[tuple[int, int], Any]):
    """The connections of a thread, by process and pool; closed as soon as the thread is over."""

    def __del__(self) -> None:
        for (process, _pool), connection in self.items():
            if process == os.getpid():
                connection.disconnect()


_kept = threading.local()  # `connections`: those of each thread


def run(
    client: redis.Redis, path: Path, keys: Sequence[str], arguments: Sequence[str | int]
) -> Any:
    """What a script answers, asked once more if Redis was started anew under the connection.

    :raises redis.exceptions.RedisError: if Redis does not answer
    """
    text, digest = _script(path)
    told = (len(keys), *keys, *arguments)
    try:
        return _ask(client, "EVALSHA", digest, *told)
    except NoScriptError:  # Redis was started anew: it keeps the text from now on
        return _ask(client, "EVAL", text, *told)


def _ask(client: redis.Redis, *command: str | int) -> Any:
    connection = _connection(client)
    try:
        return _asked(connection, command)
    except NoConnection:
        return _asked(connection, command)


def _asked(connection: Any, command: Sequence[str | int]) -> Any:
    try:
        connection.send_command(*command)
        return connection.read_response()
    except redis.ResponseError:
        raise  # it was answered: the connection is in order
    except BaseException:
        connection.disconnect()  # an answer that comes late must not be the next command's
        raise


def _connection(client: redis.Redis) -> Any:  # redis-py types some of its methods
    """This thread's connection to where a client asks; one that was made before a fork is nobody's here."""
    try:
        connections: _Connections = _kept.connections
    except AttributeError:
        connections = _kept.connections = _Connections()
    name = os.getpid(), id(client.connection_pool)
    found = connections.get(name)
    if found is None:
        pool = client.connection_pool  # which counts those it makes, and is not told of their end
        found = connections[name] = pool.connection_class(**pool.connection_kwargs)
    return found


@functools.cache
def _script(path: Path) -> tuple[str, str]:
    """The text of a script, and the name that Redis gives it."""
    text = path.read_text(encoding="utf-8")
    return text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
