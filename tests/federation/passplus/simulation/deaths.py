"""Processes that die: at a statement, before a commit, or after it and before anybody was told."""

from __future__ import annotations

import contextlib
import dataclasses
import random
from collections.abc import Iterator
from typing import Any
from unittest import mock

from django.db import connection
from django.db.backends.utils import CursorWrapper

from tenants.registry.backend.base import DatabaseWrapper, kept_wrappers

MOMENTS = ("statement", "before commit", "after commit")


class Died(BaseException):
    """The process is no more: nothing of ours may catch this."""


@dataclasses.dataclass(slots=True)
class Death:
    """Where a process dies: at which of its statements, or of its commits. It may end before."""

    moment: str
    countdown: int
    came: bool = False

    def approach(self, moment: str) -> None:
        """One more statement or commit; the session is cut off at the last."""
        if moment != self.moment or self.came:
            return
        self.countdown -= 1
        if self.countdown == 0:
            self.came = True
            connection.connection.close()  # as PostgreSQL sees it: nobody is there any more
            raise Died(moment)


def drawn(draw: random.Random) -> Death:
    """A death at any moment of an act of some statements and few commits."""
    moment = draw.choice(MOMENTS)
    return Death(moment, draw.randint(1, 9) if moment == "statement" else draw.randint(1, 3))


@contextlib.contextmanager
def dying(death: Death) -> Iterator[None]:
    """Live a block under a death; once it came, whatever was in memory is gone with its connections."""
    execute, commit = CursorWrapper._execute_with_wrappers, DatabaseWrapper._commit

    def executed(self: Any, *args: Any, **options: Any) -> Any:
        try:
            death.approach("statement")
        except Died:
            self.close()  # Django closes a named cursor on an `Exception`, which a death is not
            raise
        return execute(self, *args, **options)

    def committed(self: Any) -> None:
        death.approach("before commit")
        commit(self)
        death.approach("after commit")

    try:
        with (
            mock.patch.object(CursorWrapper, "_execute_with_wrappers", executed),
            mock.patch.object(DatabaseWrapper, "_commit", committed),
        ):
            yield
    except BaseException:
        if not death.came:
            raise
    finally:
        if death.came:
            _bury()


def _bury() -> None:
    """The next process has no memory of a transaction, and a session of its own for the one that was cut off.

    Sessions that were doing nothing are as good as new ones: to PostgreSQL they are the same.
    """
    for wrapper in kept_wrappers().values():
        if not (wrapper.in_atomic_block or wrapper.connection is None or wrapper.connection.closed):
            continue
        with contextlib.suppress(Exception):
            wrapper.close()
        wrapper.connection = None
        wrapper.in_atomic_block = wrapper.closed_in_transaction = wrapper.needs_rollback = False
        wrapper.savepoint_ids, wrapper.atomic_blocks, wrapper.run_on_commit = [], [], []
