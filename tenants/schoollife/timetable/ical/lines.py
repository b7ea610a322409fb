"""The content lines of a file and its components, each with the line of the file it begins on.

The library that reads values knows no line numbers: what is wrong could not be found in a file of a
hundred thousand lines. So lines are unfolded and components paired here, and nothing else.
"""

from __future__ import annotations

import dataclasses

from tenants.schoollife.timetable.ical.errors import Found, Problem, TimetableUnreadable

LONGEST_BYTES = 20_000_000
MOST_EVENTS = 60_000
_ROOT, _EVENT, _ZONE = "VCALENDAR", "VEVENT", "VTIMEZONE"


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A content line, unfolded, and the line of the file it begins on."""

    number: int
    text: str

    @property
    def name(self) -> str:
        """Its property: `DTSTART` of `DTSTART;TZID=Europe/Paris:20261201T080000`."""
        return self.text.partition(":")[0].partition(";")[0].strip().upper()


@dataclasses.dataclass(slots=True)
class Component:
    """A component and its own lines; those of a zone hold its parts too."""

    name: str
    line: int
    lines: list[Line] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(slots=True)
class Parts:
    """What a file is made of."""

    head: list[Line] = dataclasses.field(default_factory=list)
    zones: list[Component] = dataclasses.field(default_factory=list)
    events: list[Component] = dataclasses.field(default_factory=list)

    def said(self, name: str) -> str:
        """The value of a property of the calendar itself, or nothing."""
        return next((line.text.partition(":")[2] for line in self.head if line.name == name), "")


def parts_of(content: bytes) -> Parts:
    """
    What a file is made of.

    :raises TimetableUnreadable: if it is no calendar, too large, or its components do not pair
    """
    return _Pairing(_unfolded(_decoded(content))).parts()


def _decoded(content: bytes) -> str:
    if len(content) > LONGEST_BYTES:
        raise TimetableUnreadable([Found(Problem.TOO_LARGE, 1)])
    if not content.strip():
        raise TimetableUnreadable([Found(Problem.EMPTY, 1)])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TimetableUnreadable([Found(Problem.NOT_UTF8, line)]) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise TimetableUnreadable([Found(Problem.NOT_A_LINE, line)])
    return text


def _unfolded(text: str) -> list[Line]:
    """A line that begins with a space or a tab goes on from the one before (RFC 5545, 3.1)."""
    found: list[tuple[int, list[str]]] = []
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.removesuffix("\r")
        if line[:1] in {" ", "\t"} and found:
            found[-1][1].append(line[1:])
        elif line.strip():
            found.append((number, [line]))
    return [Line(number, "".join(pieces)) for number, pieces in found]


class _Pairing:
    """Walks the lines once, pairing BEGIN and END."""

    def __init__(self, lines: list[Line]) -> None:
        self._lines = lines
        self._open: list[Component] = []
        self._found = Parts()
        self._problems: list[Found] = []

    def parts(self) -> Parts:
        first = self._lines[0]
        if first.text.strip().upper() != f"BEGIN:{_ROOT}":
            raise TimetableUnreadable([Found(Problem.NOT_A_CALENDAR, first.number)])
        for line in self._lines:
            self._take(line)
        self._problems += [Found(Problem.NOT_CLOSED, one.line, one.name) for one in self._open]
        if self._problems:
            raise TimetableUnreadable(self._problems)
        if len(self._found.events) > MOST_EVENTS:
            number = self._found.events[MOST_EVENTS].line
            raise TimetableUnreadable([Found(Problem.TOO_MANY_EVENTS, number)])
        return self._found

    def _take(self, line: Line) -> None:
        if ":" not in line.text:
            self._problems.append(Found(Problem.NOT_A_LINE, line.number))
        elif line.name == "BEGIN":
            self._begin(line)
        elif line.name == "END":
            self._end(line)
        elif not self._open:
            self._problems.append(Found(Problem.NOT_OPENED, line.number, line.name))
        elif len(self._open) == 1:
            self._found.head.append(line)
        else:
            self._keep(line)

    def _keep(self, line: Line) -> None:
        """An alarm within an event is not of the event; the parts of a zone are the zone's."""
        zone = next((one for one in self._open if one.name == _ZONE), None)
        (zone or self._open[-1]).lines.append(line)

    def _begin(self, line: Line) -> None:
        name = line.text.partition(":")[2].strip().upper()
        if any(one.name == _ZONE for one in self._open):
            self._keep(line)
        self._open.append(Component(name, line.number))

    def _end(self, line: Line) -> None:
        name = line.text.partition(":")[2].strip().upper()
        if not self._open or self._open[-1].name != name:
            self._problems.append(Found(Problem.NOT_OPENED, line.number, name))
            return
        ended = self._open.pop()
        if any(one.name == _ZONE for one in self._open):
            self._keep(line)
        elif name == _ZONE:
            self._found.zones.append(ended)
        elif name == _EVENT:
            self._found.events.append(ended)
