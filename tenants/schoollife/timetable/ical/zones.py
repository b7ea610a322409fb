"""Time zones that files name: by their IANA name, by that of Windows, or as the file defines them.

The library keeps every zone that a file defines in its process, under the name that the file gives:
another file, of another collège, would get it. So a zone of a file's own is given a name that is
drawn from its definition.
"""

from __future__ import annotations

import hashlib
import re
import zoneinfo
from functools import cache

import icalendar
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from tenants.schoollife.timetable.ical.lines import Component

_PARAMETER = re.compile(r';TZID=("[^"]*"|[^;:"]*)', re.IGNORECASE)


@cache
def _known() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


class Zones:
    """The zones that the events of one file may name."""

    def __init__(self, components: list[Component]) -> None:
        self._own: dict[str, str] = {}
        for component in components:
            self._define(component)

    def named(self, tzid: str) -> str | None:
        """The name of a zone as the library is to be told it, or None when nobody knows it."""
        plain = tzid.strip('" /')
        if plain in _known():
            return plain
        if plain in WINDOWS_TO_OLSON:
            return str(WINDOWS_TO_OLSON[plain])
        if tzid in self._own:
            return self._own[tzid]
        steps = plain.split("/")  # RFC 5545, 3.2.19: /example.org/2026/Europe/Paris
        tails = ("/".join(steps[start:]) for start in range(1, len(steps)))
        return next((tail for tail in tails if tail in _known()), None)

    def renamed(self, text: str) -> str | None:
        """A content line whose zone is one that we know; None when it names another."""
        match = _PARAMETER.search(text.partition(":")[0] if '"' not in text else text)
        if match is None:
            return text
        name = self.named(match[1].strip('"'))
        return None if name is None else f"{text[: match.start()]};TZID={name}{text[match.end() :]}"

    def _define(self, component: Component) -> None:
        lines = [line.text for line in component.lines]
        given = next((line for line in component.lines if line.name == "TZID"), None)
        if given is None:
            return
        tzid = given.text.partition(":")[2].strip()
        if self.named(tzid) is not None:
            return
        rest = [line for line in lines if line != given.text]
        name = f"socle-{hashlib.sha256(chr(10).join(rest).encode()).hexdigest()[:24]}"
        text = "\r\n".join(["BEGIN:VTIMEZONE", f"TZID:{name}", *rest, "END:VTIMEZONE", ""])
        try:
            icalendar.Timezone.from_ical(text)
        except (ValueError, KeyError, IndexError):
            return  # a zone that cannot be read is one that nobody knows
        self._own[tzid] = name
