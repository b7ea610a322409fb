"""Who may see an enrolment: whoever may see its pupil. Absent and forbidden are the same answer."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from billing.canteen.models import Enrolment
from commons.errors import NotFound
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
