"""Timetables of the demo: two weeks of lessons in each collège, and what changes these days.

They come as they would: a file that the collège's software exports, read then taken; the file of this
morning, with its changes; and one that waits for the secretary to agree.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator

from commons.actors import Actor
from commons.periods import Period
from commons.school_calendar import teaching_days
from tenants.people.models import College, SchoolClass
from tenants.people.queries import colleges
from tenants.schoollife.timetable import operations
from tenants.schoollife.timetable.access import classes_of
from tenants.schoollife.timetable.days import timetable_year, week_of

ACTOR = Actor.command("socle seed")
WEEKS = datetime.timedelta(days=14)
HOURS = ("0830", "0930", "1035", "1135", "1400", "1500", "1605")
MORNING = 4  # lessons of a Wednesday
LASTS = datetime.timedelta(minutes=55)
SUBJECTS = (
    ("Français", "Mme Roy", "12"),
    ("Mathématiques", "M. Bel", "14"),
    ("Histoire-géographie", "Mme Achour", "15"),
    ("Anglais LV1", "M. Kerr", "21"),
    ("Espagnol LV2", "Mme Sanz", "22"),
    ("Sciences de la vie et de la Terre", "M. Dinh", "labo 1"),
    ("Physique-chimie", "Mme Caron", "labo 2"),
    ("Technologie", "M. Vidal", "atelier"),
    ("Éducation physique et sportive", "Mme Lopes", "gymnase"),
    ("Arts plastiques", "M. Fabre", "31"),
    ("Éducation musicale", "Mme Ortiz", "32"),
)


def give_timetables(*, today: datetime.date, at: datetime.datetime) -> None:
    """The lessons of every collège of a département."""
    window = Period(week_of(today).start, week_of(today).start + WEEKS)
    days = list(teaching_days(window))
    if not days:
        return  # holidays
    year = timetable_year(days[0]).start_year
    for college in colleges():
        classes = list(classes_of(college, school_year=year))
        if classes:
            _give(college, classes, days, window, today=today, at=at)


def _give(
    college: College,
    classes: list[SchoolClass],
    days: list[datetime.date],
    window: Period,
    *,
    today: datetime.date,
    at: datetime.datetime,
) -> None:
    draw = random.Random(f"timetable-{college.uai}")  # noqa: S311  not a secret
    events = [event for one in classes for event in _lessons(one, days, draw)]
    coming = [day for day in days if day >= today][:3]
    _take(college, events, window, name="edt-semaine.ics", at=at - datetime.timedelta(days=3))
    changed = list(_changed(events, coming))
    _take(college, changed, window, name="edt-du-jour.ics", at=at - datetime.timedelta(hours=3))
    operations.prepare_import(
        college=college,
        school_class=None,
        content=_calendar(changed[1:]),
        file_name="edt-de-demain.ics",
        days=window,
        is_complete=True,
        actor=ACTOR,
        at=at - datetime.timedelta(hours=1),
    )


def _take(
    college: College, events: list[str], window: Period, *, name: str, at: datetime.datetime
) -> None:
    prepared = operations.prepare_import(
        college=college,
        school_class=None,
        content=_calendar(events),
        file_name=name,
        days=window,
        is_complete=True,
        actor=ACTOR,
        at=at,
    )
    operations.apply_import(timetable_import=prepared, actor=ACTOR, at=at)


def _lessons(
    school_class: SchoolClass, days: list[datetime.date], draw: random.Random
) -> Iterator[str]:
    """A class has the same week each week."""
    week = {
        weekday: draw.sample(SUBJECTS, MORNING if weekday == 2 else len(HOURS))
        for weekday in range(5)
    }
    for day in days:
        for hour, (subject, teacher, room) in zip(HOURS, week[day.weekday()], strict=False):
            start = datetime.datetime.strptime(f"{day:%Y%m%d}{hour}", "%Y%m%d%H%M")  # noqa: DTZ007
            yield "\r\n".join(
                (
                    "BEGIN:VEVENT",
                    f"UID:cours-{school_class.pk}-{start:%Y%m%dT%H%M}@edt.exemple.fr",
                    f"DTSTART;TZID=Europe/Paris:{start:%Y%m%dT%H%M%S}",
                    f"DTEND;TZID=Europe/Paris:{start + LASTS:%Y%m%dT%H%M%S}",
                    f"SUMMARY:{subject}",
                    f"LOCATION:{room}",
                    f"DESCRIPTION:Professeur : {teacher}\\nClasse : {school_class.name}",
                    "END:VEVENT",
                )
            )


def _changed(events: list[str], coming: list[datetime.date]) -> Iterator[str]:
    """Of each day to come: some lessons are cancelled, in another room, or with another teacher."""
    for number, event in enumerate(events):
        is_coming = any(f"Paris:{day:%Y%m%d}" in event for day in coming)
        turn = number % 9 if is_coming else 0
        if turn == 3:
            yield event.replace("END:VEVENT", "CATEGORIES:Cours - Prof. absent\r\nEND:VEVENT")
        elif turn == 5:
            yield event.replace("LOCATION:", "LOCATION:annexe ")
        elif turn == 7:
            yield event.replace(
                "Professeur : ", "Motif : Remplacement\\nProfesseur : Mme Petit, pour "
            )
        else:
            yield event


def _calendar(events: list[str]) -> bytes:
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Socle//Exemple//FR")
    return "\r\n".join([*head, *events, "END:VCALENDAR", ""]).encode()
