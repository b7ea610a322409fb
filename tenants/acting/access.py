"""Who may see, and end, a session in which an agent acts for a family."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db.models import Q

from commons.errors import NotFound
from tenants.acting.models import ActingSession

if TYPE_CHECKING:
    from tenants.accounts.models import User


def access_session(user: User, public_id: uuid.UUID) -> ActingSession:
    """
    A session: the agent's own, or one about oneself.

    :raises NotFound: if absent, or not theirs to see
    """
    session = (
        ActingSession.objects.filter(Q(agent=user) | Q(guardian__user=user), public_id=public_id)
        .select_related("agent", "guardian")
        .first()
    )
    if session is None:
        raise NotFound(session=str(public_id))
    return session
