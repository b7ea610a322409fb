"""What the API does in a minute for one caller, and for a whole département.

Each document's cost is known before it runs (`api.limits`); what a caller's documents cost in a minute is
added up, and over their budget nothing runs until the minute ends: 429, with the seconds to wait. A person
has their own budget wherever they call from; without a session it is that of the place (a school's network
is one). The département's protects its neighbours, who share the machine. A document that is refused costs
too: reading it is work.

A machine has its own budget, and for its exports a larger one, which neither the portal's callers nor the
département's whole are counted with: a night's export never makes a family wait.

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
# Costs in a minute. A family's page is less than 10,000.
OF_A_PLACE = 500_000
OF_A_PERSON = 1_000_000
OF_AN_AGENT = 5_000_000
OF_ALL = 250_000_000
OF_A_MACHINE = 2_500_000
OF_AN_EXPORT = 6_000_000
OF_ALL_EXPORTS = 12_000_000
OF_A_REFUSAL = 1_000


def spend(context: Context, cost: int, *, is_export: bool = False) -> None:
    """Count what a document costs.

    :raises Refused: if the caller, or the département, has spent this minute's budget
    """
    whole = "exports" if is_export else "all"
    try:
        spent, spent_by_all = add_to_counters(
            {f"api:{_name(context, is_export=is_export)}": cost, f"api:{whole}": cost},
            seconds=WINDOW_SECONDS,
        )
    except RedisError:
        logger.exception("api budget not counted", extra={"reference": context.reference})
        return
    times = settings.API_BUDGETS
    most = OF_ALL_EXPORTS if is_export else OF_ALL
    if spent_by_all > most * times or _is_over(context, spent / times, is_export=is_export):
        raise Refused("BUDGET_SPENT", seconds=WINDOW_SECONDS)


def spend_on_refusal(context: Context) -> None:
    """Count a document that was read, and refused."""
    try:
        spend(context, OF_A_REFUSAL)
    except Refused:
        return  # the refusal is told; the next document meets the budget


def _name(context: Context, *, is_export: bool) -> str:
    """Who is counted: a token that is worth nothing is its place's."""
    if context.has_token and (machine := context.known_machine):
        return f"{'export' if is_export else 'machine'}:{machine.integrator_id}"
    user = context.user
    return f"person:{user.pk}" if user else f"place:{digest_of(place_of(context.request))}"


def _is_over(context: Context, spent: float, *, is_export: bool) -> bool:
    """Whether it is more than the caller's; roles are read only of who spends more than a family may."""
    if context.known_machine:
        return spent > (OF_AN_EXPORT if is_export else OF_A_MACHINE)
    if context.user is None:
        return spent > OF_A_PLACE
    if spent <= OF_A_PERSON:
        return False
    return spent > OF_AN_AGENT or not context.user.can(Capability.USE_CONSOLE)
