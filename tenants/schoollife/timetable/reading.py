"""What a file says of the lessons of some classes: which days it is about, and each lesson."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import re
import uuid
from collections.abc import Iterable

from commons.normalisation import search_key
from commons.periods import Period
from commons.school_calendar import SchoolYear
from tenants.people.models import SchoolClass
from tenants.schoollife.timetable.days import ONE_DAY, days_of, local_day, timetable_year
from tenants.schoollife.timetable.ical import conventions, events
from tenants.schoollife.timetable.ical.errors import Found, Problem, TimetableUnreadable
from tenants.schoollife.timetable.ical.lines import Parts, parts_of
from tenants.schoollife.timetable.models import LONGEST_NAME

MOST_NOTES = 200
_NAMESPACE = uuid.UUID("3d0f6c52-7c0e-5a0a-9a55-5a3c3f1d7b10")
_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")


@dataclasses.dataclass(frozen=True, slots=True)
class Named:
    """A lesson of a class, as a file names it."""

    key: uuid.UUID
    school_class_id: int
    line: int
    starts_at: datetime.datetime
    ends_at: datetime.datetime
    subject: str
    teacher: str
    room: str
    group_name: str
    status: str
    reason: str


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """A file that was read. `notes` are {"line", "why", "said"} of events that are no lesson of ours."""

    producer: str
    digest: str
    window: Period
    named: tuple[Named, ...]
    notes: tuple[dict[str, str | int], ...]
    counts: dict[str, int]


def read_timetable(
    content: bytes,
    *,
    classes: Iterable[SchoolClass],
    of_class: SchoolClass | None,
    given: Period | None,
    today: datetime.date,
) -> Reading:
    """
    Read a file against the classes of a collège, or as that of one class.

    `given` are the days that it is about, when who gives it says so.

    :raises TimetableUnreadable: if a line cannot be read, or if nothing in it is a lesson of those days
    """
    parts = parts_of(content)
    asked = given or _announced(parts)
    year = timetable_year(asked.end - ONE_DAY if asked and asked.end else today)
    found = events.agenda_of(parts, within=days_of(year), today=today)
    inside = [event for event in found.events if days_of(year).contains(local_day(event.starts_at))]
    window = _window(inside, asked, year)
    reader = _Reader(
        {one.pk: one.name for one in classes if one.school_year == year.start_year}, of_class
    )
    for event in inside:
        if window.contains(local_day(event.starts_at)):
            reader.take(event)
    for why, numbers in (("ALL_DAY", found.all_day), ("NO_LENGTH", found.endless)):
        for line in numbers:
            reader.note(line, why, "")
    return Reading(
        producer=_producer(parts),
        digest=hashlib.sha256(content).hexdigest(),
        window=window,
        named=tuple(reader.named.values()),
        notes=tuple(reader.notes[:MOST_NOTES]),
        counts={
            "events": len(parts.events),
            "outside": len(found.events) - reader.taken,
            "noted": len(reader.notes),
        },
    )


class _Reader:
    """Gathers lessons by class; what two events of one name say of one class, the last says."""

    def __init__(self, names: dict[int, str], of_class: SchoolClass | None) -> None:
        self._of_class = of_class
        self._exact = {search_key(name).replace(" ", ""): pk for pk, name in names.items()}
        by_key: dict[str, list[int]] = {}
        for pk, name in names.items():
            by_key.setdefault(conventions.class_key(name), []).append(pk)
        self._loose = {key: pks[0] for key, pks in by_key.items() if len(pks) == 1}
        self.named: dict[tuple[uuid.UUID, int], Named] = {}
        self.notes: list[dict[str, str | int]] = []
        self.taken = 0

    def take(self, event: events.Event) -> None:
        self.taken += 1
        meaning = conventions.meaning_of(event)
        if not meaning.subject:
            self.note(event.line, "NO_SUBJECT", "")
            return
        pks = [self._of_class.pk] if self._of_class else self._classes(meaning.classes)
        if not pks:
            self.note(event.line, "CLASS_UNKNOWN", meaning.subject)
        key = uuid.uuid5(_NAMESPACE, f"{event.uid}\n{event.occurrence}")
        for pk in pks:
            self.named[key, pk] = Named(
                key=key,
                school_class_id=pk,
                line=event.line,
                starts_at=event.starts_at,
                ends_at=event.ends_at,
                subject=meaning.subject,
                teacher=meaning.teacher,
                room=meaning.room,
                group_name=meaning.group_name,
                status=meaning.status.value,
                reason=meaning.reason,
            )

    def note(self, line: int, why: str, said: str) -> None:
        self.notes.append({"line": line, "why": why, "said": said})

    def _classes(self, names: Iterable[str]) -> list[int]:
        found = []
        for name in names:
            exact = self._exact.get(search_key(name).replace(" ", ""))
            pk = exact if exact is not None else self._loose.get(conventions.class_key(name))
            if pk is not None and pk not in found:
                found.append(pk)
        return found


def _announced(parts: Parts) -> Period | None:
    """The days that the software says the file is about (`X-CALSTART`, `X-CALEND`)."""
    first, last = (_written_day(parts.said(name)) for name in ("X-CALSTART", "X-CALEND"))
    return Period(first, last + ONE_DAY) if first and last and first <= last else None


def _written_day(text: str) -> datetime.date | None:
    match = _DAY.match(text.strip())
    try:
        return datetime.date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def _window(found: list[events.Event], asked: Period | None, year: SchoolYear) -> Period:
    """The days that a file is about: those that were said, else from its first lesson to its last."""
    window = asked
    if window is None and found:
        days = [local_day(event.starts_at) for event in found]
        window = Period(min(days), max(days) + ONE_DAY)
    inside = window.intersection(days_of(year)) if window else None
    if inside is None or not found:
        raise TimetableUnreadable([Found(Problem.NO_LESSON, 1)])
    return inside


def _producer(parts: Parts) -> str:
    """Which software wrote the file; the calendar's own name is left: it may be that of a pupil."""
    return parts.said("PRODID").strip()[:LONGEST_NAME]
