"""The three files a collège gives, as docs/school_records.md says them: their columns, and how each is read.

A column has one French name. An error is about one line and, mostly, one column; the line is the one
an editor shows (a text may hold line ends). Numbers have a comma or a point; days are 2026-11-03 or
03/11/2026; moments add « 08:00 », in the time of Paris.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from commons.school_calendar import SchoolYear, school_year_of
from tenants.schoollife.records.models import Absence, Kind, Mark
from tenants.schoollife.records.reasons import Reason

Row = dict[str, str]
Values = dict[str, Any]
LONGEST_ID = 60
_YEARS = range(2000, 2101)
_PARIS = ZoneInfo("Europe/Paris")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_FRENCH_DAY = re.compile(r"(\d{2})/(\d{2})/(\d{4})", re.ASCII)
_MOMENT = re.compile(r"(\S+)[ T](\d{2})[:h](\d{2})", re.ASCII)
_NUMBER = re.compile(r"\d{1,4}(?:[.,]\d{1,2})?", re.ASCII)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_YES_NO = {"oui": True, "non": False, "": False}
_STATUSES = {
    "absent": Mark.Status.ABSENT,
    "dispensé": Mark.Status.EXCUSED,
    "non noté": Mark.Status.NOT_MARKED,
}
_ABSENCES = {"absence": Absence.Kind.ABSENCE, "retard": Absence.Kind.LATENESS}
LEVELS = range(1, 5)


class Refused(Exception):
    """A line that is not taken: why, and which column and value say it."""

    def __init__(self, reason: Reason, column: str = "", value: str = "") -> None:
        super().__init__(reason)
        self.reason, self.column, self.value = reason, column, value


@dataclasses.dataclass(frozen=True, slots=True)
class Contract:
    """A kind of file: its columns in order, the staging table and its columns, how a row is read."""

    kind: Kind
    columns: tuple[str, ...]
    optional: frozenset[str]
    table: str
    staged: tuple[str, ...]
    read: Callable[[Row, SchoolYear], Values]

    @property
    def id_column(self) -> str:
        """The column of the identifier of a fact: the first."""
        return self.columns[0]


def _text(row: Row, column: str, *, most: int, is_needed: bool = True) -> str:
    value = _CONTROLS.sub("", row[column])
    if is_needed and not value:
        raise Refused(Reason.MISSING, column)
    if len(value) > most:
        raise Refused(Reason.TOO_LONG, column, value)
    return value


def _day(row: Row, column: str, value: str | None = None) -> datetime.date:
    said = _text(row, column, most=40) if value is None else value
    if found := _ISO_DAY.fullmatch(said):
        year, month, day = map(int, found.groups())
    elif found := _FRENCH_DAY.fullmatch(said):
        day, month, year = map(int, found.groups())
    else:
        raise Refused(Reason.NOT_A_DATE, column, said)
    try:
        found_day = datetime.date(year, month, day)
    except ValueError:
        raise Refused(Reason.NOT_A_DATE, column, said) from None
    if found_day.year not in _YEARS:
        raise Refused(Reason.NOT_A_DATE, column, said)
    return found_day


def _moment(row: Row, column: str) -> datetime.datetime:
    said = _text(row, column, most=40)
    found = _MOMENT.fullmatch(said)
    if found is None:
        raise Refused(Reason.NOT_A_MOMENT, column, said)
    hour, minute = int(found[2]), int(found[3])
    if hour > 23 or minute > 59:
        raise Refused(Reason.NOT_A_MOMENT, column, said)
    day = _day(row, column, found[1])
    local = datetime.datetime.combine(day, datetime.time(hour, minute), tzinfo=_PARIS)
    return local.astimezone(datetime.UTC)  # two of one zone would compare by their clocks


def _number(row: Row, column: str, *, least: Decimal, most: Decimal) -> Decimal:
    said = _text(row, column, most=40)
    if not _NUMBER.fullmatch(said):
        raise Refused(Reason.NOT_A_NUMBER, column, said)
    value = Decimal(said.replace(",", "."))
    if not least <= value <= most:
        raise Refused(Reason.OUT_OF_RANGE, column, said)
    return value


def _word(row: Row, column: str, words: Mapping[str, Any]) -> Any:
    said = _text(row, column, most=40, is_needed="" not in words)
    try:
        return words[said.casefold()]
    except KeyError:
        raise Refused(Reason.NOT_A_WORD, column, said) from None


def _of_year(row: Row, column: str, day: datetime.date, year: SchoolYear) -> None:
    if school_year_of(day) != year:
        raise Refused(Reason.OTHER_YEAR, column, row[column])


def _pupil_key(row: Row, *, is_needed: bool = True) -> str:
    return _text(row, "eleve", most=40, is_needed=is_needed)


def _mark(row: Row, year: SchoolYear) -> Values:
    held_on = _day(row, "date")
    _of_year(row, "date", held_on, year)
    return {
        "pupil_key": _pupil_key(row),
        "assessment": _text(row, "evaluation_id", most=LONGEST_ID),
        "subject": _text(row, "matiere", most=60),
        "title": _text(row, "intitule", most=120),
        "held_on": held_on,
        "group_name": _text(row, "groupe", most=60, is_needed=False),
        "coefficient": (
            _number(row, "coefficient", least=Decimal(0), most=Decimal(100))
            if row["coefficient"]
            else Decimal(1)
        ),
        "comment": _text(row, "appreciation", most=300, is_needed=False),
    } | _result(row)


def _result(row: Row) -> Values:
    """What the pupil got: exactly one of a mark, a level and a reason why there is neither."""
    said = [column for column in ("note", "niveau", "statut") if row[column]]
    if not said:
        raise Refused(Reason.MISSING, "note")
    if len(said) > 1:
        raise Refused(Reason.TWO_ANSWERS, said[1], row[said[1]])
    nothing = {"value": None, "out_of": None, "level": None}
    if said == ["statut"]:
        return nothing | {"status": _word(row, "statut", _STATUSES)}
    if said == ["niveau"]:
        level = _number(row, "niveau", least=Decimal(LEVELS[0]), most=Decimal(LEVELS[-1]))
        if level != level.to_integral_value():
            raise Refused(Reason.OUT_OF_RANGE, "niveau", row["niveau"])
        return nothing | {"status": Mark.Status.LEVEL, "level": int(level)}
    out_of = (
        _number(row, "sur", least=Decimal("0.01"), most=Decimal(1000))
        if row["sur"]
        else Decimal(20)
    )
    value = _number(row, "note", least=Decimal(0), most=out_of)
    return nothing | {"status": Mark.Status.GRADED, "value": value, "out_of": out_of}


def _absence(row: Row, year: SchoolYear) -> Values:
    starts_at, ends_at = _moment(row, "debut"), _moment(row, "fin")
    _of_year(row, "debut", starts_at.astimezone(_PARIS).date(), year)
    if ends_at <= starts_at:
        raise Refused(Reason.ENDS_TOO_EARLY, "fin", row["fin"])
    return {
        "pupil_key": _pupil_key(row),
        "kind": _word(row, "type", _ABSENCES),
        "starts_at": starts_at,
        "ends_at": ends_at,
        "is_justified": _word(row, "justifiee", _YES_NO),
        "reason": _text(row, "motif", most=120, is_needed=False),
    }


def _homework(row: Row, year: SchoolYear) -> Values:
    given_on, due_on = _day(row, "donne_le"), _day(row, "pour_le")
    _of_year(row, "pour_le", due_on, year)
    if due_on < given_on:
        raise Refused(Reason.ENDS_TOO_EARLY, "pour_le", row["pour_le"])
    class_name = _text(row, "classe", most=60, is_needed=False)
    pupil_key = _pupil_key(row, is_needed=not class_name)
    if class_name and pupil_key:
        raise Refused(Reason.TWO_ANSWERS, "eleve", pupil_key)
    return {
        "pupil_key": pupil_key,
        "class_name": class_name,
        "subject": _text(row, "matiere", most=60),
        "given_on": given_on,
        "due_on": due_on,
        "text": _text(row, "texte", most=1000),
    }


CONTRACTS: dict[Kind, Contract] = {
    contract.kind: contract
    for contract in (
        Contract(
            Kind.MARKS,
            (
                "note_id", "eleve", "evaluation_id", "matiere", "intitule", "date", "groupe",
                "note", "sur", "niveau", "statut", "coefficient", "appreciation",
            ),
            frozenset({"groupe", "sur", "niveau", "statut", "coefficient", "appreciation"}),
            "school_records_stagedmark",
            (
                "pupil_key", "assessment", "subject", "title", "held_on", "group_name",
                "coefficient", "status", "value", "out_of", "level", "comment",
            ),
            _mark,
        ),
        Contract(
            Kind.ABSENCES,
            ("absence_id", "eleve", "type", "debut", "fin", "justifiee", "motif"),
            frozenset({"justifiee", "motif"}),
            "school_records_stagedabsence",
            ("pupil_key", "kind", "starts_at", "ends_at", "is_justified", "reason"),
            _absence,
        ),
        Contract(
            Kind.HOMEWORK,
            ("devoir_id", "classe", "eleve", "matiere", "donne_le", "pour_le", "texte"),
            frozenset({"eleve"}),
            "school_records_stagedhomework",
            ("pupil_key", "class_name", "subject", "given_on", "due_on", "text"),
            _homework,
        ),
    )
}  # fmt: skip
