"""What happens when: the events of a file, each occurrence of a rule apart, as aware instants.

A time without a zone is one of the calendar's own (`X-WR-TIMEZONE`), else of Paris. Rules are those
that timetables are made of: any other is refused, since a few bytes may stand for a hundred million
lessons.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime
import re
import zoneinfo
from collections.abc import Iterable, Iterator
from typing import Any

import icalendar
import recurring_ical_events
from recurring_ical_events.errors import InvalidCalendar

from commons.periods import Period
from tenants.schoollife.timetable.ical.errors import Found, Problem, TimetableUnreadable
from tenants.schoollife.timetable.ical.lines import Component, Line, Parts
from tenants.schoollife.timetable.ical.zones import Zones

MOST_LESSONS = 60_000
MOST_SERIES = 5_000
PARIS = zoneinfo.ZoneInfo("Europe/Paris")
_NEAR = datetime.timedelta(days=2 * 366)
_DATED = frozenset({"DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE"})
_READ = _DATED | {
    "UID", "DURATION", "RRULE", "SUMMARY", "LOCATION", "DESCRIPTION", "CATEGORIES", "STATUS",
    "COMMENT",
}  # fmt: skip
_ONCE = ("UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RECURRENCE-ID")
_RULE_PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"})
_RULE_PARTS_BY_MONTH = _RULE_PARTS | {"BYMONTHDAY", "BYSETPOS"}
_LINE = "X-SOCLE-LINE"
# PRONOTE and HYPERPLANNING write the moment of the export in each identifier.
_EXPORTED_AT = re.compile(r"-\d{8}T\d{6}Z(?=-Index-Education$)")


@dataclasses.dataclass(frozen=True, slots=True)
class Event:
    """One occurrence, and the line of the file that its event begins on.

    `occurrence` is the instant that a rule gave it, and empty when there is no rule: with `uid`, it is
    what the source calls it.
    """

    uid: str
    occurrence: str
    line: int
    starts_at: datetime.datetime
    ends_at: datetime.datetime
    summary: str
    location: str
    description: str
    categories: tuple[str, ...]
    comment: str
    is_cancelled: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Agenda:
    """The events of a file that last some time, and the lines of those that are no lesson.

    `all_day` are holidays and the like, `endless` begin and do not last.
    """

    events: list[Event]
    all_day: list[int]
    endless: list[int]


@dataclasses.dataclass(frozen=True, slots=True)
class _Read:
    event: icalendar.Event
    component: Component

    @property
    def uid(self) -> str:
        return _EXPORTED_AT.sub("", str(self.event["UID"]))

    def line_of(self, name: str) -> int:
        """Where a property stands, or the event when it has none."""
        return next(
            (line.number for line in self.component.lines if line.name == name),
            self.component.line,
        )


def agenda_of(parts: Parts, *, within: Period, today: datetime.date) -> Agenda:
    """
    The events of a file, within some days for those that a rule repeats.

    :raises TimetableUnreadable: with every line that cannot be read
    """
    zones, problems = Zones(parts.zones), list[Found]()
    zone_name = zones.named(parts.said("X-WR-TIMEZONE"))
    zone = zoneinfo.ZoneInfo(zone_name) if zone_name in zoneinfo.available_timezones() else PARIS
    read = [one for one in _read(parts.events, zones, problems) if one is not None]
    if problems:
        raise TimetableUnreadable(problems)
    found = _Occurrences(read, zone, within=within, today=today)
    return found.agenda()


def _read(
    components: Iterable[Component], zones: Zones, problems: list[Found]
) -> Iterator[_Read | None]:
    for component in components:
        kept = [line for line in component.lines if line.name in _READ]
        texts = [_text_of(line, zones) for line in kept]
        unknown = [line for line, text in zip(kept, texts, strict=True) if text is None]
        problems += [Found(Problem.ZONE_UNKNOWN, line.number, line.name) for line in unknown]
        yield None if unknown else _event_of(component, [text for text in texts if text], problems)


def _text_of(line: Line, zones: Zones) -> str | None:
    """A line as the library reads it; None when its zone is one that nobody knows."""
    if line.name == "RRULE":
        return "".join(line.text.split())  # Exchange writes `BYDAY=MO, TU`
    return zones.renamed(line.text) if line.name in _DATED else line.text


def _event_of(component: Component, texts: list[str], problems: list[Found]) -> _Read | None:
    text = "\r\n".join(["BEGIN:VEVENT", f"{_LINE}:{component.line}", *texts, "END:VEVENT", ""])
    try:
        event: Any = icalendar.Event.from_ical(text)
    except ValueError:
        problems.append(Found(Problem.VALUE_UNREADABLE, component.line))
        return None
    read = _Read(event, component)
    before = len(problems)
    problems += [
        Found(Problem.VALUE_UNREADABLE, read.line_of(name or ""), name or "")
        for name, _message in event.errors
    ]
    problems += [
        Found(Problem.TWICE, read.line_of(name), name)
        for name in _ONCE
        if isinstance(event.get(name), list)
    ]
    if len(problems) == before:
        problems += _missing(read)
    return read if len(problems) == before else None


def _missing(read: _Read) -> Iterator[Found]:
    event = read.event
    if not str(event.get("UID", "")).strip():
        yield Found(Problem.NO_UID, read.component.line)
    if "DTSTART" not in event:
        yield Found(Problem.NO_START, read.component.line)
    if "RRULE" in event:
        rule: Any = event["RRULE"]
        freq = str((rule.get("FREQ") or [""])[0]).upper()
        allowed = _RULE_PARTS_BY_MONTH if freq == "MONTHLY" else _RULE_PARTS
        if freq not in {"DAILY", "WEEKLY", "MONTHLY"} or not set(map(str.upper, rule)) <= allowed:
            yield Found(Problem.RULE_REFUSED, read.line_of("RRULE"), "RRULE")


class _Occurrences:
    """Every occurrence of the events of a file."""

    def __init__(
        self,
        read: list[_Read],
        zone: datetime.tzinfo,
        *,
        within: Period,
        today: datetime.date,
    ) -> None:
        self._read, self._zone, self._within, self._today = read, zone, within, today
        self._agenda = Agenda([], [], [])
        self._problems: list[Found] = []

    def agenda(self) -> Agenda:
        by_uid: dict[str, list[_Read]] = collections.defaultdict(list)
        for one in self._read:
            by_uid[one.uid].append(one)
        series = 0
        for group in by_uid.values():
            if any({"RRULE", "RDATE", "RECURRENCE-ID"} & set(one.event) for one in group):
                series += 1
                self._repeat(group, is_too_many=series > MOST_SERIES)
            else:
                for one in group:
                    self._add(one.event, one, is_alone=len(group) == 1)
        if self._problems:
            raise TimetableUnreadable(self._problems)
        return self._agenda

    def _repeat(self, group: list[_Read], *, is_too_many: bool) -> None:
        rule = next((one for one in group if "RRULE" in one.event), group[0])
        line = rule.line_of("RRULE")
        if is_too_many or not self._is_near(rule.event):
            self._problems.append(Found(Problem.RULE_REFUSED, line, "RRULE"))
            return
        calendar = icalendar.Calendar()
        for one in group:
            calendar.add_component(one.event)
        day, end = datetime.timedelta(days=1), self._within.end
        assert end is not None
        try:
            occurrences = recurring_ical_events.of(calendar).between(
                self._within.start - day, end + day
            )
        except (InvalidCalendar, ValueError, TypeError, OverflowError):
            self._problems.append(Found(Problem.RULE_UNREADABLE, line, "RRULE"))
            return
        by_line = {str(one.component.line): one for one in group}
        for occurrence in occurrences:
            self._add(occurrence, by_line[str(occurrence[_LINE])], is_alone=False)

    def _is_near(self, event: icalendar.Event) -> bool:
        """A rule is walked from its first day: not from the year one."""
        value = _moment(event, "DTSTART")
        day = value.date() if isinstance(value, datetime.datetime) else value
        return bool(abs(day - self._today) < _NEAR)

    def _add(self, event: icalendar.Event, read: _Read, *, is_alone: bool) -> None:
        line = read.component.line
        start = _moment(event, "DTSTART")
        if not isinstance(start, datetime.datetime):
            self._agenda.all_day.append(line)
            return
        end = _end_of(event, start)
        if not isinstance(end, datetime.datetime):
            self._problems.append(Found(Problem.VALUE_UNREADABLE, read.line_of("DTEND"), "DTEND"))
            return
        starts_at, ends_at = self._aware(start), self._aware(end)
        if ends_at < starts_at:
            self._problems.append(Found(Problem.ENDS_BEFORE_START, read.line_of("DTEND"), "DTEND"))
        elif ends_at == starts_at:
            self._agenda.endless.append(line)
        else:
            given = "" if is_alone else self._given_at(event, starts_at)
            self._agenda.events.append(_event(event, read, given, starts_at, ends_at))
        if len(self._agenda.events) > MOST_LESSONS:
            raise TimetableUnreadable([Found(Problem.TOO_MANY_LESSONS, line)])

    def _given_at(self, event: icalendar.Event, starts_at: datetime.datetime) -> str:
        value = _moment(event, "RECURRENCE-ID") if "RECURRENCE-ID" in event else starts_at
        if isinstance(value, datetime.datetime):
            value = self._aware(value)
        return str(value.isoformat())

    def _aware(self, moment: datetime.datetime) -> datetime.datetime:
        zoned = moment.replace(tzinfo=self._zone) if moment.tzinfo is None else moment
        return zoned.astimezone(datetime.UTC)


def _end_of(event: icalendar.Event, start: datetime.datetime) -> Any:
    if "DTEND" in event:
        return _moment(event, "DTEND")
    if "DURATION" in event:
        return start + _moment(event, "DURATION")
    return start


def _moment(event: icalendar.Event, name: str) -> Any:
    """The value of a property that has a day, an instant or a length."""
    value: Any = event[name]
    return value.dt


def _event(
    event: icalendar.Event,
    read: _Read,
    occurrence: str,
    starts_at: datetime.datetime,
    ends_at: datetime.datetime,
) -> Event:
    return Event(
        uid=read.uid,
        occurrence=occurrence,
        line=read.component.line,
        starts_at=starts_at,
        ends_at=ends_at,
        summary=_text(event, "SUMMARY"),
        location=_text(event, "LOCATION"),
        description=_text(event, "DESCRIPTION"),
        categories=tuple(_categories(event)),
        comment=_text(event, "COMMENT"),
        is_cancelled=_text(event, "STATUS").upper() == "CANCELLED",
    )


def _text(event: icalendar.Event, name: str) -> str:
    value: Any = event.get(name, "")
    first = value[0] if isinstance(value, list) and value else value
    return str(first or "").strip()


def _categories(event: icalendar.Event) -> Iterator[str]:
    value: Any = event.get("CATEGORIES", [])
    for group in value if isinstance(value, list) else [value]:
        yield from (str(one).strip() for one in getattr(group, "cats", []))
