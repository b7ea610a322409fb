"""Whose Pass+ one may see and spend: one's own children's, and one's own.

Absent and forbidden are the same answer. The staff do not come this way.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from commons.errors import NotFound
from federation.passplus.models import Ticket
from tenants.activation.queries import pupil_of
from tenants.people.access import access_own_child

if TYPE_CHECKING:
    from tenants.accounts.models import User
    from tenants.people.models import Pupil


def access_holder(user: User, public_id: uuid.UUID) -> Pupil:
    """
    A child the user answers for today, or the user, who is a pupil.

    :raises NotFound: if absent, or neither
    """
    own = pupil_of(user)
    if own is not None and own.public_id == public_id:
        return own
    return access_own_child(user, public_id)


def access_own_ticket(user: User, public_id: uuid.UUID) -> Ticket:
    """
    A ticket of one's own, or of a child one answers for today.

    :raises NotFound: if absent, or somebody else's
    """
    ticket = (
        Ticket.objects.select_related(
            "purse__card__campaign",
            "purse__card__pupil",
            "made_out_to",
            "captured_by",
            "captured_away",
        )
        .filter(public_id=public_id)
        .first()
    )
    if ticket is None:
        raise NotFound(ticket=str(public_id))
    access_holder(user, ticket.purse.card.pupil.public_id)
    return ticket
