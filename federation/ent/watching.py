"""Ask each third party's service whether it works, so that its card says so before one opens it.

Two failures in a row make a breakdown, which is dated from the second; one answer ends it. Nothing of the
answer is read but its status, and no person is named.
"""

from __future__ import annotations

import datetime

import httpx

from commons import public_calls
from federation.catalogue import queries as catalogue
from federation.ent import queries
from federation.ent.models import EnabledService

FAILURES = 2
MOST_FAILURES = 1_000  # what the column may hold, with room


def watch_services(*, at: datetime.datetime) -> int:
    """Ask every service that says where; how many are down. No lock is held while one is asked."""
    enabled = list(queries.enabled_services())
    shared = catalogue.services_named([one.service_code for one in enabled])
    down = 0
    for one in enabled:
        known = shared.get(one.service_code)
        address = one.health_url or (known.health_url if known else "")
        if address:
            down += _note(one, works=_works(address), at=at)
    return down


def _works(address: str) -> bool:
    try:
        return public_calls.call("GET", address) < httpx.codes.BAD_REQUEST
    except (httpx.HTTPError, public_calls.NotCallable):
        return False


def _note(enabled: EnabledService, *, works: bool, at: datetime.datetime) -> bool:
    """Keep what was found; whether the service is down."""
    failures = 0 if works else min(enabled.failures + 1, MOST_FAILURES)
    down_since = (enabled.down_since or at) if failures >= FAILURES else None
    EnabledService.objects.filter(pk=enabled.pk).update(
        checked_at=at, failures=failures, down_since=down_since
    )
    return down_since is not None
