"""Files as software writes them, and what is said of those that are damaged."""

from __future__ import annotations

import datetime
import zoneinfo
from pathlib import Path

import pytest

from commons.errors import DomainError
from commons.periods import Period
from tenants.people.models import SchoolClass
from tenants.schoollife.timetable.ical import lines
from tenants.schoollife.timetable.ical.errors import TimetableUnreadable
from tenants.schoollife.timetable.reading import read_timetable
from tests.factories.timetables import calendar, event

SAMPLES = Path(__file__).with_name("samples")
PARIS = zoneinfo.ZoneInfo("Europe/Paris")
MONDAY = datetime.date(2024, 11, 4)


def a_class(name="4e B", *, pk=1, year=2024):
    found = SchoolClass(school_year=year, name=name)
    found.pk = pk
    return found


def read(content, *, classes=None, of_class=None, given=None, today=MONDAY):
    return read_timetable(
        content, classes=classes or [a_class()], of_class=of_class, given=given, today=today
    )


def problems_of(content, **how):
    with pytest.raises(TimetableUnreadable) as refused:
        read(content, of_class=a_class(), **how)
    assert isinstance(refused.value, DomainError)
    return [(one["problem"], one["line"], one["name"]) for one in refused.value.details["problems"]]


def sample(name):
    return (SAMPLES / name).read_bytes()


def local(named):
    return [one.starts_at.astimezone(PARIS).strftime("%d/%m %H:%M") for one in named]


# --- three public producers ------------------------------------------------------------------


def test_pronote_says_the_class_the_teacher_the_room_and_what_changes():
    classes = [a_class("405", pk=7, year=2025), a_class("404", pk=8, year=2025)]

    found = read(sample("pronote.ics"), classes=classes, today=datetime.date(2026, 2, 24))

    by_subject = {one.subject: one for one in found.named}
    assert set(by_subject) == {"SCIENCES VIE & TERRE", "TECHNOLOGIE"}  # the others name no class
    science = by_subject["SCIENCES VIE & TERRE"]
    assert (science.teacher, science.room, science.group_name) == (
        "PROFA A.",
        "201 SCIENCES",
        "4EME SC405",
    )
    assert (science.school_class_id, science.status) == (7, "PLANNED")
    assert by_subject["TECHNOLOGIE"].status == "CANCELLED"
    assert found.window == Period(datetime.date(2025, 9, 1), datetime.date(2026, 7, 5))
    assert [one["why"] for one in found.notes] == ["CLASS_UNKNOWN"] * 4 + ["ALL_DAY"]


def test_pronote_of_one_class_is_all_of_that_class():
    one = a_class("405", pk=7, year=2025)

    found = read(sample("pronote.ics"), of_class=one, today=datetime.date(2026, 2, 24))

    said = {named.subject: (named.status, named.reason) for named in found.named}
    assert len(found.named) == 6
    assert said["FRANCAIS"] == ("CANCELLED", "Professeur absent")
    assert said["Accueil rentrée"] == ("PLANNED", "")


def test_what_pronote_writes_of_the_moment_of_export_is_not_the_lesson():
    again = sample("pronote.ics").replace(b"20260224T112543Z-Index", b"20260301T080000Z-Index")
    today, one = datetime.date(2026, 2, 24), a_class("405", pk=7, year=2025)

    first = read(sample("pronote.ics"), of_class=one, today=today)

    assert {n.key for n in read(again, of_class=one, today=today).named} == {
        n.key for n in first.named
    }


def test_google_repeats_excepts_and_changes_the_clock():
    one = a_class("School", year=2020)

    found = read(sample("google_school.ics"), of_class=one, today=datetime.date(2020, 12, 11))

    mornings = [n for n in found.named if n.starts_at.strftime("%H:%M") == "14:15"]
    days = {n.starts_at.date() for n in mornings}
    assert datetime.date(2020, 11, 27) not in days  # EXDATE
    assert datetime.date(2020, 12, 7) in days
    assert len({(n.key, n.school_class_id) for n in found.named}) == len(found.named)


@pytest.mark.parametrize(
    ("name", "today", "first", "count"),
    [
        ("exchange_evolution.ics", datetime.date(2020, 4, 20), "26/04 14:00", 2),
        ("exchange_standup.ics", datetime.date(2015, 7, 1), "03/07 10:00", 14),
    ],
)
def test_exchange_names_zones_of_windows_and_of_its_own(name, today, first, count):
    found = read(sample(name), of_class=a_class(), today=today)

    assert (local(found.named)[0], len(found.named)) == (first, count)


def test_a_zone_of_one_file_is_none_of_another():
    """The library keeps what a file defines: the same name, another day, is another zone."""
    elsewhere = sample("exchange_standup.ics").replace(b":+0200", b":+0400")
    today = datetime.date(2015, 7, 1)

    here = read(sample("exchange_standup.ics"), of_class=a_class(), today=today)
    there = read(elsewhere, of_class=a_class(), today=today)

    assert here.named[0].starts_at.hour - there.named[0].starts_at.hour == 2


# --- times -----------------------------------------------------------------------------------


def test_a_rule_keeps_the_hour_of_the_clock_when_it_changes():
    weekly = event("1", "20240930T080000", "20240930T090000", RRULE="FREQ=WEEKLY;COUNT=6")

    found = read(calendar([weekly]), of_class=a_class())

    assert {one.astimezone(PARIS).hour for one in (n.starts_at for n in found.named)} == {8}
    assert {n.starts_at.hour for n in found.named} == {6, 7}


def test_a_time_without_a_zone_is_of_paris():
    bare = event("1", "20241104T080000", "20241104T090000").replace(";TZID=Europe/Paris", "")

    assert local(read(calendar([bare]), of_class=a_class()).named) == ["04/11 08:00"]


def test_a_lesson_moved_out_of_its_rule_keeps_its_name():
    weekly = event("1", "20241104T080000", "20241104T090000", RRULE="FREQ=WEEKLY;COUNT=3")
    moved = event(
        "1", "20241112T140000", "20241112T150000", **{"RECURRENCE-ID": "20241111T070000Z"}
    )
    plain = read(calendar([weekly]), of_class=a_class())

    found = read(calendar([weekly, moved]), of_class=a_class())

    assert local(found.named) == ["04/11 08:00", "12/11 14:00", "18/11 08:00"]
    assert {n.key for n in found.named} == {n.key for n in plain.named}


# --- classes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["4e B", "4B", "4ème B", "4EME B", "4 b"])
def test_a_class_is_known_however_it_is_written(written):
    lesson = event("1", "20241104T080000", "20241104T090000", of_class=written)

    assert [n.school_class_id for n in read(calendar([lesson])).named] == [1]


def test_a_lesson_of_two_classes_is_one_of_each():
    lesson = event("1", "20241104T080000", "20241104T090000", of_class="4e B, 4e C")
    classes = [a_class(), a_class("4e C", pk=2), a_class("4e C", pk=3, year=2023)]

    assert {n.school_class_id for n in read(calendar([lesson]), classes=classes).named} == {1, 2}


@pytest.mark.parametrize("place", ["CATEGORIES", "SUMMARY"])
def test_a_class_may_be_in_the_categories_or_the_summary(place):
    lesson = event("1", "20241104T080000", "20241104T090000")
    lesson = lesson.replace(
        "SUMMARY:Maths", "SUMMARY:Maths - 4e B" if place == "SUMMARY" else "X-A:"
    )
    if place == "CATEGORIES":
        lesson = lesson.replace("END:VEVENT", "CATEGORIES:Cours,4e B\r\nEND:VEVENT")

    assert len(read(calendar([lesson])).named) == 1


# --- what is wrong, and where ----------------------------------------------------------------

GOOD = event("1", "20241104T080000", "20241104T090000")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", [("EMPTY", 1, "")]),
        (b"Nom;Classe\r\nA;4B\r\n", [("NOT_A_CALENDAR", 1, "")]),
        (calendar([GOOD])[:-15], [("NOT_CLOSED", 1, "VCALENDAR")]),
        (calendar([GOOD.replace("SUMMARY:Maths", "SUMMARY Maths")]), [("NOT_A_LINE", 8, "")]),
        (calendar([GOOD, "END:VEVENT"]), [("NOT_OPENED", 11, "VEVENT")]),
        (calendar([GOOD]).replace(b"Maths", b"Math\xe9matiques", 1), [("NOT_UTF8", 8, "")]),
        (calendar([GOOD.replace("UID:1", "X-A:")]), [("NO_UID", 4, "")]),
        (
            calendar([GOOD.replace("T080000", "T280000")]),
            [("VALUE_UNREADABLE", 6, "DTSTART")],
        ),
        (calendar([GOOD.replace("Paris", "Lutece")]), [("ZONE_UNKNOWN", 6, "DTSTART"),
                                                       ("ZONE_UNKNOWN", 7, "DTEND")]),
        (calendar([GOOD.replace("T090000", "T070000")]), [("ENDS_BEFORE_START", 7, "DTEND")]),
        (
            calendar([GOOD.replace("END:VEVENT", "RRULE:FREQ=SECONDLY\r\nEND:VEVENT")]),
            [("RULE_REFUSED", 10, "RRULE")],
        ),
        (
            calendar([GOOD.replace("END:VEVENT", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30\r\nEND:VEVENT")]),
            [("RULE_REFUSED", 10, "RRULE")],
        ),
        (calendar([]), [("NO_LESSON", 1, "")]),
        (calendar([GOOD.replace("20241104", "20140404")]), [("NO_LESSON", 1, "")]),
    ],
)  # fmt: skip
def test_a_damaged_file_says_what_is_wrong_and_on_which_line(content, found):
    assert problems_of(content) == found


def test_every_problem_is_said_in_order_of_lines():
    two = [GOOD.replace("T080000", "T280000"), GOOD.replace("UID:1", "X-A:")]

    assert [line for _problem, line, _name in problems_of(calendar(two))] == [6, 11]


def test_a_folded_line_is_counted_from_where_it_begins():
    folded = GOOD.replace("DTSTART;TZID=Europe/Paris:", "DTSTART;TZID=Euro\r\n pe/Paris:\r\n ")

    assert len(read(calendar([folded]), of_class=a_class()).named) == 1
    assert problems_of(calendar([folded.replace("T080000", "T280000")])) == [
        ("VALUE_UNREADABLE", 6, "DTSTART")
    ]


def test_a_rule_from_the_first_day_of_the_world_is_not_walked():
    old = event("1", "00010101T080000", "00010101T090000", RRULE="FREQ=DAILY")

    assert problems_of(calendar([old])) == [("RULE_REFUSED", 10, "RRULE")]


def test_a_file_is_bounded(monkeypatch):
    monkeypatch.setattr(lines, "LONGEST_BYTES", 100)

    assert problems_of(calendar([GOOD])) == [("TOO_LARGE", 1, "")]
