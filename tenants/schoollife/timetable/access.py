"""Who may see a child's lessons, bring a collège's timetable, or hold a secret address.

Who answers for a child today sees their lessons, and so does the child; a parent whom a judge or the
collège no longer names as such (`Guardianship.valid_until`) does not, from that day, in any door. A
collège's secretary sees those of its pupils. The agents of the département do not: this is the
school's life. Absent and forbidden are the same answer.
"""

from __future__ import annotations

import datetime
import uuid
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils import timezone

from commons.errors import NotFound
from tenants.accounts.capabilities import Capability, Role
from tenants.people.models import College, Pupil, SchoolClass
from tenants.people.queries import in_force
from tenants.schoollife.timetable.models import FeedAddress, TimetableImport

if TYPE_CHECKING:
    from tenants.accounts.models import User


def readable_pupils(user: User, *, on: datetime.date) -> QuerySet[Pupil]:
    """The pupils whose lessons a user may see on a day."""
    seen = Q(user_id=user.pk) | (
        Q(guardianships__guardian__user_id=user.pk) & in_force(on, "guardianships__")
    )
    if user.can(Capability.MANAGE_SCHOOL_LIFE):
        seen |= Q(schoolings__college__in=managed_colleges(user)) & (
            Q(schoolings__valid_until__isnull=True) | Q(schoolings__valid_until__gt=on)
        )
    return Pupil.objects.filter(seen).distinct()


def access_own_pupil(user: User, public_id: uuid.UUID) -> Pupil:
    """
    A child the user answers for today, or the pupil they are.

    :raises NotFound: if absent, or neither
    """
    today = timezone.localdate()
    own = Q(user_id=user.pk) | (
        Q(guardianships__guardian__user_id=user.pk) & in_force(today, "guardianships__")
    )
    pupil = Pupil.objects.filter(own, public_id=public_id).first()
    if pupil is None:
        raise NotFound(pupil=str(public_id))
    return pupil


def managed_colleges(user: User) -> QuerySet[College]:
    """The collèges whose timetable a user brings, by name."""
    colleges = College.objects.order_by("name", "pk")
    if not user.can(Capability.MANAGE_SCHOOL_LIFE):
        return colleges.none()
    own = user.staff_roles.filter(role=Role.COLLEGE_SECRETARY).values("college_uai")
    return colleges.filter(uai__in=own)


def access_managed_college(user: User, uai: str) -> College:
    """
    A collège whose timetable the user brings.

    :raises NotFound: if absent, or not theirs
    """
    college = managed_colleges(user).filter(uai=uai).first()
    if college is None:
        raise NotFound(college=uai)
    return college


def classes_of(college: College, *, school_year: int) -> QuerySet[SchoolClass]:
    """The classes of a collège in a school year, by name."""
    found = SchoolClass.objects.filter(college=college, school_year=school_year)
    return found.order_by("name", "pk")


def access_class(college: College, *, name: str, school_year: int) -> SchoolClass:
    """
    A class of a collège by its name.

    :raises NotFound: if there is none
    """
    found = classes_of(college, school_year=school_year).filter(name=name).first()
    if found is None:
        raise NotFound(school_class=name)
    return found


def managed_imports(user: User) -> QuerySet[TimetableImport]:
    """The imports of a user's collèges, the latest first."""
    return (
        TimetableImport.objects.filter(source__college__in=managed_colleges(user))
        .select_related("source__college", "source__school_class")
        .order_by("-prepared_at", "-pk")
    )


def access_import(user: User, public_id: uuid.UUID) -> TimetableImport:
    """
    An import of one of the user's collèges.

    :raises NotFound: if absent, or not theirs
    """
    found = managed_imports(user).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(timetable_import=str(public_id))
    return found


def own_addresses(user: User) -> QuerySet[FeedAddress]:
    """The secret addresses of a user that still work, the latest first."""
    rows = FeedAddress.objects.filter(user=user, revoked_at__isnull=True)
    return rows.select_related("pupil").order_by("-made_at", "-pk")


def access_address(user: User, public_id: uuid.UUID) -> FeedAddress:
    """
    A secret address of the user, even taken back.

    :raises NotFound: if absent, or another's
    """
    found = FeedAddress.objects.filter(user=user, public_id=public_id).first()
    if found is None:
        raise NotFound(timetable_feed=str(public_id))
    return found
