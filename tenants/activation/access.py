"""Who may give a code, and to whom; who may open letters. Absent and forbidden are the same answer.

A collège's secretary helps the pupils of that collège and whoever answers for them today; the agents who
read files help anybody. Letters hold codes: they are for who had them printed, and for nobody else.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils import timezone

from commons.errors import NotFound
from tenants.accounts.capabilities import Capability, Role
from tenants.activation.models import Letters
from tenants.people.access import visible_pupils
from tenants.people.models import College, Guardian, Guardianship, Pupil, SchoolClass
from tenants.people.queries import in_force

if TYPE_CHECKING:
    from tenants.accounts.models import User


def helped_colleges(user: User) -> QuerySet[College]:
    """The collèges whose people a user may give codes to, by name."""
    colleges = College.objects.order_by("name", "pk")
    if not user.can(Capability.GIVE_CODES):
        return colleges.none()
    if user.can(Capability.READ_FILES):
        return colleges
    own = user.staff_roles.filter(role=Role.COLLEGE_SECRETARY).values("college_uai")
    return colleges.filter(uai__in=own)


def access_helped_college(user: User, uai: str) -> College:
    """
    A collège whose people the user may give codes to.

    :raises NotFound: if absent, or not theirs
    """
    college = helped_colleges(user).filter(uai=uai).first()
    if college is None:
        raise NotFound(college=uai)
    return college


def access_helped_class(user: User, *, uai: str, school_year: int, name: str) -> SchoolClass:
    """
    A class of such a collège by its name there, with its collège.

    :raises NotFound: if absent, or not theirs
    """
    found = (
        SchoolClass.objects.filter(
            college__in=helped_colleges(user), college__uai=uai, school_year=school_year, name=name
        )
        .select_related("college")
        .first()
    )
    if found is None:
        raise NotFound(school_class=name)
    return found


def access_helped_pupil(user: User, public_id: uuid.UUID) -> Pupil:
    """
    A pupil the user may give a code to.

    :raises NotFound: if absent, or not theirs
    """
    pupil = None
    if user.can(Capability.GIVE_CODES):
        pupil = _helped_pupils(user).filter(public_id=public_id).select_related("user").first()
    if pupil is None:
        raise NotFound(pupil=str(public_id))
    return pupil


def access_helped_guardian(user: User, public_id: uuid.UUID) -> Guardian:
    """
    Somebody who answers today for a pupil the user may give a code to.

    :raises NotFound: if absent, or not theirs
    """
    guardian = None
    if user.can(Capability.GIVE_CODES):
        links = Guardianship.objects.filter(
            in_force(timezone.localdate()), pupil__in=_helped_pupils(user)
        )
        guardian = (
            Guardian.objects.filter(public_id=public_id, pk__in=links.values("guardian_id"))
            .select_related("user")
            .first()
        )
    if guardian is None:
        raise NotFound(guardian=str(public_id))
    return guardian


def own_letters(user: User) -> QuerySet[Letters]:
    """The letters a user had printed, latest first; those that are no longer kept included."""
    mine = Q(actor_kind="user", actor_id=str(user.public_id))
    return Letters.objects.filter(mine).defer("sealed").order_by("-made_at", "-pk")


def access_letters(user: User, public_id: uuid.UUID) -> Letters:
    """
    Letters that the user had printed, and that are still kept.

    :raises NotFound: if absent, another's, or no longer kept
    """
    letters = None
    if user.can(Capability.GIVE_CODES):
        kept = Letters.objects.filter(
            public_id=public_id, sealed__isnull=False, kept_until__gt=timezone.now()
        )
        letters = kept.filter(actor_kind="user", actor_id=str(user.public_id)).first()
    if letters is None:
        raise NotFound(letters=str(public_id))
    return letters


def _helped_pupils(user: User) -> QuerySet[Pupil]:
    """As a member of staff: not one's own children, should the secretary have some elsewhere."""
    if user.can(Capability.READ_FILES):
        return Pupil.objects.all()
    own = user.staff_roles.filter(role=Role.COLLEGE_SECRETARY).values("college_uai")
    running = Q(schoolings__valid_until__isnull=True) | Q(
        schoolings__valid_until__gt=timezone.localdate()
    )
    return visible_pupils(user).filter(running, schoolings__college__uai__in=own).distinct()
