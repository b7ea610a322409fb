"""Who may see a pupil, a guardian, a household or a feed.

A guardian sees the pupils they answer for today, and nothing of the other household. A pupil sees
their own. Staff who read files see all; a collège's secretary sees the pupils of that collège.
Absent and forbidden are the same answer.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils import timezone

from commons.errors import NotFound
from tenants.accounts.capabilities import Capability, Role
from tenants.people.models import FeedImport, Guardian, Pupil
from tenants.people.queries import in_force

if TYPE_CHECKING:
    from tenants.accounts.models import User


def _running(on: datetime.date) -> Q:
    """A schooling that runs on a day, or is to begin: a collège prepares its coming pupils."""
    return Q(schoolings__valid_until__isnull=True) | Q(schoolings__valid_until__gt=on)


def visible_pupils(user: User, *, on: datetime.date | None = None) -> QuerySet[Pupil]:
    """The pupils a user may see, on a day: today unless said."""
    if user.can(Capability.READ_FILES):
        return Pupil.objects.all()
    day = on or timezone.localdate()
    own = Q(user=user) | (Q(guardianships__guardian__user=user) & in_force(day, "guardianships__"))
    if user.can(Capability.READ_OWN_COLLEGE):
        uais = user.staff_roles.filter(role=Role.COLLEGE_SECRETARY).values("college_uai")
        own |= Q(schoolings__college__uai__in=uais) & _running(day)
    return Pupil.objects.filter(own).distinct()


def access_pupil(user: User, public_id: uuid.UUID) -> Pupil:
    """
    A pupil the user may see.

    :raises NotFound: if absent, or not theirs to see
    """
    pupil = visible_pupils(user).filter(public_id=public_id).select_related("household").first()
    if pupil is None:
        raise NotFound(pupil=str(public_id))
    return pupil


def access_pupils(user: User, public_ids: Collection[uuid.UUID]) -> list[Pupil]:
    """Those of some pupils that the user may see."""
    found = visible_pupils(user).filter(public_id__in=public_ids).select_related("household")
    return list(found.order_by("pk"))


def access_own_child(user: User, public_id: uuid.UUID) -> Pupil:
    """
    A pupil the user answers for as a guardian today.

    :raises NotFound: if absent, or not one of the user's children
    """
    pupil = (
        Pupil.objects.filter(
            in_force(timezone.localdate(), "guardianships__"),
            public_id=public_id,
            guardianships__guardian__user=user,
        )
        .select_related("household")
        .first()
    )
    if pupil is None:
        raise NotFound(pupil=str(public_id))
    return pupil


def access_guardian(user: User, public_id: uuid.UUID) -> Guardian:
    """
    A guardian: oneself, or anyone for the staff who read files.

    :raises NotFound: if absent, or not theirs to see
    """
    guardians = Guardian.objects.filter(public_id=public_id)
    if not user.can(Capability.READ_FILES):
        guardians = guardians.filter(user=user)
    guardian = guardians.first()
    if guardian is None:
        raise NotFound(guardian=str(public_id))
    return guardian


def access_feed_import(user: User, public_id: uuid.UUID) -> FeedImport:
    """
    A feed import, for the staff who import them.

    :raises NotFound: if absent, or not theirs to see
    """
    may = user.can(Capability.IMPORT_FEEDS)
    feed = FeedImport.objects.filter(public_id=public_id).first() if may else None
    if feed is None:
        raise NotFound(feed_import=str(public_id))
    return feed
