"""Count a page as it is asked for: the first of a visit, of a service in it, or one more of the same.

One more of the same is one short round trip (`still.lua`). What is new takes a second one, in which
`touch.lua` counts it in one step; and the first page of a visit takes a statement, to find the visitor's
collège. What Redis holds of a visitor is their pseudonym of the day and
the services of the visit, for half an hour; the rest is counts, and sketches that hold nobody.

A visit never spans midnight: the pseudonym changes there, and so does the visit.
"""

from __future__ import annotations

import dataclasses
import datetime
import logging
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from django.db import DatabaseError
from django.utils import timezone
from redis.exceptions import RedisError

from commons import redis_scripts
from federation.usage import pseudonyms, store
from federation.usage.models import Kind, Window
from federation.usage.windows import VISIT_SECONDS, starts_of

_STILL, _TOUCH = (Path(__file__).with_name(name) for name in ("still.lua", "touch.lua"))
_GOES_ON, _IS_COUNTED = 2, 1
# The months' sketches outlive their month a little: what gathers them may be late.
SKETCH_SECONDS = 40 * 24 * 3600
# For how long nobody is counted when Redis or the database did not answer: pages do not wait for it.
PAUSE_SECONDS = 10
_SEPARATOR = "|"
logger = logging.getLogger(__name__)
_paused_until = 0.0


@dataclasses.dataclass(frozen=True, slots=True)
class Use:
    """A service that a page belongs to, by its code."""

    kind: Kind
    code: str

    def __post_init__(self) -> None:
        if self.kind is Kind.WHOLE or not self.code or _SEPARATOR in self.code:
            raise ValueError("a service has a maker and a code")

    def __str__(self) -> str:
        return f"{self.kind.value}{_SEPARATOR}{self.code}"


def touch(*, visitor: uuid.UUID, use: Use, place: Callable[[], str], at: datetime.datetime) -> None:
    """
    Count a page.

    :param visitor: the account's public identifier; it is hashed here and goes no further
    :param place: finds `UAI|PROFILE` (`placing.place_of`); asked when a visit begins
    :raises RedisError: if Redis does not take it; nothing is counted then
    """
    today = timezone.localdate(at)
    keys = pseudonyms.keys_on(today)
    visit = store.key(f"visit:{pseudonyms.pseudonym(keys[Window.DAY], visitor)}")
    moment = int(at.timestamp())
    found = _run(_STILL, [visit], [moment, VISIT_SECONDS, str(use)])
    if found == _IS_COUNTED:
        return
    starts = starts_of(today)
    by_window = [
        part
        for window in (Window.DAY, Window.WEEK, Window.MONTH)
        for part in (
            f"{window.value}|{starts[window].isoformat()}",
            pseudonyms.pseudonym(keys[window], visitor),
        )
    ]
    hour = f"{today.isoformat()}|{timezone.localtime(at).hour}"

    def count(of: str) -> int:
        told: list[str | int] = [moment, VISIT_SECONDS, of, str(use), hour]
        told += [store.sketch_key(""), SKETCH_SECONDS, *by_window]
        return _run(_TOUCH, [visit, store.key("counts")], told)

    # It may have ended since it was found to go on.
    if not count("" if found == _GOES_ON else place()):
        count(place())


def _run(script: Path, keys: list[str], arguments: list[str | int]) -> int:
    answer: int = redis_scripts.run(store.client(), script, keys, arguments)
    return answer


def touch_if_possible(
    *, visitor: uuid.UUID, use: Use, place: Callable[[], str], at: datetime.datetime
) -> bool:
    """Count a page, or serve it without; whether it was counted. After a failure nobody tries for a while."""
    global _paused_until  # of the process, like the connection it is about
    if time.monotonic() < _paused_until:
        return False
    try:
        touch(visitor=visitor, use=use, place=place, at=at)
    except (RedisError, DatabaseError):
        logger.warning("usage.not_counted", exc_info=True)
        _paused_until = time.monotonic() + PAUSE_SECONDS
        return False
    return True
