"""Who may see an enrolment: whoever may see its pupil. Absent and forbidden are the same answer.

Who pays for it is another thing: what a parent pays, and whether they do, is not the other's to know.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from billing.canteen.models import Enrolment, EnrolmentPayer
from commons.errors import NotFound
from tenants.accounts.capabilities import Capability
from tenants.people.access import visible_pupils

if TYPE_CHECKING:
    from tenants.accounts.models import User


def access_enrolment(user: User, public_id: uuid.UUID) -> Enrolment:
    """
    An enrolment, draft included, of a pupil the user may see.

    :raises NotFound: if it is absent, or of a pupil the user may not see
    """
    enrolment = (
        Enrolment.objects.filter(public_id=public_id, pupil__in=visible_pupils(user))
        .select_related("pupil", "college")
        .first()
    )
    if enrolment is None:
        raise NotFound(enrolment=str(public_id))
    return enrolment


def visible_shares(user: User) -> QuerySet[EnrolmentPayer]:
    """Who pays for enrolments, the largest share first: oneself alone, or all for staff who read files."""
    shares = EnrolmentPayer.objects.order_by("-share_bp", "pk")
    if user.can(Capability.READ_FILES):
        return shares
    return shares.filter(guardian__user_id=user.pk)
