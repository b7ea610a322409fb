"""Periods, working days, school years, keys and identifiers."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commons import school_calendar
from commons.identifiers import new_public_id
from commons.normalisation import search_key, sort_key
from commons.periods import Period, month_period
from commons.school_calendar import SchoolYear

D = datetime.date
days = st.dates(D(2000, 1, 1), D(2100, 1, 1))
periods = st.builds(
    lambda start, length: Period(
        start, start + datetime.timedelta(days=length) if length else None
    ),
    days,
    st.integers(0, 500),
)


@given(first=periods, second=periods, day=days)
def test_the_intersection_holds_the_days_of_both(first, second, day):
    common = first.intersection(second)
    in_common = common is not None and common.contains(day)
    assert in_common == (first.contains(day) and second.contains(day))
    assert first.overlaps(second) == second.overlaps(first) == (common is not None)


def test_a_period_has_its_first_day_and_not_its_last():
    month = month_period(2024, 2)
    assert list(month.days())[-1] == D(2024, 2, 29)
    assert not month.contains(D(2024, 3, 1))
    assert month_period(2024, 12).end == D(2025, 1, 1)
    with pytest.raises(ValueError, match="end after"):
        Period(D(2024, 1, 1), D(2024, 1, 1))
    with pytest.raises(ValueError, match="no last day"):
        next(Period(D(2024, 1, 1)).days())


@pytest.mark.parametrize(
    ("day", "is_working"),
    [
        (D(2024, 10, 10), True),
        (D(2024, 10, 12), False),  # a Saturday
        (D(2024, 11, 1), False),  # All Saints
        (D(2024, 11, 11), False),
        (D(2025, 6, 9), False),  # Whit Monday
    ],
)
def test_working_days_leave_out_weekends_and_public_holidays(day, is_working):
    assert school_calendar.is_working_day(day) is is_working


def test_counting_back_passes_over_holidays():
    assert school_calendar.working_day_before(D(2024, 10, 14), 3) == D(2024, 10, 9)
    assert school_calendar.working_day_before(D(2024, 11, 12), 1) == D(2024, 11, 8)
    with pytest.raises(ValueError, match="negative"):
        school_calendar.working_day_before(D(2024, 11, 12), -1)


def test_school_is_out_in_the_holidays_of_zone_c():
    assert school_calendar.is_school_holiday(D(2024, 10, 21))
    assert not school_calendar.is_school_holiday(D(2024, 10, 14))
    october = list(school_calendar.teaching_days(month_period(2024, 10)))
    assert (len(october), october[0], october[-1]) == (14, D(2024, 10, 1), D(2024, 10, 18))


@pytest.mark.parametrize("day", [D(1900, 1, 1), D(1990, 9, 3), D(2031, 7, 15)])
def test_a_day_beyond_the_known_holidays_is_refused_not_taken_for_school(day):
    with pytest.raises(school_calendar.SchoolCalendarUnknown) as refusal:
        school_calendar.is_school_holiday(day)

    assert refusal.value.details == {"year": day.year}


def test_a_school_year_starts_in_september():
    assert school_calendar.school_year_of(D(2026, 8, 31)) == SchoolYear(2025)
    assert school_calendar.school_year_of(D(2026, 9, 1)).label == "2026-2027"
    assert SchoolYear(2026).period == Period(D(2026, 9, 1), D(2027, 9, 1))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Éléonore  D'Œuvre-Noël", "eleonore d oeuvre noel"),
        ("ŁÓDŹ", "lodz"),
        ("N’GUYEN", "n guyen"),
        ("", ""),
        ("İstanbul", "istanbul"),
    ],
)
def test_a_name_is_searched_without_case_accent_or_punctuation(text, key):
    assert search_key(text) == key
    assert search_key(key) == key


def test_names_sort_by_family_then_given_name():
    people = [("Martinez", "Al"), ("Martin", "Zoé"), ("Martin", "Élise"), ("Martin", "Eric")]
    ordered = sorted(people, key=lambda person: sort_key(*person))
    assert ordered == [
        ("Martin", "Élise"),
        ("Martin", "Eric"),
        ("Martin", "Zoé"),
        ("Martinez", "Al"),
    ]


def test_public_identifiers_are_uuid_7_and_all_different():
    made = [new_public_id() for _ in range(1000)]
    assert len(set(made)) == 1000
    assert {identifier.version for identifier in made} == {7}
    assert {identifier.variant for identifier in made} == {"specified in RFC 4122"}
