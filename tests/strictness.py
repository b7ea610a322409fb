"""What tests forbid and production would let pass (STYLE F26). Installed once, by `tests.plugin`.

- A queryset without an order is answered in a random one. PostgreSQL draws it, so that a slice takes
  any rows; rows that are distinct, grouped or united are shuffled as they arrive. The draw follows
  pytest-randomly's seed (`tests.fixtures` gives it to each connection).
- A datetime given to a DateField raises: its date depends on the time zone.
- `select_for_update` without `of` raises: it also locks what is joined.
- A template variable that is not defined fails the test, wherever it is rendered: pages, e-mails,
  fragments. It passes through `except Exception`, as the outbox has one.
- On-commit callbacks run when the outermost transaction of the code under test ends, as in
  production. Under `tenant_db` that transaction is a savepoint in the test's own: callbacks are told
  of a commit that nobody else sees. A callback of what was rolled back does not run.
"""

from __future__ import annotations

import datetime
import logging
import random
import sys
from typing import Any

import pytest
from django.conf import settings
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import OrderBy
from django.db.models.functions import Random
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.constants import MULTI

logger = logging.getLogger(__name__)
DRAW = random.Random()  # apart from the one tests draw from


def install() -> None:
    """Make this process strict; called once, when Django is set up and before anything runs."""
    _shuffle_what_has_no_order()
    _refuse_datetimes_as_dates()
    _ask_locks_for_their_table()
    _run_callbacks_at_commit()
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = Undefined("⚠ UNDEFINED %s ⚠")


def _shuffle_what_has_no_order() -> None:
    order_by_pairs = SQLCompiler._order_by_pairs
    execute_sql = SQLCompiler.execute_sql

    def pairs_or_random(self: Any) -> Any:
        pairs = list(order_by_pairs(self))
        yield from pairs
        query = self.query
        is_set = query.subquery and not query.is_sliced
        if pairs or is_set or any(e.contains_aggregate for e, _, _ in self.select or ()):
            return
        if query.distinct or query.combinator or query.group_by is not None:
            self.is_shuffled = True  # an order of ours would change what is distinct or grouped
            return
        yield OrderBy(Random()), False

    def execute_and_shuffle(self: Any, result_type: str = MULTI, *args: Any, **kwargs: Any) -> Any:
        results = execute_sql(self, result_type, *args, **kwargs)
        if result_type == MULTI and getattr(self, "is_shuffled", False):
            return (DRAW.sample(chunk, len(chunk)) for chunk in map(list, results))
        return results

    SQLCompiler._order_by_pairs = pairs_or_random
    SQLCompiler.execute_sql = execute_and_shuffle


def _refuse_datetimes_as_dates() -> None:
    to_python = models.DateField.to_python

    def refuse(self: Any, value: Any) -> Any:
        if isinstance(value, datetime.datetime):
            raise TypeError(f"{self}: {value!r} is a datetime, not a date")
        return to_python(self, value)

    models.DateField.to_python = refuse  # type: ignore[method-assign]  DateTimeField has its own


def _ask_locks_for_their_table() -> None:
    select_for_update = models.QuerySet.select_for_update

    def ask(self: Any, *args: Any, **kwargs: Any) -> Any:
        frame = sys._getframe(1)
        if frame.f_globals["__name__"] == "django.db.models.manager" and frame.f_back:
            frame = frame.f_back  # Model.objects.select_for_update()
        caller = frame.f_globals["__name__"]
        if not kwargs.get("of") and not caller.startswith("django."):  # update_or_create has none
            raise TypeError("select_for_update() needs of=(…): it also locks what is joined")
        return select_for_update(self, *args, **kwargs)

    models.QuerySet.select_for_update = ask  # type: ignore[method-assign]


def _is_only_the_tests(wrapper: BaseDatabaseWrapper) -> bool:
    """Whether the test's own transaction is the only one open."""
    blocks = wrapper.atomic_blocks
    return bool(blocks) and all(block._from_testcase for block in blocks)


def _run_callbacks(wrapper: BaseDatabaseWrapper) -> None:
    callbacks, wrapper.run_on_commit = wrapper.run_on_commit, []
    for _savepoints, callback, is_robust in callbacks:
        try:
            callback()
        except Exception:
            if not is_robust:
                raise
            logger.exception("on-commit callback failed")


def _run_callbacks_at_commit() -> None:
    leave = transaction.Atomic.__exit__
    on_commit = BaseDatabaseWrapper.on_commit

    def leave_and_run(self: Any, *exception: Any) -> None:
        leave(self, *exception)
        wrapper = transaction.get_connection(self.using)
        if not self._from_testcase and _is_only_the_tests(wrapper) and not wrapper.needs_rollback:
            _run_callbacks(wrapper)

    def on_commit_or_now(self: Any, func: Any, robust: bool = False) -> None:
        on_commit(self, func, robust)
        if _is_only_the_tests(self):  # in production there would be no transaction at all
            _run_callbacks(self)

    transaction.Atomic.__exit__ = leave_and_run  # type: ignore[method-assign]
    BaseDatabaseWrapper.on_commit = on_commit_or_now  # type: ignore[method-assign]


class Undefined(str):
    """Django's `string_if_invalid`: failing is what it is formatted into."""

    __slots__ = ()

    def __mod__(self, variable: object) -> str:
        pytest.fail(f"undefined template variable: {variable} ({_template()})")


def _template() -> str:
    """The template that is being rendered: the origin of the innermost node."""
    frame = sys._getframe(2)
    while frame is not None:
        origin = getattr(frame.f_locals.get("self"), "origin", None)
        if origin is not None:
            return str(origin)
        frame = frame.f_back  # type: ignore[assignment]
    return "?"
