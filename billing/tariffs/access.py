"""Who may see a price, and the resources behind it.

A price belongs to a pupil: whoever may see the pupil sees it. The resources belong to the household
that prices the pupil: its members and the staff who read files see them, nobody else. Absent and
forbidden are the same answer.
"""

from __future__ import annotations

import datetime
import uuid
from typing import TYPE_CHECKING

from django.db.models import Q

from billing.tariffs.models import PriceDecision
from commons.errors import NotFound
from tenants.accounts.capabilities import Capability
from tenants.people.access import visible_pupils
from tenants.people.models import HouseholdMember

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


def may_read_resources(user: User, pupil: Pupil, *, on: datetime.date) -> bool:
    """Whether the user may read the resources that price a pupil."""
    if user.can(Capability.READ_FILES):
        return True
    if pupil.household_id is None:
        return False
    return HouseholdMember.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=on),
        Q(valid_until__isnull=True) | Q(valid_until__gt=on),
        household_id=pupil.household_id,
        guardian__user=user,
    ).exists()
