"""Who may see a price, and the resources behind it.

A price belongs to a pupil: whoever may see the pupil sees it. The resources it rests on belong to the
household that proved them, whichever household prices the pupil today: its members and the staff
who read files see them, nobody else. Absent and forbidden are the same answer.
"""

from __future__ import annotations

import datetime
import uuid
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils import timezone

from billing.tariffs.models import PriceContest, PriceDecision
from billing.tariffs.queries import ExplainedPrice, without_resources
from commons.errors import NotFound
from tenants.accounts.capabilities import Capability
from tenants.people.access import visible_pupils
from tenants.people.models import Guardian, Guardianship, HouseholdMember

if TYPE_CHECKING:
    from tenants.accounts.models import User
    from tenants.people.models import Pupil


def access_price_decision(user: User, public_id: uuid.UUID) -> PriceDecision:
    """
    A price decision the user may see.

    :raises NotFound: if it is absent, or about a pupil the user may not see
    """
    decision = (
        PriceDecision.objects.filter(public_id=public_id, pupil__in=visible_pupils(user))
        .select_related("tariff_version", "pupil")
        .first()
    )
    if decision is None:
        raise NotFound(decision=str(public_id))
    return decision


def access_own_price(user: User, public_id: uuid.UUID) -> tuple[PriceDecision, Guardian]:
    """
    A price of a pupil the user answers for today, and the guardian the user is: who may contest it.

    :raises NotFound: if it is absent, or about a pupil the user does not answer for
    """
    today = timezone.localdate()
    decision = access_price_decision(user, public_id)
    guardianship = (
        Guardianship.objects.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gt=today),
            pupil_id=decision.pupil_id,
            guardian__user=user,
            valid_from__lte=today,
        )
        .select_related("guardian")
        .order_by("pk")
        .first()
    )
    if guardianship is None:
        raise NotFound(decision=str(public_id))
    return decision, guardianship.guardian


def visible_price_contests(user: User) -> QuerySet[PriceContest]:
    """One's own contests, or all of them for the staff who read files."""
    contests = PriceContest.objects.select_related(
        "guardian", "decision__pupil", "decision__tariff_version", "new_decision__tariff_version"
    )
    if not user.can(Capability.READ_FILES):
        contests = contests.filter(guardian__user=user)
    return contests


def access_price_contest(user: User, public_id: uuid.UUID) -> PriceContest:
    """
    One of them.

    :raises NotFound: if absent, or not theirs to see
    """
    contest = visible_price_contests(user).filter(public_id=public_id).first()
    if contest is None:
        raise NotFound(contest=str(public_id))
    return contest


def may_read_resources(user: User, pupil: Pupil, *, on: datetime.date) -> bool:
    """Whether the user may read the resources of the household that prices a pupil."""
    return _may_read(user, pupil.household_id, on=on)


def price_for(
    user: User, pupil: Pupil, price: ExplainedPrice, *, on: datetime.date
) -> ExplainedPrice:
    """The price as this person may know it: without the resources of a household not theirs.

    A price may rest on another household's resources: the one the pupil left, or, where the lower of
    two quotients holds, that of the other parent.
    """
    household_id = price.household_id or pupil.household_id
    return price if _may_read(user, household_id, on=on) else without_resources(price)


def _may_read(user: User, household_id: int | None, *, on: datetime.date) -> bool:
    if user.can(Capability.READ_FILES):
        return True
    if household_id is None:
        return False
    return HouseholdMember.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=on),
        Q(valid_until__isnull=True) | Q(valid_until__gt=on),
        household_id=household_id,
        guardian__user=user,
    ).exists()
