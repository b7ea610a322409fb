"""Who may write to whom, on a day.

A guardian writes to the collège of a child they answer for that day: what a judge decided is in the
links that the academic feed gives (`people.Guardianship`). A pupil writes to their own collège, in
their own name. A collège writes to the pupils it has, and to whoever answers for them. Whom nobody
named is asked in only with parental authority.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from tenants.people.models import College, Guardian, Guardianship, Pupil, Relation, Schooling
from tenants.people.queries import in_force
from tenants.schoollife.messages.models import Participant, Thread

Person = Guardian | Pupil
_LIKE_PARENTS = (Relation.GUARDIAN, Relation.ASE)


def pupils_at(college: College, *, on: datetime.date) -> QuerySet[Pupil]:
    """The pupils of a collège on a day, and those who are to come."""
    running = Q(valid_until__isnull=True) | Q(valid_until__gt=on)
    schooled = Schooling.objects.filter(running, college=college)
    return Pupil.objects.filter(pk__in=schooled.values("pupil_id"))


def is_schooled_at(pupil: Pupil, college: College, *, on: datetime.date) -> bool:
    """Whether a pupil is of a collège, or is to come there."""
    return pupils_at(college, on=on).filter(pk=pupil.pk).exists()


def links_about(thread: Thread, *, on: datetime.date) -> QuerySet[Guardianship]:
    """The links that let guardians be in a thread on a day."""
    links = Guardianship.objects.filter(in_force(on))
    if thread.pupil_id is not None:
        return links.filter(pupil_id=thread.pupil_id)
    return links.filter(pupil__in=pupils_at(thread.college, on=on).values("pk"))


def may_be_in(thread: Thread, person: Person, *, on: datetime.date) -> bool:
    """Whether somebody of a family may be in a thread on a day."""
    if isinstance(person, Pupil):
        return thread.pupil_id == person.pk
    return links_about(thread, on=on).filter(guardian=person).exists()


def without_right(thread: Thread, *, on: datetime.date) -> QuerySet[Participant]:
    """The guardians of a thread whom nothing lets be in it any more."""
    allowed = links_about(thread, on=on).values("guardian_id")
    guardians = Participant.objects.filter(thread=thread, guardian__isnull=False)
    return guardians.exclude(guardian__in=allowed)


def guardians_with_authority(pupil: Pupil, *, on: datetime.date) -> QuerySet[Guardian]:
    """Who holds parental authority over a pupil on a day, or stands for who does."""
    links = Guardianship.objects.filter(in_force(on), pupil=pupil).filter(
        Q(legal_role__gte=1) | Q(relation__in=_LIKE_PARENTS)
    )
    return Guardian.objects.filter(pk__in=links.values("guardian_id")).order_by("sort_key", "pk")


def guardians_of(pupil: Pupil, *, on: datetime.date) -> QuerySet[Guardian]:
    """Whoever answers for a pupil on a day."""
    links = Guardianship.objects.filter(in_force(on), pupil=pupil)
    return Guardian.objects.filter(pk__in=links.values("guardian_id")).order_by("sort_key", "pk")


def colleges_of(pupils: Sequence[Pupil], *, on: datetime.date) -> dict[int, list[College]]:
    """The collèges that some pupils are of, or are to come to, by pupil."""
    running = Q(valid_until__isnull=True) | Q(valid_until__gt=on)
    rows = (
        Schooling.objects.filter(running, pupil__in=pupils)
        .select_related("college")
        .order_by("valid_from", "pk")
    )
    found: dict[int, list[College]] = {}
    for row in rows:
        known = found.setdefault(row.pupil_id, [])
        if row.college not in known:
            known.append(row.college)
    return found


def is_linked(*, on: datetime.date) -> Exists:
    """Whether a stay's guardian answers for the pupil of its thread on a day."""
    links = Guardianship.objects.filter(
        in_force(on),
        guardian_id=OuterRef("participant__guardian_id"),
        pupil_id=OuterRef("participant__thread__pupil_id"),
    )
    return Exists(links)
