"""Why a file, or a line of it, is not taken. Values are stored; the French sentences are in `ui`."""

from __future__ import annotations

import enum

from commons.errors import DomainError


class Reason(enum.StrEnum):
    """Why a line is refused: it alone is lost, and the fact it names stays as it was."""

    MISSING = "MISSING"
    TOO_LONG = "TOO_LONG"
    NOT_A_DATE = "NOT_A_DATE"
    NOT_A_MOMENT = "NOT_A_MOMENT"
    NOT_A_NUMBER = "NOT_A_NUMBER"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    NOT_A_WORD = "NOT_A_WORD"
    OTHER_YEAR = "OTHER_YEAR"
    ENDS_TOO_EARLY = "ENDS_TOO_EARLY"
    TWO_ANSWERS = "TWO_ANSWERS"
    FIELDS = "FIELDS"
    DUPLICATE = "DUPLICATE"
    PUPIL_UNKNOWN = "PUPIL_UNKNOWN"
    CLASS_UNKNOWN = "CLASS_UNKNOWN"
    ASSESSMENT_DIFFERS = "ASSESSMENT_DIFFERS"


class FileProblem(enum.StrEnum):
    """Why a whole file is refused."""

    EMPTY = "EMPTY"
    ENCODING = "ENCODING"
    TOO_LARGE = "TOO_LARGE"
    HEADER_MISSING = "HEADER_MISSING"
    HEADER_TWICE = "HEADER_TWICE"
    HEADER_UNKNOWN = "HEADER_UNKNOWN"
    NOT_CSV = "NOT_CSV"


class RecordsFileUnreadable(DomainError):
    """`reason` says why; `line` and `column` say where, where there is a place."""

    code = "RECORDS_FILE_UNREADABLE"

    def __init__(self, problem: FileProblem, **details: object) -> None:
        super().__init__(reason=problem.value, **details)
        self.problem = problem
