"""Reads of marks, absences and homework.

What was withdrawn is in none of them but the history. A group's median and range are of the marks out of
the same total, and only from the number of marks that the département's rules say: fewer would tell what
another child got. Nothing ranks.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, Min, OuterRef, Prefetch, Q, QuerySet

from tenants.people.models import College, Pupil, Schooling
from tenants.schoollife.records.deadlines import justify_until
from tenants.schoollife.records.models import (
    Absence,
    Assessment,
    Homework,
    HomeworkDone,
    ImportLine,
    Justification,
    JustificationDocument,
    Mark,
    RecordsImport,
    RecordsRules,
)

# How long the lines of a dry run are kept.
STAGED_FOR = datetime.timedelta(days=1)


@dataclasses.dataclass(frozen=True, slots=True)
class Context:
    """The marks of a group in an assessment: enough of them to name nobody. `count` is how many."""

    median: Decimal
    lowest: Decimal
    highest: Decimal
    count: int


@dataclasses.dataclass(frozen=True, slots=True)
class MarkInContext:
    """A mark, and what the group got when that may be said."""

    mark: Mark
    context: Context | None

    @property
    def public_id(self) -> uuid.UUID:
        """That of the mark."""
        return self.mark.public_id


@dataclasses.dataclass(frozen=True, slots=True)
class AbsenceOf:
    """An absence, what was said of it (latest first), and the last day to say it."""

    absence: Absence
    justifications: tuple[Justification, ...]
    until: datetime.date

    @property
    def public_id(self) -> uuid.UUID:
        """That of the absence."""
        return self.absence.public_id

    @property
    def latest(self) -> Justification | None:
        return self.justifications[0] if self.justifications else None

    @property
    def is_justified(self) -> bool:
        """By the collège's software, or because the collège accepted what a guardian said."""
        return self.absence.is_justified or self._is(Justification.State.ACCEPTED)

    @property
    def is_waiting(self) -> bool:
        """Whether the collège has a justification to read."""
        return not self.absence.is_justified and self._is(Justification.State.GIVEN)

    def may_be_justified(self, *, on: datetime.date) -> bool:
        """Whether a guardian may say why, on a day."""
        return not self.is_justified and not self.is_waiting and on <= self.until

    def _is(self, state: Justification.State) -> bool:
        return self.latest is not None and self.latest.state == state


def rules() -> RecordsRules:
    """The rules that hold: the latest, else those a département starts with."""
    return RecordsRules.objects.order_by("-pk").first() or RecordsRules()


def standing_marks() -> QuerySet[Mark]:
    """The marks that stand, with their assessment and subject."""
    return Mark.objects.filter(withdrawn_at__isnull=True).select_related("assessment__subject")


def marks_of(pupil: Pupil, *, school_year: int) -> QuerySet[Mark]:
    """The marks of a pupil in a school year, the latest assessment first."""
    return (
        standing_marks()
        .filter(pupil=pupil, school_year=school_year)
        .order_by("-assessment__held_on", "-pk")
    )


# The mean of the two in the middle, exactly: `percentile_cont` reckons in floats.
_CONTEXTS = """SELECT assessment_id, out_of, count(*),
       round((percentile_disc(0.5) WITHIN GROUP (ORDER BY value)
              + percentile_disc(0.5) WITHIN GROUP (ORDER BY value DESC)) / 2, 2),
       min(value), max(value)
FROM school_records_mark
WHERE assessment_id = ANY(%s) AND status = 'GRADED' AND withdrawn_at IS NULL
GROUP BY assessment_id, out_of
HAVING count(*) >= %s"""


def in_context(marks: Sequence[Mark]) -> list[MarkInContext]:
    """Marks with what their groups got, one statement for all of them."""
    keys = sorted({mark.assessment_id for mark in marks if mark.status == Mark.Status.GRADED})
    contexts: dict[tuple[int, Any], Context] = {}
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(_CONTEXTS, [keys, rules().fewest_marks])
            for assessment, out_of, count, median, lowest, highest in cursor.fetchall():
                contexts[assessment, out_of] = Context(median, lowest, highest, count)
    return [MarkInContext(mark, contexts.get((mark.assessment_id, mark.out_of))) for mark in marks]


def absences_of(pupil: Pupil, *, school_year: int) -> list[AbsenceOf]:
    """The absences and latenesses of a pupil in a school year, the latest first."""
    found = Absence.objects.filter(
        pupil=pupil, school_year=school_year, withdrawn_at__isnull=True
    ).order_by("-starts_at", "-pk")
    return _justified(found)


def absence_of(absence: Absence) -> AbsenceOf:
    """One of them, with what was said of it."""
    return _justified(Absence.objects.filter(pk=absence.pk))[0]


def _justified(absences: QuerySet[Absence]) -> list[AbsenceOf]:
    held = rules()
    said = Prefetch(
        "justifications", queryset=justifications().order_by("-given_at", "-pk"), to_attr="said"
    )
    return [
        AbsenceOf(
            absence=absence,
            justifications=tuple(absence.said),
            until=justify_until(absence, next(iter(absence.said), None), held),
        )
        for absence in absences.select_related("pupil").prefetch_related(said)
    ]


def latest_justification(absence: Absence) -> Justification | None:
    """What was said of an absence last."""
    return Justification.objects.filter(absence=absence).order_by("-given_at", "-pk").first()


def justifications() -> QuerySet[Justification]:
    """What guardians said of absences that stand, with their documents, the oldest first."""
    kept = JustificationDocument.objects.filter(deleted_at__isnull=True).order_by("pk")
    return (
        Justification.objects.filter(absence__withdrawn_at__isnull=True)
        .select_related("absence__pupil", "absence__college", "given_by")
        .prefetch_related(Prefetch("documents", queryset=kept, to_attr="kept"))
        .order_by("given_at", "pk")
    )


def waiting(said: QuerySet[Justification]) -> tuple[int, datetime.datetime | None]:
    """How many of them the collège has yet to answer, and when the oldest was given."""
    found = said.filter(state=Justification.State.GIVEN).aggregate(
        count=Count("pk"), oldest=Min("given_at")
    )
    return found["count"], found["oldest"]


def homework_of(pupil: Pupil) -> QuerySet[Homework]:
    """
    What a pupil has to do, each with `is_done`, the soonest due first.

    Of a class, it is for those who were in it on the day it is due.
    """
    there = Schooling.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=OuterRef("due_on")),
        pupil=pupil,
        school_class=OuterRef("school_class"),
        valid_from__lte=OuterRef("due_on"),
    )
    done = HomeworkDone.objects.filter(pupil=pupil, homework=OuterRef("pk"))
    return (
        Homework.objects.filter(Q(pupil=pupil) | Exists(there), withdrawn_at__isnull=True)
        .annotate(is_done=Exists(done))
        .select_related("subject")
        .order_by("due_on", "subject__name", "pk")
    )


def homework_due(pupil: Pupil, *, since: datetime.date) -> QuerySet[Homework]:
    """What a pupil has to do from a day on."""
    return homework_of(pupil).filter(due_on__gte=since)


def imports_of(colleges: QuerySet[College]) -> QuerySet[RecordsImport]:
    """The readings of the files of some collèges, the latest first."""
    return (
        RecordsImport.objects.filter(college__in=colleges)
        .select_related("college")
        .order_by("-started_at", "-pk")
    )


def is_takeable(records_import: RecordsImport, *, at: datetime.datetime) -> bool:
    """Whether a file that was compared may still be taken: within a day, and once."""
    is_young = at < records_import.started_at + STAGED_FOR
    return is_young and records_import.state != RecordsImport.State.APPLIED


def import_lines(records_import: RecordsImport, *, outcome: str = "") -> QuerySet[ImportLine]:
    """What became of the lines of a file, in its order; what it no longer names comes first."""
    lines = ImportLine.objects.filter(records_import=records_import)
    if outcome:
        lines = lines.filter(outcome=outcome)
    return lines.order_by("line", "record_id", "pk")


def history_of(fact: Mark | Absence | Homework, *, kind: str) -> QuerySet[ImportLine]:
    """What imports did to a fact, the first first: added, changed, withdrawn, back."""
    return (
        ImportLine.objects.filter(
            record_id=fact.record_id,
            records_import__state=RecordsImport.State.APPLIED,
            records_import__kind=kind,
            records_import__college_id=fact.college_id,
            records_import__school_year=fact.school_year,
        )
        .exclude(outcome=ImportLine.Outcome.REJECTED)
        .select_related("records_import")
        .order_by("records_import__started_at", "pk")
    )


def absences_in(college: College, *, school_year: int) -> QuerySet[Absence]:
    """The absences a collège wrote in a school year, the latest first."""
    return (
        Absence.objects.filter(college=college, school_year=school_year, withdrawn_at__isnull=True)
        .select_related("pupil")
        .order_by("-starts_at", "-pk")
    )


def assessments_in(college: College, *, school_year: int) -> QuerySet[Assessment]:
    """The assessments a collège wrote in a school year, the latest first."""
    return (
        Assessment.objects.filter(college=college, school_year=school_year)
        .select_related("subject")
        .order_by("-held_on", "-pk")
    )


def standing_absence(pk: int) -> AbsenceOf | None:
    """An absence by its key, unless it was withdrawn; for handlers of events."""
    return next(iter(_justified(Absence.objects.filter(pk=pk, withdrawn_at__isnull=True))), None)


def justification_by_id(pk: int) -> Justification | None:
    """What was said of an absence that still stands; for handlers of events."""
    return justifications().filter(pk=pk).first()


def absence_named(pupil: Pupil, public_id: uuid.UUID) -> AbsenceOf | None:
    """An absence of a pupil that stands, by its public identifier."""
    found = Absence.objects.filter(pupil=pupil, public_id=public_id, withdrawn_at__isnull=True)
    return next(iter(_justified(found)), None)
