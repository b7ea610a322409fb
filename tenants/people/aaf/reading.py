"""Reading several files of a feed at once.

Reading is most of what an import does, and Python reads with one processor per process: a large feed
is dealt out to as many processes as there are processors. They are forked, as everything they need is
loaded; they take no lock and use no connection of this one: their rows come here through pipes, as
they read. A small feed is read where it is asked for.
"""

from __future__ import annotations

import multiprocessing
import os
import warnings
from collections.abc import Generator, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess

from tenants.people.aaf.errors import FeedUnreadable
from tenants.people.aaf.file_names import FeedFile
from tenants.people.aaf.rows import Batch, FileRead, Place, places_of, rows_of

_FORK = multiprocessing.get_context("fork")  # everything is loaded already
SMALL_FEED = 4 * 1024**2  # bytes: starting processes would take longer than reading


def read_rows(files: Sequence[FeedFile]) -> Generator[Batch | FileRead, None, None]:
    """The rows of all the files, in no order. To be closed: processes may be at work.

    :raises FeedUnreadable: if a file is not XML, is no feed, or breaks a limit
    """
    places = places_of(files)
    hands = _deal(places, min(len(places), os.cpu_count() or 1))
    if len(hands) == 1 or sum(place.bytes for place in places) < SMALL_FEED:
        for place in places:
            yield from rows_of(place)
    else:
        yield from _read_apart(hands)


def _deal(places: Sequence[Place], count: int) -> list[list[Place]]:
    """As many hands, each with about as much to read."""
    hands: list[list[Place]] = [[] for _ in range(count)]
    for place in sorted(places, key=lambda place: place.bytes, reverse=True):
        lightest = min(hands, key=lambda hand: sum(held.bytes for held in hand))
        lightest.append(place)
    return hands


def _read_apart(hands: Sequence[Sequence[Place]]) -> Iterator[Batch | FileRead]:
    """The rows of each hand, read by a process of its own."""
    readers = dict(map(_start, hands))
    reading = set(readers)
    try:
        while reading:
            for receiver in reading.intersection(wait(reading)):
                part: Batch | FileRead | FeedUnreadable | None = receiver.recv()
                if isinstance(part, FeedUnreadable):
                    raise part
                if part is None:
                    reading.remove(receiver)
                else:
                    yield part
    finally:
        for receiver, process in readers.items():
            receiver.close()
            process.terminate()
            process.join()


def _start(hand: Sequence[Place]) -> tuple[Connection, ForkProcess]:
    """A process that reads a hand, and where its rows come out."""
    receiver, sender = _FORK.Pipe(duplex=False)
    process = _FORK.Process(target=_send_rows, args=(hand, sender, receiver), daemon=True)
    with warnings.catch_warnings():  # Python 3.12 fears for the locks of other threads
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
    sender.close()  # the process has the only one: if it dies, the receiver says so
    return receiver, process


def _send_rows(hand: Sequence[Place], sender: Connection, receiver: Connection) -> None:
    """In the process: the rows of a hand, then None or why a file cannot be read."""
    receiver.close()  # when the importing process dies, sending must fail
    try:
        for place in hand:
            for part in rows_of(place):
                sender.send(part)
        sender.send(None)
    except FeedUnreadable as error:
        sender.send(error)
