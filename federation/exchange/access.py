"""Whose moves one may see: one's own; all of them, for who reads files. Absent and forbidden are alike."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from commons.errors import NotFound
from federation.correspondence.models import Agreement
from federation.exchange import queries
from federation.exchange.models import Arrival, Departure, ReceivedItem
from tenants.accounts.capabilities import Capability

if TYPE_CHECKING:
    from tenants.accounts.models import User


def access_agreement(user: User, public_id: uuid.UUID) -> Agreement:
    """
    An agreement, or a proposal, of this département, for who follows moves.

    :raises NotFound: if absent, or not theirs to see
    """
    found = queries.agreements().filter(public_id=public_id).first() if follows(user) else None
    if found is None:
        raise NotFound(agreement=str(public_id))
    return found


def access_arrival(user: User, public_id: uuid.UUID) -> Arrival:
    """
    An arrival, for who follows moves.

    :raises NotFound: if absent, or not theirs to see
    """
    found = queries.arrivals().filter(public_id=public_id).first() if follows(user) else None
    if found is None:
        raise NotFound(arrival=str(public_id))
    return found


def access_own_arrival(user: User, public_id: uuid.UUID) -> Arrival:
    """
    An arrival that the user opened, whatever else they are.

    :raises NotFound: if absent, or somebody else's
    """
    found = queries.arrivals().filter(public_id=public_id, guardian__user=user).first()
    if found is None:
        raise NotFound(arrival=str(public_id))
    return found


def access_own_departure(user: User, public_id: uuid.UUID) -> Departure:
    """
    A departure that the user opened, whatever else they are.

    :raises NotFound: if absent, or somebody else's
    """
    found = queries.departures().filter(public_id=public_id, guardian__user=user).first()
    if found is None:
        raise NotFound(departure=str(public_id))
    return found


def access_departure(user: User, public_id: uuid.UUID) -> Departure:
    """
    A departure, for who follows moves.

    :raises NotFound: if absent, or not theirs to see
    """
    found = queries.departures().filter(public_id=public_id).first() if follows(user) else None
    if found is None:
        raise NotFound(departure=str(public_id))
    return found


def access_received_item(user: User, public_id: uuid.UUID) -> ReceivedItem:
    """
    What came of an arrival, for who follows moves.

    :raises NotFound: if absent, or not theirs to see
    """
    rows = ReceivedItem.objects.select_related("arrival")
    found = rows.filter(public_id=public_id).first() if follows(user) else None
    if found is None:
        raise NotFound(item=str(public_id))
    return found


def follows(user: User) -> bool:
    """Whether moves of families are this user's work."""
    return user.can(Capability.READ_FILES)
