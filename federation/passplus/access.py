"""Whose Pass+ one may see and spend: one's own children's, and one's own.

Absent and forbidden are the same answer. The staff do not come this way.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection
from typing import TYPE_CHECKING

from commons.errors import NotFound
from federation.passplus.holding import HeldCard, cards_of
from federation.passplus.models import Card, Ticket
from tenants.accounts.capabilities import Capability
from tenants.activation.queries import pupil_of
from tenants.people.access import access_own_child
from tenants.people.queries import children_of

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


def access_cards(
    user: User, public_ids: Collection[uuid.UUID], *, on: datetime.date
) -> list[HeldCard]:
    """
    Those of some cards that may still serve and are the user's own, or of a child they answer for on a day.

    For the staff who read files, all of them.
    """
    cards = Card.objects.filter(public_id__in=public_ids).select_related("pupil")
    holders = {card.pupil for card in cards}
    if not user.can(Capability.READ_FILES):
        holders &= {*children_of(user, on=on), pupil_of(user)}
    held = cards_of([pupil.public_id for pupil in holders], on=on).values()
    return [card for cards in held for card in cards if card.row.public_id in public_ids]


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
