"""Licences of those who left: given back, so that somebody else may take one.

Somebody left once an opening has covered them on no day of the last thirty: between two school years, or
while a collège is changed, nobody loses what they use. An account that is closed keeps nothing.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from commons.actors import Actor
from commons.audit import record_audit
from federation.catalogue.attributes import Profile
from federation.ent.enabling import lock_opening
from federation.ent.models import Licence, Opening
from tenants.accounts.models import StaffRole
from tenants.people.models import Guardianship, Schooling
from tenants.people.queries import in_force

LEFT_FOR = datetime.timedelta(days=30)
ACTOR = Actor.system("ent.licences")


def take_back_licences(*, at: datetime.datetime) -> int:
    """Take the licences of those who left back, of every opening that counts them and lasts; how many."""
    on = timezone.localdate(at)
    counted = Opening.objects.filter(in_force(on), licences__isnull=False, taken__isnull=False)
    keys = sorted(set(counted.order_by("pk").values_list("pk", flat=True)))
    return sum(_take_back(key, on=on, at=at) for key in keys)


@transaction.atomic(durable=True)
def _take_back(opening_id: int, *, on: datetime.date, at: datetime.datetime) -> int:
    opening = lock_opening(opening_id)
    covered = _COVERED[opening.profile](opening, on - LEFT_FOR, on)
    left = Licence.objects.filter(opening=opening)
    left = left.filter(~Q(user_id__in=covered) | Q(user__is_active=False))
    keys = list(left.order_by("pk").values_list("pk", flat=True))
    if not keys:
        return 0
    Licence.objects.filter(pk__in=keys).delete()
    record_audit(
        actor=ACTOR,
        action="ent.licences.taken_back",
        subject_type="service",
        subject_id=opening.enabled.public_id,
        at=at,
        service=opening.enabled.service_code,
        opening=str(opening.public_id),
        count=len(keys),
    )
    return len(keys)


def _schoolings(opening: Opening, since: datetime.date, on: datetime.date) -> QuerySet[Schooling]:
    """Those of the opening's collège and class that lasted on one of these days."""
    found = Schooling.objects.filter(_lasted(since, on))
    if opening.college_id is not None:
        found = found.filter(college_id=opening.college_id)
    if opening.school_class_id is not None:
        found = found.filter(school_class_id=opening.school_class_id)
    return found


def _lasted(since: datetime.date, on: datetime.date) -> Q:
    return Q(valid_from__lte=on) & (Q(valid_until__isnull=True) | Q(valid_until__gt=since))


def _pupils(opening: Opening, since: datetime.date, on: datetime.date) -> QuerySet[Any, Any]:
    found = _schoolings(opening, since, on).filter(pupil__user__isnull=False)
    return found.order_by().values("pupil__user_id")


def _guardians(opening: Opening, since: datetime.date, on: datetime.date) -> QuerySet[Any, Any]:
    pupils = _schoolings(opening, since, on).order_by().values("pupil_id")
    links = Guardianship.objects.filter(
        _lasted(since, on), pupil_id__in=pupils, guardian__user__isnull=False
    )
    return links.order_by().values("guardian__user_id")


def _staff(opening: Opening, since: datetime.date, on: datetime.date) -> QuerySet[Any, Any]:
    """Roles have no dates: whose role is elsewhere has left."""
    roles = StaffRole.objects.all()
    if opening.college is not None:
        roles = roles.filter(college_uai=opening.college.uai)
    return roles.order_by().values("user_id")


_COVERED: Mapping[str, Callable[[Opening, datetime.date, datetime.date], QuerySet[Any, Any]]] = {
    Profile.PUPIL: _pupils,
    Profile.GUARDIAN: _guardians,
    Profile.STAFF: _staff,
}
