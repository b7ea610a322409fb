"""What the API does in a minute for one caller, and for a whole département.

Each document's cost is known before it runs (`api.limits`); what a caller's documents cost in a minute is
added up, and over their budget nothing runs until the minute ends: 429, with the seconds to wait. A person
has their own budget wherever they call from; without a session it is that of the place (a school's network
is one). The département's protects its neighbours, who share the machine. A document that is refused costs
too: reading it is work.

Counted in Redis, under names that carry the tenant. Where it does not answer, the request is served
and the log says so: a limit is no reason to close.
"""

from __future__ import annotations

import logging

from django.conf import settings
from redis.exceptions import RedisError

from api.context import Context
from api.refusals import Refused
from commons.caching import add_to_counters
from tenants.accounts.capabilities import Capability
from ui.throttle import digest_of
from ui.visitors import place_of

logger = logging.getLogger(__name__)
WINDOW_SECONDS = 60
# Costs in a minute. A family's page is about 1,000.
OF_A_PLACE = 100_000
OF_A_PERSON = 200_000
OF_AN_AGENT = 1_000_000
OF_ALL = 50_000_000
OF_A_REFUSAL = 200


def spend(context: Context, cost: int) -> None:
    """Count what a document costs.

    :raises Refused: if the caller, or the département, has spent this minute's budget
    """
    user = context.user
    name = f"person:{user.pk}" if user else f"place:{digest_of(place_of(context.request))}"
    try:
        spent, spent_by_all = add_to_counters(
            {f"api:{name}": cost, "api:all": cost}, seconds=WINDOW_SECONDS
        )
    except RedisError:
        logger.exception("api budget not counted", extra={"reference": context.reference})
        return
    times = settings.API_BUDGETS
    if spent_by_all > OF_ALL * times or _is_over(context, spent / times):
        raise Refused("BUDGET_SPENT", seconds=WINDOW_SECONDS)


def spend_on_refusal(context: Context) -> None:
    """Count a document that was read, and refused."""
    try:
        spend(context, OF_A_REFUSAL)
    except Refused:
        return  # the refusal is told; the next document meets the budget


def _is_over(context: Context, spent: float) -> bool:
    """Whether it is more than the caller's; roles are read only of who spends more than a family may."""
    if context.user is None:
        return spent > OF_A_PLACE
    if spent <= OF_A_PERSON:
        return False
    return spent > OF_AN_AGENT or not context.user.can(Capability.USE_CONSOLE)
