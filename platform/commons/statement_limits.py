"""A time limit for the statements of one piece of work, where the process's own is not the right one."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator

from django.db import OperationalError, connection, transaction

_CANCELLED = "57014"  # query_canceled


@contextlib.contextmanager
def at_most(limit: datetime.timedelta) -> Iterator[None]:
    """Be in a transaction each statement of which PostgreSQL stops after this long."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            milliseconds = int(limit.total_seconds() * 1000)
            cursor.execute(f"SET LOCAL statement_timeout = {milliseconds:d}")
        yield


def was_stopped(error: BaseException | None) -> bool:
    """Whether a statement failed because its time was over."""
    return isinstance(error, OperationalError) and (
        getattr(error.__cause__, "sqlstate", None) == _CANCELLED
    )
