"""Files of a collège: what they change, what they may not, and what is told of their errors."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from commons.models import AuditEntry, OutboxEvent
from commons.school_calendar import SchoolYear
from tenants.schoollife.records import queries
from tenants.schoollife.records.models import (
    Absence,
    Assessment,
    Homework,
    ImportLine,
    Kind,
    Mark,
    RecordsImport,
)
from tenants.schoollife.records.operations import (
    RecordsFileUnreadable,
    RecordsImportOver,
    purge_records,
    take_records,
)
from tests.factories.canteen import make_family
from tests.factories.school_records import (
    AT,
    absence_row,
    csv_file,
    homework_row,
    make_schooled_family,
    mark_row,
    take,
)
from tests.factories.tariffs import ACTOR

pytestmark = pytest.mark.usefixtures("tenant_db")
DAY = datetime.timedelta(days=1)


def counted(records_import: RecordsImport) -> dict[str, int]:
    """The outcomes that are not zero."""
    names = ImportLine.Outcome.values
    return {name: records_import.counts[name] for name in names if records_import.counts.get(name)}


def refusals(records_import: RecordsImport) -> list[tuple[int, str, str]]:
    """Line, reason and column of what was refused."""
    lines = queries.import_lines(records_import, outcome="REJECTED")
    return [(line.line, line.reason_code, line.column_name) for line in lines]


@pytest.fixture
def family():
    return make_schooled_family()


def test_a_file_of_marks_is_taken(family):
    done = take(
        family.college,
        Kind.MARKS,
        [
            mark_row(family.pupil, 1, note="12,5", coefficient="2"),
            mark_row(family.pupil, 2, evaluation_id="E2", note="", niveau="3"),
            mark_row(family.pupil, 3, evaluation_id="E3", note="", statut="absent"),
        ],
    )

    assert done.state == RecordsImport.State.APPLIED
    assert counted(done) == {"ADDED": 3}
    graded, level, absent = Mark.objects.order_by("record_id")
    assert (graded.value, graded.out_of) == (Decimal("12.5"), Decimal(20))
    assert graded.assessment.coefficient == Decimal(2)
    assert graded.assessment.subject.name == "Mathématiques"
    assert (level.status, level.level, level.value) == ("LEVEL", 3, None)
    assert (absent.status, absent.value, absent.level) == ("ABSENT", None, None)


def test_absences_and_homework_are_taken(family):
    take(family.college, Kind.ABSENCES, [absence_row(family.pupil, debut="04/11/2024 08:00")])
    take(
        family.college,
        Kind.HOMEWORK,
        [homework_row(), homework_row(2, classe="", eleve=family.pupil.jointure_id)],
    )

    absence = Absence.objects.get()
    assert absence.starts_at == datetime.datetime(2024, 11, 4, 7, 0, tzinfo=datetime.UTC)
    assert not absence.is_justified
    of_class, of_pupil = Homework.objects.order_by("record_id")
    assert (of_class.school_class.name, of_class.pupil) == ("4B", None)
    assert (of_pupil.school_class, of_pupil.pupil) == (None, family.pupil)


def test_a_pupil_is_known_by_their_ine_too_and_never_by_name(family):
    family.pupil.ine = "123456789AB"
    family.pupil.save(update_fields=["ine"])
    rows = [mark_row("123456789AB"), mark_row(family.pupil.last_name, 2)]

    done = take(family.college, Kind.MARKS, rows)

    assert Mark.objects.get().pupil == family.pupil
    assert refusals(done) == [(3, "PUPIL_UNKNOWN", "eleve")]


def test_the_same_file_twice_changes_nothing(family):
    rows = [mark_row(family.pupil)]
    take(family.college, Kind.MARKS, rows)
    before = list(Mark.objects.values())

    again = take(family.college, Kind.MARKS, rows)

    assert counted(again) == {}
    assert list(Mark.objects.values()) == before


def test_a_dry_run_changes_nothing_and_says_what_would(family):
    take(family.college, Kind.MARKS, [mark_row(family.pupil)])

    dry = take(family.college, Kind.MARKS, [mark_row(family.pupil, note="9")], apply=False)

    assert dry.state == RecordsImport.State.DRY_RUN
    assert counted(dry) == {"CHANGED": 1}
    assert queries.import_lines(dry).get().diff == {"note": [14.00, 9.00]}
    assert Mark.objects.get().value == Decimal(14)


def test_what_was_looked_at_is_what_is_taken(family):
    dry = take(family.college, Kind.MARKS, [mark_row(family.pupil)], apply=False)

    done = take_records(records_import=dry, actor=ACTOR, at=AT)

    assert done.state == RecordsImport.State.APPLIED
    assert Mark.objects.get().value == Decimal(14)
    with pytest.raises(RecordsImportOver):
        take_records(records_import=dry, actor=ACTOR, at=AT)


def test_what_changed_since_the_dry_run_is_compared_again(family):
    take(family.college, Kind.MARKS, [mark_row(family.pupil)])
    dry = take(family.college, Kind.MARKS, [mark_row(family.pupil, note="9")], apply=False)
    take(family.college, Kind.MARKS, [mark_row(family.pupil, note="9")])

    done = take_records(records_import=dry, actor=ACTOR, at=AT)

    assert counted(done) == {}


def test_a_dry_run_is_taken_within_a_day_or_given_again(family):
    dry = take(family.college, Kind.MARKS, [mark_row(family.pupil)], apply=False)

    with pytest.raises(RecordsImportOver):
        take_records(records_import=dry, actor=ACTOR, at=AT + DAY)


def test_a_dry_run_whose_lines_are_gone_withdraws_nothing(family):
    """The table is emptied when PostgreSQL crashes: it is not a file that names nothing."""
    take(family.college, Kind.MARKS, [mark_row(family.pupil)])
    dry = take(family.college, Kind.MARKS, [mark_row(family.pupil)], apply=False)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM school_records_stagedmark")

    with pytest.raises(RecordsImportOver):
        take_records(records_import=dry, actor=ACTOR, at=AT)


def test_a_corrected_mark_keeps_its_history(family):
    for note in ("14", "15", "15", "16"):
        take(family.college, Kind.MARKS, [mark_row(family.pupil, note=note)])
    take(family.college, Kind.MARKS, [])
    take(family.college, Kind.MARKS, [mark_row(family.pupil, note="17")])

    history = queries.history_of(Mark.objects.get(), kind=Kind.MARKS)

    assert [(one.outcome, one.diff.get("note")) for one in history] == [
        ("ADDED", None),
        ("CHANGED", [14, 15]),
        ("CHANGED", [15, 16]),
        ("WITHDRAWN", None),
        ("RESTORED", [16, 17]),
    ]


def test_what_a_file_no_longer_names_is_withdrawn_and_comes_back(family):
    rows = [mark_row(family.pupil), mark_row(family.pupil, 2)]
    take(family.college, Kind.MARKS, rows)
    take(family.college, Kind.MARKS, rows[:1])

    assert [mark.record_id for mark in queries.standing_marks()] == ["N1"]

    back = take(family.college, Kind.MARKS, rows)
    assert counted(back) == {"RESTORED": 1}
    assert queries.standing_marks().count() == 2


def test_a_file_of_one_college_or_year_leaves_the_others_alone(family):
    other = make_schooled_family()
    take(family.college, Kind.MARKS, [mark_row(family.pupil)])
    take(other.college, Kind.MARKS, [mark_row(other.pupil)])
    take(other.college, Kind.MARKS, [], school_year=SchoolYear(2023))

    assert queries.standing_marks().count() == 2


def test_a_pupil_of_another_college_is_unknown(family):
    other = make_schooled_family()

    done = take(family.college, Kind.MARKS, [mark_row(other.pupil)])

    assert refusals(done) == [(2, "PUPIL_UNKNOWN", "eleve")]
    assert not Mark.objects.exists()


def test_a_bad_line_loses_only_itself_and_the_fact_it_names_stays(family):
    take(family.college, Kind.MARKS, [mark_row(family.pupil), mark_row(family.pupil, 2)])

    done = take(
        family.college,
        Kind.MARKS,
        [mark_row(family.pupil, note="vingt"), mark_row(family.pupil, 2, note="11")],
    )

    assert refusals(done) == [(2, "NOT_A_NUMBER", "note")]
    assert counted(done) == {"CHANGED": 1, "REJECTED": 1}
    assert {mark.record_id: mark.value for mark in queries.standing_marks()} == {
        "N1": Decimal(14),
        "N2": Decimal(11),
    }


def test_a_line_without_identifier_holds_every_withdrawal_back(family):
    take(family.college, Kind.MARKS, [mark_row(family.pupil)])

    done = take(family.college, Kind.MARKS, [mark_row(family.pupil, note_id="")])

    assert done.counts["holds_back"] is True
    assert queries.standing_marks().count() == 1


def test_an_identifier_said_twice_is_believed_neither_time(family):
    take(family.college, Kind.MARKS, [mark_row(family.pupil)])

    done = take(
        family.college,
        Kind.MARKS,
        [mark_row(family.pupil, note="8"), mark_row(family.pupil, note="9")],
    )

    assert refusals(done) == [(2, "DUPLICATE", ""), (3, "DUPLICATE", "")]
    assert Mark.objects.get().value == Decimal(14)


def test_an_assessment_is_what_its_first_line_says(family):
    other = make_schooled_family(college=family.college)

    done = take(
        family.college,
        Kind.MARKS,
        [mark_row(family.pupil), mark_row(other.pupil, 2, intitule="Autre chose")],
    )

    assert refusals(done) == [(3, "ASSESSMENT_DIFFERS", "evaluation_id")]
    assert Assessment.objects.get().title == "Contrôle sur les fractions"


def test_a_corrected_assessment_is_a_change_of_its_marks(family):
    take(family.college, Kind.MARKS, [mark_row(family.pupil)])

    done = take(family.college, Kind.MARKS, [mark_row(family.pupil, intitule="Les fractions")])

    assert counted(done) == {"CHANGED": 1}
    assert Assessment.objects.get().title == "Les fractions"


def test_a_file_that_would_withdraw_much_is_stopped_unless_forced(family):
    rows = [mark_row(family.pupil, number) for number in range(20)]
    take(family.college, Kind.MARKS, rows)

    stopped = take(family.college, Kind.MARKS, rows[:5])

    assert stopped.state == RecordsImport.State.STOPPED
    assert queries.standing_marks().count() == 20

    forced = take_records(records_import=stopped, actor=ACTOR, at=AT, is_forced=True)
    assert forced.state == RecordsImport.State.APPLIED
    assert queries.standing_marks().count() == 5


@pytest.mark.parametrize(
    ("content", "problem", "details"),
    [
        (b"", "EMPTY", {}),
        (b"\xef\xbb\xbf \n", "EMPTY", {}),
        ("note_id;élève\n".encode("iso-8859-15"), "ENCODING", {"line": 1}),
        (b"note_id;eleve\nN1;\x00\n", "ENCODING", {"line": 2}),
        (b"note_id;eleve\nN1;J1\n", "HEADER_MISSING", {"line": 1, "column": "evaluation_id"}),
        (b"note_id;nom\n", "HEADER_UNKNOWN", {"line": 1, "column": "nom"}),
        (b"note_id;eleve;eleve\n", "HEADER_TWICE", {"line": 1, "column": "eleve"}),
    ],
)
def test_a_file_that_is_no_such_file_is_refused_whole(family, content, problem, details):
    from tenants.schoollife.records.operations import RecordsFile

    take(family.college, Kind.MARKS, [mark_row(family.pupil)])

    with pytest.raises(RecordsFileUnreadable) as refused:
        take(family.college, Kind.MARKS, [], file=RecordsFile("notes.csv", content))

    assert refused.value.details == {"reason": problem, **details}
    assert queries.standing_marks().count() == 1


def test_a_quote_left_open_refuses_the_file(family):
    content = csv_file(Kind.MARKS, [mark_row(family.pupil)]) + b'"N2;J1\n'

    with pytest.raises(RecordsFileUnreadable) as refused:
        take(family.college, Kind.MARKS, [], content=content)

    assert refused.value.details["reason"] == "NOT_CSV"


@pytest.mark.parametrize("delimiter", [";", ","])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_both_separators_and_a_byte_order_mark_are_read(family, delimiter, mark):
    content = mark + csv_file(
        Kind.MARKS,
        [mark_row(family.pupil, note="12,5", appreciation="Bien ; à relire,\nvraiment")],
        delimiter=delimiter,
    )

    take(family.college, Kind.MARKS, [], content=content)

    mark_taken = Mark.objects.get()
    assert mark_taken.value == Decimal("12.5")
    assert mark_taken.comment == "Bien ; à relire,\nvraiment"


def test_a_line_is_where_an_editor_shows_it(family):
    rows = [
        mark_row(family.pupil, appreciation="deux\nlignes"),
        mark_row(family.pupil, 2, note="x"),
    ]

    assert refusals(take(family.college, Kind.MARKS, rows)) == [(4, "NOT_A_NUMBER", "note")]


@pytest.mark.parametrize(
    ("kind", "changed", "reason", "column"),
    [
        (Kind.MARKS, {"note": "21"}, "OUT_OF_RANGE", "note"),
        (Kind.MARKS, {"note": "-1"}, "NOT_A_NUMBER", "note"),
        (Kind.MARKS, {"note": ""}, "MISSING", "note"),
        (Kind.MARKS, {"niveau": "2"}, "TWO_ANSWERS", "niveau"),
        (Kind.MARKS, {"note": "", "niveau": "5"}, "OUT_OF_RANGE", "niveau"),
        (Kind.MARKS, {"note": "", "statut": "malade"}, "NOT_A_WORD", "statut"),
        (Kind.MARKS, {"sur": "0"}, "OUT_OF_RANGE", "sur"),
        (Kind.MARKS, {"date": "15/13/2024"}, "NOT_A_DATE", "date"),
        (Kind.MARKS, {"date": "0001-01-01"}, "NOT_A_DATE", "date"),
        (Kind.MARKS, {"date": "2024-08-31"}, "OTHER_YEAR", "date"),
        (Kind.MARKS, {"matiere": ""}, "MISSING", "matiere"),
        (Kind.MARKS, {"intitule": "x" * 121}, "TOO_LONG", "intitule"),
        (Kind.ABSENCES, {"debut": "2024-11-04"}, "NOT_A_MOMENT", "debut"),
        (Kind.ABSENCES, {"debut": "2024-11-04 25:00"}, "NOT_A_MOMENT", "debut"),
        (Kind.ABSENCES, {"fin": "2024-11-04 08:00"}, "ENDS_TOO_EARLY", "fin"),
        # 02:30 is not, the night clocks go forward: what comes after is before.
        (
            Kind.ABSENCES,
            {"debut": "2025-03-30 02:30", "fin": "2025-03-30 03:10"},
            "ENDS_TOO_EARLY",
            "fin",
        ),
        (Kind.ABSENCES, {"type": "fugue"}, "NOT_A_WORD", "type"),
        (Kind.ABSENCES, {"justifiee": "peut-être"}, "NOT_A_WORD", "justifiee"),
        (Kind.HOMEWORK, {"classe": "3Z"}, "CLASS_UNKNOWN", "classe"),
        (Kind.HOMEWORK, {"classe": ""}, "MISSING", "eleve"),
        (Kind.HOMEWORK, {"eleve": "J1"}, "TWO_ANSWERS", "eleve"),
        (Kind.HOMEWORK, {"pour_le": "2024-11-03"}, "ENDS_TOO_EARLY", "pour_le"),
    ],
)
def test_each_error_says_its_line_and_its_column(family, kind, changed, reason, column):
    row = {
        Kind.MARKS: lambda: mark_row(family.pupil, **changed),
        Kind.ABSENCES: lambda: absence_row(family.pupil, **changed),
        Kind.HOMEWORK: lambda: homework_row(**changed),
    }[kind]()

    assert refusals(take(family.college, kind, [row])) == [(2, reason, column)]


def test_a_new_absence_is_told_once_and_an_old_one_never(family):
    rows = [
        absence_row(family.pupil),
        absence_row(family.pupil, 2, justifiee="oui"),
        absence_row(family.pupil, 3, debut="2024-10-01 08:00", fin="2024-10-01 09:00"),
    ]

    take(family.college, Kind.ABSENCES, rows)
    take(family.college, Kind.ABSENCES, rows)

    (event,) = OutboxEvent.objects.filter(name="schoollife.absence.recorded")
    assert event.payload == {"absence_id": Absence.objects.get(record_id="A1").pk}


def test_the_journal_says_that_it_happened_and_not_what_it_holds(family):
    take(family.college, Kind.MARKS, [mark_row(family.pupil)])

    entry = AuditEntry.objects.get(action="schoollife.records.applied")
    assert entry.details == {"kind": "MARKS", "college": family.college.uai, "is_forced": False}


def test_what_is_kept_no_longer_is_deleted(family):
    take(family.college, Kind.MARKS, [mark_row(family.pupil)])
    take(family.college, Kind.ABSENCES, [absence_row(family.pupil)])
    take(family.college, Kind.HOMEWORK, [homework_row()])
    following = datetime.datetime(2025, 10, 1, tzinfo=datetime.UTC)

    assert purge_records(at=following)["facts"] == 0
    assert purge_records(at=following.replace(year=2026))["facts"] == 3
    assert not ImportLine.objects.exists()
    assert not RecordsImport.objects.exists()


def test_a_pupil_whom_no_feed_names_has_no_identifier_to_be_known_by():
    family = make_family()

    done = take(family.college, Kind.MARKS, [mark_row("None")])

    assert refusals(done) == [(2, "PUPIL_UNKNOWN", "eleve")]
