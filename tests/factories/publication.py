"""A month of visits to publish: two collèges of Nanterre, one of Sceaux, of which a profile is too small."""

from __future__ import annotations

import datetime

from federation.publication import operations
from federation.publication.models import Publication
from federation.usage.models import Audience
from tests.factories.canteen import make_college
from tests.factories.tariffs import ACTOR

OCTOBER = datetime.date(2024, 10, 1)
PREPARED_AT = datetime.datetime(2024, 11, 5, 9, tzinfo=datetime.UTC)
PUBLISHED_AT = datetime.datetime(2024, 11, 12, 9, tzinfo=datetime.UTC)
COLLEGES = {"0920001A": "Nanterre", "0920002B": "Nanterre", "0920003C": "Sceaux"}
# visits of a collège and a profile, and the different visitors who made them
VISITS = {
    ("0920001A", "ELEVE"): (400, 100),
    ("0920001A", "PARENT"): (90, 40),
    ("0920002B", "ELEVE"): (300, 80),
    ("0920002B", "PARENT"): (7_531_864, 3),  # too few, and a number that stands nowhere else
    ("0920003C", "ELEVE"): (250, 70),
    ("0920003C", "PARENT"): (60, 25),
}


def make_colleges() -> None:
    for uai, city in COLLEGES.items():
        make_college(uai=uai, city=city)


def count(month: datetime.date = OCTOBER, *, uai: str = "", profile: str = "", **more: int) -> None:
    """What is counted of a month; one cell of it may differ from `VISITS`."""
    for (college, whose), (visits, visitors) in VISITS.items():
        is_other = (college, whose) == (uai, profile)
        Audience.objects.create(
            window="MONTH",
            starts_on=month,
            college_uai=college,
            profile=whose,
            visits=more.get("visits", visits) if is_other else visits,
            visitors=more.get("visitors", visitors) if is_other else visitors,
        )


def correct(uai: str, profile: str, *, visits: int) -> None:
    """A late arrival: visits that were not counted when the month was prepared."""
    Audience.objects.filter(college_uai=uai, profile=profile).update(visits=visits)


def prepare(indicator: str = "visits", start: datetime.date = OCTOBER, **more) -> Publication:
    said = {"actor": ACTOR, "at": PREPARED_AT} | more
    return operations.prepare(indicator=indicator, start=start, **said)


def publish(publication: Publication, **more):
    said = {"actor": ACTOR, "at": PUBLISHED_AT} | more
    return operations.publish(public_id=publication.public_id, **said)
