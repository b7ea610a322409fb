"""What the collège's records hold about the children of a person, or about the pupil they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commons.personal_data import Record, holds, record_of
from tenants.people.personal_data import own_pupils
from tenants.schoollife.records import queries
from tenants.schoollife.records.models import (
    Absence,
    Homework,
    HomeworkDone,
    Justification,
    Kind,
    Mark,
)

if TYPE_CHECKING:
    from tenants.accounts.models import User

_KEPT = _("Elles viennent du collège et sont gardées l'année scolaire et la suivante.")


def _history(fact: Mark | Absence | Homework, kind: str) -> list[Record]:
    """What was corrected: each time, what changed."""
    return [
        record_of(line, "outcome", "diff", le=line.records_import.ended_at.isoformat())
        for line in queries.history_of(fact, kind=kind)
    ]


@holds(
    _("Les notes de vos enfants"),
    why=_KEPT,
    reads=(
        "school_records.Mark",
        "school_records.Assessment",
        "school_records.Subject",
        "school_records.ImportLine",
    ),
)
def marks(user: User) -> Iterable[Record]:
    """Each mark, with what was corrected in it; those withdrawn too."""
    found = Mark.objects.filter(pupil__in=own_pupils(user)).select_related(
        "pupil", "assessment__subject"
    )
    for mark in found.order_by("assessment__held_on", "pk"):
        yield record_of(
            mark, "status", "value", "out_of", "level", "comment", "withdrawn_at",
            enfant=str(mark.pupil),
            matière=str(mark.assessment.subject),
            évaluation=mark.assessment.title,
            date=mark.assessment.held_on.isoformat(),
            corrections=_history(mark, Kind.MARKS),
        )  # fmt: skip


@holds(
    _("Les absences de vos enfants"),
    why=_KEPT,
    reads=("school_records.Absence", "school_records.ImportLine"),
)
def absences(user: User) -> Iterable[Record]:
    """Each absence or lateness; those withdrawn too."""
    found = Absence.objects.filter(pupil__in=own_pupils(user)).select_related("pupil")
    for absence in found.order_by("starts_at", "pk"):
        yield record_of(
            absence, "kind", "starts_at", "ends_at", "is_justified", "reason", "withdrawn_at",
            enfant=str(absence.pupil), corrections=_history(absence, Kind.ABSENCES),
        )  # fmt: skip


@holds(
    _("Ce que vous avez dit des absences"),
    why=_("Dire au collège pourquoi votre enfant était absent."),
    reads=("school_records.Justification", "school_records.JustificationDocument"),
)
def justifications(user: User) -> Iterable[Record]:
    """What the person wrote, and the answer of the collège."""
    own = Justification.objects.filter(given_by=user).select_related("absence__pupil")
    for said in own.order_by("given_at", "pk"):
        documents = said.documents.filter(deleted_at__isnull=True).order_by("pk")
        yield record_of(
            said, "reason", "text", "given_at", "state", "answer", "answered_at",
            enfant=str(said.absence.pupil),
            pièces=[record_of(one, "content_type", "received_at") for one in documents],
        )  # fmt: skip


@holds(
    _("Les devoirs"),
    why=_KEPT,
    reads=("school_records.Homework", "school_records.HomeworkDone"),
)
def homework(user: User) -> Iterable[Record]:
    """What was given to one pupil alone, and what a pupil ticked."""
    pupils = own_pupils(user)
    alone = Homework.objects.filter(pupil__in=pupils).select_related("pupil", "subject")
    for one in alone.order_by("due_on", "pk"):
        yield record_of(one, "given_on", "due_on", "text", enfant=str(one.pupil))
    ticked = HomeworkDone.objects.filter(Q(pupil__user=user)).select_related("homework")
    for tick in ticked.order_by("done_at", "pk"):
        yield record_of(tick, "done_at", devoir=tick.homework.text)
