"""Who may see the marks, the absences and the homework of a pupil, and who keeps them for a collège.

A guardian sees those of the pupils they answer for today, a pupil their own. For the collège it is whoever
keeps its school life: the facts of *that* collège, those of a pupil who has left included, and none that
another collège wrote. The agents of the département see none, nor do they when they act for a family.
Absent and forbidden are the same answer.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils import timezone

from commons.errors import NotFound
from tenants.accounts.capabilities import Capability, Role
from tenants.people.models import College, Pupil
from tenants.people.queries import in_force
from tenants.schoollife.records import queries
from tenants.schoollife.records.models import (
    Absence,
    Homework,
    Justification,
    JustificationDocument,
    Mark,
    RecordsImport,
)

if TYPE_CHECKING:
    from tenants.accounts.models import User


def _is_acting(user: User) -> bool:
    """Whether an agent acts for this person: the school's life is not what a file is about."""
    return getattr(user, "acting", None) is not None


def readable_pupils(user: User) -> QuerySet[Pupil]:
    """The pupils whose records a person reads as a family does, today."""
    if _is_acting(user):
        return Pupil.objects.none()
    today = timezone.localdate()
    answers_for = Q(guardianships__guardian__user=user) & in_force(today, "guardianships__")
    return Pupil.objects.filter(Q(user=user) | answers_for).distinct()


def access_read_pupil(user: User, public_id: uuid.UUID) -> Pupil:
    """
    A pupil whose records the person reads as a family does.

    :raises NotFound: if absent, or not theirs to read
    """
    pupil = readable_pupils(user).filter(public_id=public_id).first()
    if pupil is None:
        raise NotFound(pupil=str(public_id))
    return pupil


def access_mark(user: User, public_id: uuid.UUID) -> Mark:
    """
    A mark of such a pupil.

    :raises NotFound: if absent, withdrawn, or not theirs to read
    """
    mark = (
        queries.standing_marks()
        .filter(public_id=public_id, pupil__in=readable_pupils(user))
        .first()
    )
    if mark is None:
        raise NotFound(mark=str(public_id))
    return mark


def access_own_absence(user: User, public_id: uuid.UUID) -> Absence:
    """
    An absence of a pupil the person answers for as a guardian today: who may justify it.

    :raises NotFound: if absent, withdrawn, or not theirs
    """
    absence = None
    if not _is_acting(user):
        absence = (
            Absence.objects.filter(
                in_force(timezone.localdate(), "pupil__guardianships__"),
                public_id=public_id,
                withdrawn_at__isnull=True,
                pupil__guardianships__guardian__user=user,
            )
            .select_related("pupil")
            .first()
        )
    if absence is None:
        raise NotFound(absence=str(public_id))
    return absence


def access_own_homework(user: User, public_id: uuid.UUID) -> tuple[Pupil, Homework]:
    """
    A homework that the pupil whose account it is has to do.

    :raises NotFound: if absent, withdrawn, another's, or if the account is no pupil's
    """
    pupil = None if _is_acting(user) else Pupil.objects.filter(user=user).first()
    if pupil is not None:
        homework = queries.homework_of(pupil).filter(public_id=public_id).first()
        if homework is not None:
            return pupil, homework
    raise NotFound(homework=str(public_id))


def kept_colleges(user: User) -> QuerySet[College]:
    """The collèges whose school life a person keeps, by name."""
    colleges = College.objects.order_by("name", "pk")
    if not user.can(Capability.MANAGE_SCHOOL_LIFE):
        return colleges.none()
    own = user.staff_roles.filter(role=Role.COLLEGE_SECRETARY).values("college_uai")
    return colleges.filter(uai__in=own)


def access_kept_college(user: User, uai: str) -> College:
    """
    A collège whose school life the person keeps.

    :raises NotFound: if absent, or not theirs
    """
    college = kept_colleges(user).filter(uai=uai).first()
    if college is None:
        raise NotFound(college=uai)
    return college


def access_records_import(user: User, public_id: uuid.UUID) -> RecordsImport:
    """
    A reading of a file of such a collège.

    :raises NotFound: if absent, or not theirs
    """
    found = (
        RecordsImport.objects.filter(public_id=public_id, college__in=kept_colleges(user))
        .select_related("college")
        .first()
    )
    if found is None:
        raise NotFound(records_import=str(public_id))
    return found


def kept_justifications(user: User) -> QuerySet[Justification]:
    """What guardians said of absences of such collèges, the oldest first."""
    return queries.justifications().filter(absence__college__in=kept_colleges(user))


def access_kept_justification(user: User, public_id: uuid.UUID) -> Justification:
    """
    One of them.

    :raises NotFound: if absent, or of another collège
    """
    found = kept_justifications(user).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(justification=str(public_id))
    return found


def access_justification_document(user: User, public_id: uuid.UUID) -> JustificationDocument:
    """
    A document given with a justification: for those who answer for the pupil, and for the collège.

    :raises NotFound: if absent, deleted, or not theirs to read
    """
    theirs = Q(justification__absence__college__in=kept_colleges(user))
    if not _is_acting(user):
        theirs |= Q(
            in_force(timezone.localdate(), "justification__absence__pupil__guardianships__"),
            justification__absence__pupil__guardianships__guardian__user=user,
        )
    found = (
        JustificationDocument.objects.filter(theirs, public_id=public_id, deleted_at__isnull=True)
        .distinct()
        .first()
    )
    if found is None:
        raise NotFound(document=str(public_id))
    return found
