"""The feed of the demo: the cast's families as they are, and others around them."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path

from commons.actors import Actor
from commons.school_calendar import SchoolYear
from socle.seeding import cast
from tenants.people.aaf.generator import Child, Family, Parent, write_feed
from tenants.people.aaf.generator.families import FATHER, MOTHER
from tenants.people.models import FeedImport
from tenants.people.operations import import_aaf

SEED = 2026
PUPILS = 88
COLLEGES = 4


def import_demo_feed(
    folder: Path, *, code: str, year: SchoolYear, actor: Actor, at: datetime.datetime
) -> FeedImport:
    """Write the feed of a département and import it."""
    write_feed(
        folder,
        pupils=PUPILS,
        seed=SEED,
        departement=code,
        school_year=year.start_year,
        day=at.date(),
        colleges=COLLEGES,
        fixed=families(code, year.start_year),
    )
    return import_aaf(paths=[folder], school_year=year.start_year, apply=True, actor=actor, at=at)


def families(code: str, year: int) -> list[Family]:
    """The families of the cast in a département."""
    return {"92": _families_of_92, "94": _families_of_94}[code](year)


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
