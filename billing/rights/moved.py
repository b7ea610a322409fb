"""A household comes from another département with what was proved there: an agent of here decides."""

from __future__ import annotations

import datetime

from django.db import transaction

from billing.rights import queries
from billing.rights.deciding import hand_to_agents
from billing.rights.models import RightsRequest
from billing.rights.requesting import CHANGEABLE, lock_request, refuse_unless, write_down
from commons.actors import Actor
from tenants.people.models import Guardian, Household

REASON = "MOVED_IN"


@transaction.atomic
def hand_over_moved(
    *, household: Household, guardian: Guardian, actor: Actor, at: datetime.datetime
) -> RightsRequest:
    """
    Put a household's request in the agents' queue, in the transaction of who took its proof over.

    The one under way is taken up; one that waits for an agent already stays as it is.

    :raises RequestUnderWay: if a source is being asked
    """
    standing = queries.open_request_of(household)
    request = standing or RightsRequest.objects.create(
        household=household, guardian=guardian, created_at=at
    )
    locked = lock_request(request)
    refuse_unless(locked, {*CHANGEABLE, RightsRequest.State.TO_INSPECT})
    if locked.state != RightsRequest.State.TO_INSPECT:
        locked.way = RightsRequest.Way.DOCUMENT
        hand_to_agents(locked, reason=REASON, at=at)
    write_down("moved_in", locked, actor=actor, at=at)
    return locked
