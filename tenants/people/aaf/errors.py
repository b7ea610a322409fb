"""Refusals of a whole feed. Nothing is kept of a feed that is refused."""

from __future__ import annotations

import enum
import functools
from typing import Any

from commons.errors import DomainError


class Problem(enum.StrEnum):
    """What is wrong with a file."""

    NO_FILE = "NO_FILE"
    FILE_NAME = "FILE_NAME"
    MIXED_FEED = "MIXED_FEED"
    TOO_MANY_FILES = "TOO_MANY_FILES"
    FILE_TOO_LARGE = "FILE_TOO_LARGE"
    RECORD_TOO_LARGE = "RECORD_TOO_LARGE"
    ENCODING = "ENCODING"
    WRONG_BYTES = "WRONG_BYTES"
    ENTITIES = "ENTITIES"
    TOO_DEEP = "TOO_DEEP"
    TEXT_TOO_LONG = "TEXT_TOO_LONG"
    NOT_XML = "NOT_XML"
    NOT_A_FEED = "NOT_A_FEED"
    FUTURE_FEED = "FUTURE_FEED"
    WRONG_YEAR = "WRONG_YEAR"


class FeedUnreadable(DomainError):
    """A file of the feed cannot be read: `reason`, `file` and, where known, `line`."""

    code = "FEED_UNREADABLE"

    def __init__(
        self, problem: Problem, *, file: str, line: int | None = None, **more: Any
    ) -> None:
        super().__init__(reason=problem.value, file=file, line=line, **more)
        self.problem = problem

    def __reduce__(self) -> tuple[Any, ...]:
        """Files are read in processes of their own, which send back why they cannot."""
        given = {name: value for name, value in self.details.items() if name != "reason"}
        return functools.partial(type(self), self.problem, **given), ()


class DeltaBeforeFull(DomainError):
    """A delta can only be applied after a full feed of its school year: `feed_on`, `school_year`."""

    code = "FEED_DELTA_BEFORE_FULL"


class FeedOlderThanLatest(DomainError):
    """A more recent feed was already applied: `latest_on`, `feed_on`."""

    code = "FEED_OLDER_THAN_LATEST"


class ImportRunning(DomainError):
    """Another import of this département is at work."""

    code = "FEED_IMPORT_RUNNING"
