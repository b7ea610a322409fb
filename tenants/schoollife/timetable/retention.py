"""What is deleted when its time is over: the lessons of past school years, and the files they came from.

A lesson names a teacher. Two school years are kept, the running one and the one before, so that a family
or a collège can still say what a week was; what was looked at and never taken is nobody's history.
"""

from __future__ import annotations

import datetime

from django.db import connection, transaction

from commons.school_calendar import SchoolYear
from tenants.schoollife.timetable.days import days_of, local_day, midnight, timetable_year
from tenants.schoollife.timetable.models import TimetableImport, TimetableImportLine

YEARS_BEFORE = 1  # of the running school year
UNTAKEN_KEPT = datetime.timedelta(days=30)
BATCH = 20_000


def purge_timetables(*, at: datetime.datetime) -> dict[str, int]:
    """Delete what is kept no longer; how many imports and lessons. Again, it changes nothing.

    In batches, so that no import of a collège waits for a year of lessons.
    """
    running = timetable_year(local_day(at))
    first_day = days_of(SchoolYear(running.start_year - YEARS_BEFORE)).start
    imports = _delete_imports(first_day, at=at)
    lessons = 0
    while deleted := _delete_lessons(midnight(first_day)):
        lessons += deleted
    return {"imports": imports, "lessons": lessons}


@transaction.atomic(durable=True)
def _delete_imports(first_day: datetime.date, *, at: datetime.datetime) -> int:
    over = TimetableImport.objects.filter(window_until__lte=first_day)
    left = TimetableImport.objects.filter(
        state=TimetableImport.State.PREPARED, prepared_at__lt=at - UNTAKEN_KEPT
    )
    keys = list((over | left).order_by("pk").values_list("pk", flat=True))
    TimetableImportLine.objects.filter(timetable_import__in=keys).delete()
    count, _kinds = TimetableImport.objects.filter(pk__in=keys).delete()
    return count


@transaction.atomic(durable=True)
def _delete_lessons(before: datetime.datetime) -> int:
    """A batch of those that ended before a moment, with what imports say of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH over AS MATERIALIZED (
                SELECT id FROM timetable_lesson WHERE ends_at < %(before)s LIMIT %(most)s
            ),
            lines AS (
                DELETE FROM timetable_timetableimportline WHERE lesson_id IN (SELECT id FROM over)
            )
            DELETE FROM timetable_lesson WHERE id IN (SELECT id FROM over)
            """,
            {"before": before, "most": BATCH},
        )
        return int(cursor.rowcount)
