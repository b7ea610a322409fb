"""Timetables for the matrix: a lesson of each family that changed, a file that waits, a secret address."""

from __future__ import annotations

import datetime
from typing import Any

from tenants.accounts.models import User
from tenants.schoollife.timetable.operations import make_feed_address
from tests.factories.canteen import Family
from tests.factories.tariffs import ACTOR
from tests.factories.timetables import calendar, event, prepare, take

_CLASS = "6e A"  # of `world`
_TEXT = calendar([event("3", "20241112T090000", "20241112T100000", of_class=_CLASS)]).decode()
PARAMETERS = {"timetable-import": "timetable", "timetable-feed-revoke": "timetable_feed"}
MUTATIONS = {
    "makeTimetableFeed": ("pupil", "childId: $id"),
    "revokeTimetableFeed": ("timetable_feed", "feedId: $id"),
}
ACTS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "prepare-timetable": (("college",), {"text": _TEXT}),
    "apply-timetable": (("timetable",), {}),
}
FORMS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "a calendar's address made": ("portal:timetable-feeds", "", {}),
    "a calendar's address taken back": ("portal:timetable-feed-revoke", "timetable_feed", {}),
}


def timetabled(
    family: Family, other: Family, users: dict[str, User], *, at: datetime.datetime
) -> dict[str, Any]:
    """Two families whose children are in a class; each has a lesson this afternoon, and it changed."""
    day = f"{at:%Y%m%d}"
    told = {"of_class": _CLASS, "teacher": "Mme Roy", "room": "12", "group": "1"}
    before = event("1", f"{day}T140000", f"{day}T150000", subject="Latin", **told)
    after = event(
        "1", f"{day}T150000", f"{day}T160000", subject="Maths", COMMENT="Échange",
        **told | {"teacher": "M. Bel", "room": "14"},
    )  # fmt: skip
    for one in (family, other):
        take(one.college, calendar([before]), at=at)
        take(one.college, calendar([after]), at=at)
    feed, _token = make_feed_address(user=users["family"], pupil=family.pupil, actor=ACTOR, at=at)
    waiting = prepare(family.college, calendar([after, before.replace("UID:1", "UID:2")]), at=at)
    return {"timetable": waiting, "timetable_feed": feed}
