"""What the directory of families already knows of pupils: asked once of nobody (*dites-le-nous une fois*).

The feed of the academy proves the birth date, the school, the class, the sector, a bursary and that the
*aide sociale à l'enfance* answers for a child. An address that a guardian gave the school says where the
child lives, and does not prove it. What was granted before is read from our own cards.
"""

from __future__ import annotations

import collections
import datetime
from collections.abc import Collection, Mapping

from django.db.models import Q

from federation.passplus.engine.facts import ClassLevel, Fact, Facts, Sector
from federation.passplus.models import Card
from tenants.people import queries as people
from tenants.people.models import Guardianship, Pupil, Relation, Schooling

_CORSICA = {
    "620": "2A",
    "720": "2B",
}  # the départements of an UAI and of a postal code differ there
_PARENTS = (1, 2)  # `legal_role` of who holds parental authority


def facts_of(pupils: Collection[Pupil], *, on: datetime.date) -> dict[int, Facts]:
    """What is known of pupils on a day, by their row; three statements, however many they are."""
    rows = [pupil.pk for pupil in pupils]
    schoolings = people.schoolings_on(rows, on)
    homes, followed = _homes_and_followed(rows, on=on)
    awarded = _awarded(rows)
    return {
        pupil.pk: _facts(
            pupil,
            schoolings.get(pupil.pk),
            home=homes.get(pupil.pk),
            is_followed=pupil.pk in followed,
            awarded=awarded.get(pupil.pk, frozenset()),
        )
        for pupil in pupils
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


def _facts(
    pupil: Pupil,
    schooling: Schooling | None,
    *,
    home: str | None,
    is_followed: bool,
    awarded: frozenset[str],
) -> Facts:
    proved = {Fact.BIRTH_DATE, Fact.AWARDED}
    school, level, sector, bursary = None, None, None, None
    if schooling is not None:
        college, its_class = schooling.college, schooling.school_class
        school, sector = departement_of_uai(college.uai), Sector(college.sector)
        proved |= {Fact.SCHOOL, Fact.SECTOR}
        if its_class is not None and its_class.level in set(ClassLevel):
            level = ClassLevel(its_class.level)
            proved.add(Fact.CLASS_LEVEL)
        if schooling.is_boursier:  # "no" is not known before October: nobody is refused by it
            bursary = True
            proved.add(Fact.BURSARY)
    if is_followed:
        proved.add(Fact.CHILD_WELFARE)
    return Facts(
        birth_date=pupil.birth_date,
        home=home,
        school=school,
        class_level=level,
        sector=sector,
        child_welfare=True if is_followed else None,
        bursary=bursary,
        awarded=awarded,
        proved=frozenset(proved),
    )


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
    schemes: dict[int, set[str]] = collections.defaultdict(set)
    found = Card.objects.filter(pupil_id__in=pupil_ids)
    for pupil_id, scheme in found.values_list("pupil_id", "campaign__scheme"):
        schemes[pupil_id].add(scheme)
    return {pupil_id: frozenset(codes) for pupil_id, codes in schemes.items()}
