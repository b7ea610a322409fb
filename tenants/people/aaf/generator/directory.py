"""What the academy's directory makes of families: identifiers, collèges, classes, attributes.

Identifiers come in the order of families: the same families, in the same order, have the same ones.
So a delta walks the families of the complete feed again, and knows whom it names.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from tenants.people.aaf.generator import names
from tenants.people.aaf.generator.families import LEVELS, Child, Family, Parent
from tenants.people.aaf.generator.files import COLLEGES, GUARDIANS, PUPILS, Attribute
from tenants.people.aaf.uai import departement_digits, make_uai

CLASS_SIZE = 27
_FIRST_IDS = {COLLEGES: 70_000, GUARDIANS: 3_000_000, PUPILS: 6_000_000}
_MEF = ("10010012110", "10110001110", "10210001110", "10310019110")
_INE_LETTERS = "ABCDEFGHJK"


@dataclasses.dataclass(frozen=True, slots=True)
class Pupil:
    """A child in the directory. `class_rank` is 1 for `6E1`."""

    record_id: str
    child: Child
    school_id: str
    class_rank: int


@dataclasses.dataclass(frozen=True, slots=True)
class Entered:
    """A family in the directory: its guardians by identifier, and its pupils."""

    guardians: Mapping[str, Parent]
    pupils: tuple[Pupil, ...]


class Directory:
    """Enters families one after the other, and remembers what the next ones need to know."""

    def __init__(self, *, departement: str, colleges: int) -> None:
        self._departement = departement
        self._latest = dict(_FIRST_IDS)
        self._in_class: dict[tuple[int, int], int] = {}
        self._school_ids = tuple(self.take_id(COLLEGES) for _ in range(colleges))

    def take_id(self, category: str) -> str:
        """The next identifier of a category."""
        self._latest[category] += 1
        return str(self._latest[category])

    def colleges(self) -> Iterator[tuple[str, list[Attribute]]]:
        """The collèges: identifier, and attributes."""
        towns = names.TOWNS.get(self._departement, names.OTHER_TOWNS)
        for rank, record_id in enumerate(self._school_ids):
            town, postal_code = towns[rank % len(towns)]
            name = names.COLLEGES[rank % len(names.COLLEGES)]
            again = rank // len(names.COLLEGES)
            code = make_uai(f"{departement_digits(self._departement)}{1000 + rank:04d}")
            yield (
                record_id,
                [
                    ("ENTStructureJointure", record_id),
                    ("ENTStructureUAI", code),
                    ("ENTEtablissementUAI", code),
                    ("ENTStructureNomCourant", f"Collège {name}{f' {again + 1}' if again else ''}"),
                    ("ENTStructureTypeStruct", "COLLEGE"),
                    ("ENTEtablissementContrat", "PR" if rank % 9 == 8 else "PU"),
                    ("street", f"{3 + 7 * rank % 90} {names.STREETS[rank % len(names.STREETS)]}"),
                    ("postalCode", postal_code),
                    ("l", town),
                    ("telephoneNumber", f"01{47_000_000 + 137 * rank:08d}"),
                ],
            )

    def enter(self, family: Family) -> Entered:
        """Give a family its identifiers, and its children their classes."""
        guardians = {self.take_id(GUARDIANS): parent for parent in family.parents}
        pupils = tuple(
            Pupil(
                record_id=self.take_id(PUPILS),
                child=child,
                school_id=self._school_ids[child.college % len(self._school_ids)],
                class_rank=self._place_in_class(child),
            )
            for child in family.children
        )
        return Entered(guardians, pupils)

    def _place_in_class(self, child: Child) -> int:
        if not child.has_class:
            return 0
        key = (child.college, child.level)
        place = self._in_class.get(key, 0)
        self._in_class[key] = place + 1
        return place // CLASS_SIZE + 1

    def pupil_attributes(self, pupil: Pupil, guardians: Mapping[str, Parent]) -> list[Attribute]:
        """All that the feed says of a pupil."""
        child, record_id = pupil.child, pupil.record_id
        return [
            ("ENTPersonJointure", record_id),
            ("ENTEleveINE", self._ine(int(record_id)) if child.has_ine else ""),
            ("ENTPersonDateNaissance", f"{child.birth_date:%d/%m/%Y}"),
            ("ENTPersonNomPatro", child.last_name),
            ("sn", child.last_name),
            ("givenName", child.first_name),
            ("ENTPersonAutresPrenoms", child.other_first_names),
            ("personalTitle", child.title),
            ("ENTElevePersRelEleve", links_of(guardians)),
            ("ENTEleveBoursier", "O" if child.is_boursier else "N"),
            ("ENTEleveRegime", child.regime),
            ("ENTEleveTransport", "N"),
            ("ENTEleveStatutEleve", "SCOLAIRE"),
            ("ENTEleveMEF", _MEF[child.level]),
            ("ENTEleveNivFormation", LEVELS[child.level]),
            ("ENTPersonStructRattach", pupil.school_id),
            ("ENTEleveClasses", class_of(pupil)),
        ]

    def _ine(self, number: int) -> str:
        """`092000123AB`: digits that say the département and the pupil, two letters."""
        low = number % 1_000_000
        letters = _INE_LETTERS[low % 10] + _INE_LETTERS[low // 10 % 10]
        return f"{self._departement:0>3}{low:06d}{letters}"


def guardian_attributes(record_id: str, parent: Parent) -> list[Attribute]:
    """All that the feed says of a guardian."""
    return [
        ("ENTPersonJointure", record_id),
        ("ENTPersonDateNaissance", ""),
        ("ENTPersonNomPatro", parent.last_name),
        ("sn", parent.last_name),
        ("givenName", parent.first_name),
        ("personalTitle", parent.title),
        ("homePhone", "0000000000"),
        ("mobile", parent.phone),
        ("mail", parent.email),
        *address_attributes(parent),
        ("ENTPersonPays", "FRANCE"),
    ]


def address_attributes(parent: Parent) -> list[Attribute]:
    """Where a guardian lives."""
    return [
        ("ENTPersonAdresse", parent.street),
        ("ENTPersonCodePostal", parent.postal_code),
        ("ENTPersonVille", parent.city),
    ]


def links_of(guardians: Mapping[str, Parent]) -> list[str]:
    """`guardian$relation$financial$legal$contact$payment`, for each."""
    return [
        f"{key}${parent.relation}${int(parent.is_financial)}${parent.legal}"
        f"${int(parent.legal > 0)}${int(parent.is_financial)}"
        for key, parent in guardians.items()
    ]


def class_of(pupil: Pupil) -> str:
    """`school$class`, or nothing for one the collège has not placed."""
    if not pupil.class_rank:
        return ""
    return f"{pupil.school_id}${6 - pupil.child.level}E{pupil.class_rank}"
