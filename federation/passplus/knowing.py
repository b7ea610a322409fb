"""What the directory of families already knows of pupils: asked once of nobody (*dites-le-nous une fois*).

The feed of the academy proves the birth date, the school, the class, the sector, a bursary and that the
*aide sociale à l'enfance* answers for a child. An address that a guardian gave the school says where the
child lives, and does not prove it. What was granted before is read from our own cards.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime
import functools
from collections.abc import Collection, Mapping

from django.db.models import Q

from federation.passplus.engine.facts import ClassLevel, Fact, Facts, Sector
from federation.passplus.models import Campaign, Card
from tenants.people import queries as people
from tenants.people.models import Guardianship, Pupil, Relation, Schooling

_CORSICA = {
    "620": "2A",
    "720": "2B",
}  # the départements of an UAI and of a postal code differ there
_PARENTS = (1, 2)  # `legal_role` of who holds parental authority


def facts_of(pupils: Collection[Pupil], *, on: datetime.date) -> dict[int, Facts]:
    """What is known of pupils on a day, by their row; some statements, however many they are."""
    return facts_of_rows({pupil.pk: pupil.birth_date for pupil in pupils}, on=on)


def facts_of_rows(
    birth_dates: Mapping[int, datetime.date | None], *, on: datetime.date
) -> dict[int, Facts]:
    """`facts_of`, for thousands of pupils of whom only the birth date was read."""
    rows = list(birth_dates)
    schoolings = _schoolings(rows, on=on)
    homes, followed = _homes_and_followed(rows, on=on)
    awarded = _awarded(rows)
    nowhere = _School(None, None, None, is_boursier=False)
    return {
        row: _facts(
            birth_date,
            schoolings.get(row, nowhere),
            home=homes.get(row),
            is_followed=row in followed,
            awarded=awarded.get(row, frozenset()),
        )
        for row, birth_date in birth_dates.items()
    }


def departement_of_postal_code(code: str) -> str | None:
    """The département of a postal code: `92`, `2A`, `971`; nothing for what is none."""
    if len(code) != 5 or not code.isdecimal():
        return None
    if code.startswith("20"):
        return "2A" if code < "20200" else "2B"
    return code[:3] if code.startswith(("97", "98")) else code[:2]


def departement_of_uai(uai: str) -> str:
    """The département of an UAI: its first three characters."""
    first = uai[:3]
    return _CORSICA.get(first, first.removeprefix("0"))


@dataclasses.dataclass(frozen=True, slots=True)
class _School:
    """Where a pupil is schooled, as the feed tells it: many share one."""

    departement: str | None
    sector: Sector | None
    level: ClassLevel | None
    is_boursier: bool


def _facts(
    birth_date: datetime.date | None,
    school: _School,
    *,
    home: str | None,
    is_followed: bool,
    awarded: frozenset[str],
) -> Facts:
    return Facts(
        birth_date=birth_date,
        home=home,
        school=school.departement,
        class_level=school.level,
        sector=school.sector,
        child_welfare=True if is_followed else None,
        # "No" is not known before October: nobody is refused by it.
        bursary=True if school.is_boursier else None,
        awarded=awarded,
        proved=_proved(school, is_followed),
    )


@functools.lru_cache(maxsize=1_000)
def _proved(school: _School, is_followed: bool) -> frozenset[Fact]:  # noqa: FBT001  a key of the cache
    proved = {Fact.BIRTH_DATE, Fact.AWARDED}
    if school.departement is not None:
        proved |= {Fact.SCHOOL, Fact.SECTOR}
    if school.level is not None:
        proved.add(Fact.CLASS_LEVEL)
    if school.is_boursier:
        proved.add(Fact.BURSARY)
    if is_followed:
        proved.add(Fact.CHILD_WELFARE)
    return frozenset(proved)


def _schoolings(pupil_ids: Collection[int], *, on: datetime.date) -> dict[int, _School]:
    """Where pupils are schooled on a day; the latest started, should there be two."""
    found = (
        Schooling.objects.filter(people.in_force(on), pupil_id__in=pupil_ids)
        .order_by("valid_from", "pk")
        .values_list(
            "pupil_id", "college__uai", "college__sector", "school_class__level", "is_boursier"
        )
    )
    return {row: _school(*told) for row, *told in found}


@functools.lru_cache(maxsize=1_000)
def _school(uai: str, sector: str, level: str | None, is_boursier: bool) -> _School:  # noqa: FBT001  a key of the cache
    known = ClassLevel(level) if level in set(ClassLevel) else None
    return _School(departement_of_uai(uai), Sector(sector), known, is_boursier)


def _homes_and_followed(
    pupil_ids: Collection[int], *, on: datetime.date
) -> tuple[Mapping[int, str], set[int]]:
    """Where children live, when all who hold parental authority live in one département; who is followed."""
    links = Guardianship.objects.filter(people.in_force(on), pupil_id__in=pupil_ids).filter(
        Q(legal_role__in=_PARENTS) | Q(relation=Relation.ASE)
    )
    places: dict[int, set[str | None]] = collections.defaultdict(set)
    followed = set()
    for pupil_id, relation, postal_code in links.values_list(
        "pupil_id", "relation", "guardian__postal_code"
    ):
        if relation == Relation.ASE:
            followed.add(pupil_id)
        else:
            places[pupil_id].add(departement_of_postal_code(postal_code))
    homes = {pupil_id: found for pupil_id, found in places.items() if len(found) == 1}
    return {pupil_id: home for pupil_id, (home,) in homes.items() if home is not None}, followed


def _awarded(pupil_ids: Collection[int]) -> Mapping[int, frozenset[str]]:
    found = Card.objects.filter(pupil_id__in=pupil_ids).values_list("pupil_id", "campaign_id")
    cards = list(found)
    schemes = dict(Campaign.objects.values_list("pk", "scheme"))
    codes: dict[int, set[str]] = collections.defaultdict(set)
    for pupil_id, campaign_id in cards:
        codes[pupil_id].add(schemes[campaign_id])
    return {pupil_id: frozenset(had) for pupil_id, had in codes.items()}
