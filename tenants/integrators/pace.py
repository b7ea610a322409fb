"""How often a machine, and a place, may ask something of the token endpoints in a minute.

A place is counted whatever it says; a machine once it proved itself, so that nobody spends another's share
by claiming to be it. Counted in Redis, under names that carry the tenant. Where it does not answer, the
request is served and the log says so: a limit is no reason to close.
"""

from __future__ import annotations

import logging

from authlib.oauth2 import OAuth2Error
from redis.exceptions import RedisError

from commons.caching import add_to_counters

logger = logging.getLogger(__name__)
WINDOW_SECONDS = 60
# A token is worth ten minutes: a machine that keeps its own asks for six an hour.
OF_A_MACHINE = 60
OF_A_PLACE = 180  # a few machines behind one address


class TooOften(OAuth2Error):  # type: ignore[misc]  # Authlib is untyped
    """Too much was asked in a minute (RFC 6585, 4)."""

    error = "temporarily_unavailable"
    status_code = 429
    description = (
        f"Too many requests. Wait {WINDOW_SECONDS} seconds, and keep a token until it ends."
    )

    def get_headers(self) -> list[tuple[str, str]]:
        headers: list[tuple[str, str]] = super().get_headers()
        return [*headers, ("Retry-After", str(WINDOW_SECONDS))]


def count_place(place: str) -> None:
    """Count what comes from a place; it is kept as its digest.

    :raises TooOften: beyond what a place may ask
    """
    _count(f"place:{place}", most=OF_A_PLACE)


def count_machine(integrator_id: int) -> None:
    """Count what a machine that proved itself asks.

    :raises TooOften: beyond what a machine may ask
    """
    _count(f"machine:{integrator_id}", most=OF_A_MACHINE)


def _count(name: str, *, most: int) -> None:
    try:
        (asked,) = add_to_counters({f"oauth:{name}": 1}, seconds=WINDOW_SECONDS)
    except RedisError:
        logger.exception("token requests not counted")
        return
    if asked > most:
        raise TooOften
