"""A family's lessons as an iCalendar document (RFC 5545), for the calendar of their telephone.

The same lessons give the same bytes: nothing in it is of the moment it is written. What two children have
together is one event.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import icalendar
from django.utils.translation import gettext as _

from ui import wording

if TYPE_CHECKING:
    from tenants.schoollife.timetable.queries import ChildLessons, ReadLesson

REFRESH = datetime.timedelta(hours=1)


def calendar_of(children: Sequence[ChildLessons], *, host: str) -> bytes:
    """The document; `host` is the portal's, and ends the identifiers of events."""
    calendar = icalendar.Calendar()
    calendar.add("PRODID", "-//Socle//Emploi du temps//FR")
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", "PUBLISH")
    calendar.add("X-WR-CALNAME", _("Emploi du temps"))
    calendar.add("X-WR-TIMEZONE", "Europe/Paris")
    calendar.add("REFRESH-INTERVAL", REFRESH, parameters={"VALUE": "DURATION"})
    names: dict[str, list[str]] = {}
    lessons: dict[str, ReadLesson] = {}
    for child in children:
        for lesson in child.lessons:
            key = str(lesson.public_id)
            lessons[key] = lesson
            names.setdefault(key, []).append(child.first_name)
    for key in sorted(lessons, key=lambda one: (lessons[one].starts_at, one)):
        whose = names[key] if len(children) > 1 else []
        calendar.add_component(_event(lessons[key], whose, host))
    return bytes(calendar.to_ical())


def _event(lesson: ReadLesson, names: Iterable[str], host: str) -> icalendar.Event:
    event = icalendar.Event()
    event.add("UID", f"{lesson.public_id}@{host}")
    event.add("SEQUENCE", lesson.revision)
    event.add("DTSTAMP", lesson.updated_at.astimezone(datetime.UTC))
    event.add("DTSTART", lesson.starts_at.astimezone(datetime.UTC))
    event.add("DTEND", lesson.ends_at.astimezone(datetime.UTC))
    event.add("SUMMARY", _summary(lesson, names))
    event.add("STATUS", "CONFIRMED" if lesson.takes_place else "CANCELLED")
    if lesson.room:
        event.add("LOCATION", lesson.room)
    if described := "\n".join(_lines(lesson)):
        event.add("DESCRIPTION", described)
    return event


def _summary(lesson: ReadLesson, names: Iterable[str]) -> str:
    whose = wording.and_list(names)
    said = f"{lesson.subject} ({whose})" if whose else lesson.subject
    if lesson.takes_place:
        return said
    return wording.typographic(_("Annulé : %(lesson)s") % {"lesson": said})


def _lines(lesson: ReadLesson) -> Iterable[str]:
    if lesson.teacher:
        yield wording.typographic(_("Professeur : %(name)s") % {"name": lesson.teacher})
    if lesson.group_name:
        yield wording.typographic(_("Groupe : %(name)s") % {"name": lesson.group_name})
    if lesson.reason:
        yield lesson.reason
