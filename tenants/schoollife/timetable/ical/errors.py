"""Why a file is refused: each problem with the line it stands on."""

from __future__ import annotations

import dataclasses
import enum

from commons.errors import DomainError

MOST_PROBLEMS = 50


class Problem(enum.StrEnum):
    """What is wrong with a file or with one of its lines."""

    EMPTY = "EMPTY"
    TOO_LARGE = "TOO_LARGE"
    NOT_UTF8 = "NOT_UTF8"
    NOT_A_CALENDAR = "NOT_A_CALENDAR"
    NOT_A_LINE = "NOT_A_LINE"
    NOT_OPENED = "NOT_OPENED"
    NOT_CLOSED = "NOT_CLOSED"
    TOO_MANY_EVENTS = "TOO_MANY_EVENTS"
    TOO_MANY_LESSONS = "TOO_MANY_LESSONS"
    NO_LESSON = "NO_LESSON"
    NO_UID = "NO_UID"
    NO_START = "NO_START"
    TWICE = "TWICE"
    VALUE_UNREADABLE = "VALUE_UNREADABLE"
    ZONE_UNKNOWN = "ZONE_UNKNOWN"
    ENDS_BEFORE_START = "ENDS_BEFORE_START"
    RULE_REFUSED = "RULE_REFUSED"
    RULE_UNREADABLE = "RULE_UNREADABLE"


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """A problem, the line of the file it stands on, and the property it is about, if any."""

    problem: Problem
    line: int
    name: str = ""


class TimetableUnreadable(DomainError):
    """A file of which nothing is taken; `problems` say what is wrong and where, in order of lines."""

    code = "TIMETABLE_UNREADABLE"

    def __init__(self, problems: list[Found]) -> None:
        first = sorted(problems, key=lambda one: one.line)[:MOST_PROBLEMS]
        super().__init__(
            problems=[
                {"problem": one.problem.value, "line": one.line, "name": one.name} for one in first
            ]
        )
