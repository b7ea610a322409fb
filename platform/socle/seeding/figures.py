"""The demo's shared figures: some indicators of the months that are over, published as an agent would."""

from __future__ import annotations

import datetime

from commons.actors import Actor
from commons.errors import DomainError
from federation.metrics import catalogue
from federation.publication import operations

ACTOR = Actor.command("socle seed")
# Enough for each theme to have a page, and few enough to start at once.
INDICATORS = (
    "absences",  # left to be decided: see below
    "adoption",
    "visits-per-visitor",
    "canteen-take-up",
    "canteen-average-price",
    "announcements-read",
    "pass-plus-take-up",
)
MONTHS = 3
PUBLISHED_ON = 12


def publish_some(*, first: datetime.date, today: datetime.date) -> int:
    """Publish the last months that are over, since `first`; leave one figure of the latest to be decided."""
    done = 0
    months = _months(first, today)
    for month in months:
        at = _moment(month, today)
        known = {one.code for one in catalogue.indicators()}
        for rank, code in enumerate(code for code in INDICATORS if code in known):
            try:
                made = operations.prepare(indicator=code, start=month, actor=ACTOR, at=at)
            except (
                DomainError
            ):  # a département without Pass+, a month without meals: nothing to tell
                continue
            if month == months[-1] and rank == 0:  # one is left to be decided
                continue
            operations.publish(public_id=made.public_id, actor=ACTOR, at=at)
            done += 1
    return done


def _months(first: datetime.date, today: datetime.date) -> list[datetime.date]:
    """The last months that are over, the oldest first."""
    found: list[datetime.date] = []
    month = today.replace(day=1)
    while len(found) < MONTHS:
        month = (month - datetime.timedelta(days=1)).replace(day=1)
        if month < first.replace(day=1):
            break
        found.insert(0, month)
    return found


def _moment(month: datetime.date, today: datetime.date) -> datetime.datetime:
    """The twelfth of the month that follows, or today if it is later."""
    following = (month + datetime.timedelta(days=32)).replace(day=PUBLISHED_ON)
    return datetime.datetime.combine(min(following, today), datetime.time(8), tzinfo=datetime.UTC)
