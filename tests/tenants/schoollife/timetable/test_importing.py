"""A file is read, shown, then taken: what it adds, changes and withdraws, and what it leaves."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commons.models import AuditEntry, OutboxEvent
from commons.periods import Period
from tenants.schoollife.timetable import operations
from tenants.schoollife.timetable.models import (
    Lesson,
    TimetableImport,
    TimetableImportLine,
    TimetableSource,
)
from tests.factories.canteen import make_college
from tests.factories.tariffs import ACTOR
from tests.factories.timetables import AT, calendar, event, make_class, prepare, take

pytestmark = pytest.mark.usefixtures("tenant_db")
LATER = AT + datetime.timedelta(hours=2)
WEEK = Period(datetime.date(2024, 11, 4), datetime.date(2024, 11, 9))


@pytest.fixture
def college(tenant_db):
    found = make_college()
    make_class(found)
    return found


def monday(uid="1", start="0900", end="1000", **more):
    return event(uid, f"20241104T{start}00", f"20241104T{end}00", **{"of_class": "4e B", **more})


def tuesday(uid="2", **more):
    return event(uid, "20241105T090000", "20241105T100000", **{"of_class": "4e B", **more})


def counts(imported):
    return {name: imported.counts[name] for name in ("added", "changed", "withdrawn", "unchanged")}


def test_a_file_is_shown_before_it_is_taken(college):
    prepared = prepare(college, calendar([monday(), tuesday()]))

    assert counts(prepared) == {"added": 2, "changed": 0, "withdrawn": 0, "unchanged": 0}
    assert prepared.state == TimetableImport.State.PREPARED
    assert not Lesson.objects.exists()
    assert TimetableImportLine.objects.count() == 2


def test_what_was_shown_is_what_is_done(college):
    take(college, calendar([monday(teacher="Mme Roy", room="12"), tuesday()]))

    lesson = Lesson.objects.order_by("starts_at").first()
    assert (lesson.subject, lesson.teacher, lesson.room) == ("Maths", "Mme Roy", "12")
    assert lesson.starts_at == datetime.datetime(2024, 11, 4, 8, tzinfo=datetime.UTC)
    assert lesson.school_class.name == "4e B"
    assert TimetableSource.objects.get().producer == "-//Essai//FR"


def test_the_journal_says_who_and_the_outbox_says_what(college):
    taken = take(college, calendar([monday()]))

    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["timetable.import.prepared", "timetable.import.applied"]
    event_told = OutboxEvent.objects.get(name="timetable.import.applied")
    assert event_told.payload == {"timetable_import_id": taken.pk}


def test_a_change_before_the_day_says_what_it_was(college):
    take(college, calendar([monday(teacher="Mme Roy", room="12")]))

    taken = take(
        college,
        calendar([monday(start="1000", end="1100", teacher="Mme Roy", room="14")]),
        at=LATER,
    )

    lesson = Lesson.objects.get()
    assert counts(taken)["changed"] == 1
    assert (lesson.status, lesson.room) == ("MOVED", "14")
    assert lesson.before == {
        "room": "12",
        "starts_at": "2024-11-04T08:00:00+00:00",
        "ends_at": "2024-11-04T09:00:00+00:00",
    }
    assert lesson.noticed_at == LATER


def test_another_teacher_is_a_replacement(college):
    take(college, calendar([monday(teacher="Mme Roy")]))
    take(college, calendar([monday(teacher="M. Bel")]), at=LATER)

    lesson = Lesson.objects.get()
    assert (lesson.status, lesson.before) == ("REPLACED", {"teacher": "Mme Roy"})


def test_what_comes_back_to_what_it_was_is_no_change(college):
    take(college, calendar([monday(room="12")]))
    take(college, calendar([monday(room="14")]), at=LATER)
    take(college, calendar([monday(room="12")]), at=LATER + datetime.timedelta(hours=1))

    lesson = Lesson.objects.get()
    assert (lesson.status, lesson.before, lesson.noticed_at) == ("PLANNED", {}, None)


def test_a_plan_that_moves_long_before_is_no_news(college):
    far = event("9", "20250310T090000", "20250310T100000", of_class="4e B", room="12")
    take(college, calendar([far]))

    taken = take(college, calendar([far.replace("Salle : 12", "Salle : 14")]), at=LATER)

    lesson = Lesson.objects.get()
    assert counts(taken)["changed"] == 1
    assert (lesson.status, lesson.room, lesson.before) == ("PLANNED", "14", {})


def test_what_a_complete_file_no_longer_names_is_withdrawn_and_kept(college):
    take(college, calendar([monday(), tuesday(), monday("3", "1100", "1200")]))

    taken = take(college, calendar([monday(), tuesday()]), at=LATER)

    gone = Lesson.objects.get(withdrawn_at__isnull=False)
    assert counts(taken) == {"added": 0, "changed": 0, "withdrawn": 1, "unchanged": 2}
    assert (gone.status, gone.withdrawn_at) == ("CANCELLED", LATER)
    assert Lesson.objects.count() == 3


def test_a_file_that_is_not_complete_withdraws_nothing(college):
    take(college, calendar([monday(), tuesday(), monday("3", "1100", "1200")]))

    taken = take(college, calendar([monday(), tuesday()]), at=LATER, is_complete=False)

    assert counts(taken)["withdrawn"] == 0
    assert not Lesson.objects.filter(status="CANCELLED").exists()


def test_a_complete_file_withdraws_within_its_days_alone(college):
    take(college, calendar([monday(), tuesday()]))

    taken = take(college, calendar([monday()]), at=LATER)
    whole = prepare(college, calendar([monday()]), at=LATER, days=WEEK)

    assert counts(taken)["withdrawn"] == 0  # its days are its first lesson's to its last's
    assert counts(whole)["withdrawn"] == 1


def test_a_file_of_one_class_leaves_the_lessons_of_the_college(college):
    its_class = make_class(college)
    take(college, calendar([monday()]))

    taken = take(college, calendar([tuesday("7")]), school_class=its_class, days=WEEK, at=LATER)

    assert counts(taken) == {"added": 1, "changed": 0, "withdrawn": 0, "unchanged": 0}
    assert TimetableSource.objects.count() == 2


def test_a_lesson_that_comes_back_is_the_same_again(college):
    whole = calendar([monday(), tuesday()])
    take(college, whole)
    take(college, calendar([monday()]), days=WEEK, at=LATER)
    take(college, whole, at=LATER + datetime.timedelta(hours=1))

    assert Lesson.objects.count() == 2
    assert not Lesson.objects.exclude(status="PLANNED").exists()
    assert not Lesson.objects.filter(withdrawn_at__isnull=False).exists()


def test_an_event_without_a_class_of_ours_is_noted_with_its_line(college):
    prepared = prepare(college, calendar([monday(), tuesday(of_class="Latin")]))

    assert prepared.notes == [{"line": 11, "why": "CLASS_UNKNOWN", "said": "Maths"}]


def test_a_refused_file_leaves_nothing(college):
    with pytest.raises(operations.TimetableUnreadable):
        prepare(college, calendar([monday().replace("T090000", "T990000")]))

    assert not TimetableImport.objects.exists()
    assert not TimetableSource.objects.exists()
    assert not AuditEntry.objects.exists()


def test_an_import_is_taken_once(college):
    taken = take(college, calendar([monday()]))

    with pytest.raises(operations.ImportTakenAlready):
        operations.apply_import(timetable_import=taken, actor=ACTOR, at=LATER)


def test_an_import_that_another_overtook_is_not_taken(college):
    first = prepare(college, calendar([monday()]))
    take(college, calendar([monday(room="14")]))

    with pytest.raises(operations.ImportOvertaken):
        operations.apply_import(timetable_import=first, actor=ACTOR, at=LATER)

    assert Lesson.objects.get().room == "14"


# --- whatever the files ----------------------------------------------------------------------

LESSONS = st.lists(
    st.builds(
        lambda uid, day, hour, room, cancelled: event(
            str(uid),
            f"202411{day:02d}T{hour:02d}0000",
            f"202411{day:02d}T{hour:02d}5500",
            of_class="4e B",
            room=str(room),
            **({"STATUS": "CANCELLED"} if cancelled else {}),
        ),
        st.integers(1, 8),
        st.integers(4, 8),
        st.integers(8, 17),
        st.integers(1, 3),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


def state():
    return list(
        Lesson.objects.order_by("pk").values_list(
            "pk", "status", "room", "starts_at", "before", "withdrawn_at", "revision"
        )
    )


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(files=st.lists(LESSONS, min_size=1, max_size=4))
def test_the_same_file_again_changes_nothing_and_nothing_is_ever_lost(college, files):
    seen = set(Lesson.objects.values_list("pk", flat=True))
    for number, events in enumerate(files):
        at = AT + datetime.timedelta(hours=number)
        take(college, calendar(events), days=WEEK, at=at)
        after = state()

        again = take(college, calendar(events), days=WEEK, at=at + datetime.timedelta(minutes=5))

        assert counts(again) | {"unchanged": 0} == dict.fromkeys(
            ("added", "changed", "withdrawn", "unchanged"), 0
        )
        assert state() == after
        pks = {row[0] for row in after}
        assert seen <= pks
        seen = pks
        named = again.counts["named"]
        assert Lesson.objects.filter(withdrawn_at__isnull=True).count() == named
