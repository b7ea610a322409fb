"""The feed of the demo: the cast's families as they are, and others around them."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path

from commons.actors import Actor
from commons.school_calendar import SchoolYear
from socle.seeding import cast
from tenants.people.aaf.generator import (
    Changes,
    Child,
    Family,
    Parent,
    Population,
    write_delta,
    write_feed,
)
from tenants.people.aaf.generator.families import FATHER, MOTHER
from tenants.people.models import FeedImport
from tenants.people.operations import import_aaf

SEED = 2026
PUPILS = {True: 88, False: 30}  # about sixty families, about twenty
COLLEGES = {True: 4, False: 2}
# Few: an import stops when more than one in twenty of those who are known leave.
CHANGES = Changes(arriving=2, leaving=1, changing_class=2, moving=2, gaining_guardian=1)


def population(*, code: str, year: SchoolYear, is_whole: bool) -> Population:
    """Who is in the feeds of a département: the cast's families first."""
    return Population(
        pupils=PUPILS[is_whole],
        seed=SEED,
        departement=code,
        school_year=year.start_year,
        colleges=COLLEGES[is_whole],
        fixed=families(code, year.start_year),
    )


def import_complete(
    folder: Path, people: Population, *, actor: Actor, at: datetime.datetime
) -> FeedImport:
    """Write the complete feed of a day and import it."""
    write_feed(folder, people, day=at.date())
    return _import(folder, people, actor=actor, at=at)


def import_delta(
    folder: Path, people: Population, *, actor: Actor, at: datetime.datetime
) -> FeedImport:
    """Write what a day changes after the complete feed, and import it."""
    write_delta(folder, people, day=at.date(), changes=CHANGES)
    return _import(folder, people, actor=actor, at=at)


def _import(folder: Path, people: Population, *, actor: Actor, at: datetime.datetime) -> FeedImport:
    return import_aaf(
        paths=[folder], school_year=people.school_year, apply=True, actor=actor, at=at
    )


def families(code: str, year: int) -> list[Family]:
    """The families of the cast in a département."""
    return FAMILIES[code](year)


def _parent(
    first_name: str, last_name: str, relation: str, home: tuple[str, str, str], *, pays: bool
) -> Parent:
    """A parent; the members of the cast have the address they sign in with."""
    known = [
        member.email
        for member in cast.FAMILIES
        if (member.first_name, member.last_name) == (first_name, last_name)
    ]
    street, postal_code, city = home
    return Parent(
        first_name=first_name,
        last_name=last_name,
        relation=relation,
        email=known[0] if known else "",
        phone="0612345678",
        street=street,
        postal_code=postal_code,
        city=city,
        is_financial=pays,
        title="Mme" if relation == MOTHER else "M.",
    )


def _child(first_name: str, last_name: str, born: tuple[int, int, int], college: int) -> Child:
    """A half-boarder of the collège of that rank; the level comes with the family's year."""
    return Child(
        first_name=first_name,
        last_name=last_name,
        birth_date=datetime.date(*born),
        college=college,
        level=0,
    )


def _family(parents: list[Parent], children: list[Child], year: int) -> Family:
    """The family in a school year: each child is at the level of their age."""
    return Family(
        tuple(parents),
        tuple(
            dataclasses.replace(child, level=min(3, max(0, year - 11 - child.birth_date.year)))
            for child in children
        ),
    )


def _families_of_92(year: int) -> list[Family]:
    nanterre = ("14 rue des Lilas", "92000", "Nanterre")
    colombes = ("3 bis avenue Jean Jaurès", "92700", "Colombes")
    antony = ("27 rue Pasteur", "92160", "Antony")
    long_home = ("118 boulevard du Général de Gaulle, bâtiment C", "92600", "Asnières-sur-Seine")
    long_name = "De La Rochefoucauld-Montmorency"
    return [
        _family(
            [_parent("Aminata", "Diallo", MOTHER, nanterre, pays=True)],
            [
                _child("Mariam", "Diallo", (year - 14, 3, 12), 0),
                _child("Ibrahima", "Diallo", (year - 11, 9, 30), 1),
            ],
            year,
        ),
        _family(
            [
                _parent("Julie", "Moreau", MOTHER, colombes, pays=True),
                _parent("Thomas", "Moreau", FATHER, antony, pays=True),
            ],
            [_child("Chloé", "Moreau", (year - 12, 6, 2), 1)],
            year,
        ),
        _family(
            [
                _parent("Marie-Antoinette", long_name, MOTHER, long_home, pays=True),
                _parent("Charles-Édouard", long_name, FATHER, long_home, pays=False),
            ],
            [
                _child("Anne-Sophie-Éléonore", long_name, (year - 14, 1, 20), 2),
                _child("Jean-Baptiste", long_name, (year - 13, 4, 8), 2),
                _child("Marie-Charlotte", long_name, (year - 12, 11, 15), 2),
                _child("Pierre-Emmanuel", long_name, (year - 11, 12, 1), 3),
                _child("Louis-Alexandre", long_name, (year - 11, 12, 1), 3),
            ],
            year,
        ),
        _family_of_elise(year, _child("Noé", "Lambert", (year - 13, 1, 27), 2)),
    ]


def _family_of_elise(year: int, child: Child) -> Family:
    """Her two children are schooled in two départements: each feed knows one of them, and her."""
    saint_cloud = ("5 rue du Calvaire", "92210", "Saint-Cloud")
    return _family([_parent("Élise", "Lambert", MOTHER, saint_cloud, pays=True)], [child], year)


def _families_of_77(year: int) -> list[Family]:
    meaux = ("19 rue des Cordeliers", "77100", "Meaux")
    return [
        _family(
            [_parent("Sandrine", "Morvan", MOTHER, meaux, pays=True)],
            [
                _child("Gabin", "Morvan", (year - 13, 10, 4), 0),
                _child("Louna", "Morvan", (year - 11, 3, 21), 0),
            ],
            year,
        ),
    ]


def _families_of_78(year: int) -> list[Family]:
    return [_family_of_elise(year, _child("Zoé", "Lambert", (year - 11, 4, 19), 0))]


def _families_of_91(year: int) -> list[Family]:
    massy = ("44 avenue Kennedy", "91300", "Massy")
    return [
        _family(
            [_parent("Karine", "Da Costa", MOTHER, massy, pays=True)],
            [_child("Tiago", "Da Costa", (year - 12, 8, 11), 0)],
            year,
        ),
    ]


def _families_of_93(year: int) -> list[Family]:
    saint_denis = ("12 rue Gabriel Péri", "93200", "Saint-Denis")
    return [
        _family(
            [_parent("Yasmine", "Belhadj", MOTHER, saint_denis, pays=True)],
            [
                _child("Ilyes", "Belhadj", (year - 14, 5, 6), 0),
                _child("Sofia", "Belhadj", (year - 12, 9, 14), 1),
                _child("Adam", "Belhadj", (year - 11, 12, 28), 1),
            ],
            year,
        ),
    ]


def _families_of_95(year: int) -> list[Family]:
    cergy = ("3 place des Colonnes", "95000", "Cergy")
    return [
        _family(
            [_parent("Stéphane", "Guillou", FATHER, cergy, pays=True)],
            [_child("Maëlys", "Guillou", (year - 13, 2, 2), 0)],
            year,
        ),
    ]


def _families_of_94(year: int) -> list[Family]:
    creteil = ("8 allée des Tilleuls", "94000", "Créteil")
    vitry = ("52 rue Anatole France", "94400", "Vitry-sur-Seine")
    return [
        _family(
            [_parent("Lan", "Nguyen", MOTHER, creteil, pays=True)],
            [_child("Minh", "Nguyen", (year - 12, 2, 17), 0)],
            year,
        ),
        _family(
            [
                _parent("Marc", "Petit", FATHER, vitry, pays=True),
                _parent("Sophie", "Petit", MOTHER, vitry, pays=False),
            ],
            [
                _child("Léo", "Petit", (year - 13, 7, 23), 1),
                _child("Alice", "Petit", (year - 11, 5, 9), 1),
            ],
            year,
        ),
    ]


FAMILIES = {
    "77": _families_of_77,
    "78": _families_of_78,
    "91": _families_of_91,
    "92": _families_of_92,
    "93": _families_of_93,
    "94": _families_of_94,
    "95": _families_of_95,
}
