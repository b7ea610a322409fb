"""Timetables for tests: classes, and files as software of schools writes them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from tenants.people.models import College, SchoolClass, Schooling
from tenants.schoollife.timetable import operations
from tenants.schoollife.timetable.models import TimetableImport
from tests.factories.canteen import Family
from tests.factories.tariffs import ACTOR

AT = datetime.datetime(2024, 11, 4, 6, 0, tzinfo=datetime.UTC)  # a Monday, 7 in Paris
TODAY = AT.date()


def make_class(college: College, name: str = "4e B", *, year: int = 2024) -> SchoolClass:
    found, _is_new = SchoolClass.objects.get_or_create(
        college=college, school_year=year, name=name, defaults={"level": "4E"}
    )
    return found


def put_in_class(family: Family, name: str = "4e B") -> SchoolClass:
    """The family's child goes to a class of their collège."""
    its_class = make_class(family.college, name)
    Schooling.objects.filter(pupil=family.pupil).update(school_class=its_class)
    return its_class


def event(uid: str, start: str, end: str, *, subject: str = "Maths", **more: str) -> str:
    """An event as PRONOTE writes one; `more` are the lines of its description, or properties."""
    labels = {"Matière": subject} | {
        {"teacher": "Professeur", "room": "Salle", "of_class": "Classe", "group": "Groupe"}[k]: v
        for k, v in more.items()
        if k in {"teacher", "room", "of_class", "group"}
    }
    described = "\\n".join(f"{label} : {value}" for label, value in labels.items())
    lines = [
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTART;TZID=Europe/Paris:{start}",
        f"DTEND;TZID=Europe/Paris:{end}",
        f"SUMMARY:{subject}",
        f"DESCRIPTION:{described}",
        *(f"{name}:{value}" for name, value in more.items() if name.isupper()),
        "END:VEVENT",
    ]
    return "\r\n".join(lines)


def calendar(events: Iterable[str], *, head: Iterable[str] = ()) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Essai//FR", *head, *events]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def prepare(college: College, content: bytes, **traits: Any) -> TimetableImport:
    return operations.prepare_import(
        **{
            "college": college,
            "school_class": None,
            "content": content,
            "file_name": "edt.ics",
            "days": None,
            "is_complete": True,
            "actor": ACTOR,
            "at": AT,
            **traits,
        }
    )


def take(college: College, content: bytes, **traits: Any) -> TimetableImport:
    """Read a file and apply it."""
    at = traits.get("at", AT)
    prepared = prepare(college, content, **traits)
    return operations.apply_import(timetable_import=prepared, actor=ACTOR, at=at)
