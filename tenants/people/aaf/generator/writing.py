"""Writing a complete feed, family by family, in flat memory and always the same for a seed."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TextIO
from xml.sax.saxutils import escape

from tenants.people.aaf.generator import names
from tenants.people.aaf.generator.families import (
    LEVELS,
    Child,
    Drawing,
    Family,
    Parent,
    Traits,
    children_of,
)
from tenants.people.aaf.uai import departement_digits, make_uai

ENT = "ENTSOCLE"
ENTRIES_PER_FILE = 20_000
PUPILS_PER_COLLEGE = 540
CLASS_SIZE = 27
_FIRST_IDS = {"EtabEducNat": 70_000, "PersRelEleve": 3_000_000, "Eleve": 6_000_000}
_MEF = ("10010012110", "10110001110", "10210001110", "10310019110")
_INE_LETTERS = "ABCDEFGHJK"
_DEPARTEMENT = re.compile(r"0[1-9]|[13-8]\d|2[1-9AB]|9[0-5]|97[1-46]", re.ASCII)
Attribute = tuple[str, str | Sequence[str]]


class NoSuchDepartement(ValueError):
    """The code is no département's."""


@dataclasses.dataclass(frozen=True, slots=True)
class FeedSummary:
    """What was written."""

    folder: Path
    files: tuple[str, ...]
    colleges: int
    pupils: int
    guardians: int
    links: int


class _Category:
    """The files of one category, opened one after the other."""

    def __init__(self, folder: Path, *, category: str, day: datetime.date, is_person: bool) -> None:
        self._folder = folder
        self._category = category
        self._day = day
        self._kind = "categoriePersonne" if is_person else "categorieStructure"
        self._file: TextIO | None = None
        self._next_id = _FIRST_IDS[category]
        self.names: list[str] = []
        self.count = 0

    def take_id(self) -> str:
        self._next_id += 1
        return str(self._next_id)

    def write(self, record_id: str, attributes: Iterable[Attribute]) -> None:
        if self.count % ENTRIES_PER_FILE == 0:
            self._open()
        self.count += 1
        lines = [
            (
                "<addRequest>\n<operationalAttributes>"
                f'<attr name="{self._kind}"><value>{self._category}</value></attr>'
                f"</operationalAttributes>\n<identifier><id>{record_id}</id></identifier>\n<attributes>"
            )
        ]
        for name, value in attributes:
            values = [value] if isinstance(value, str) else value
            inside = "".join(f"<value>{escape(text)}</value>" for text in values) or "<value/>"
            lines.append(f'<attr name="{name}">{inside}</attr>')
        lines.append("</attributes>\n</addRequest>\n")
        assert self._file is not None
        self._file.write("\n".join(lines))

    def _open(self) -> None:
        self.close()
        number = len(self.names)
        name = f"FULL_{ENT}_Complet_{self._day:%Y%m%d}_{self._category}_{number:04d}.xml"
        self.names.append(name)
        self._file = (self._folder / name).open("w", encoding="utf-8", newline="\n")
        self._file.write(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<!DOCTYPE ficAlimMENESR SYSTEM "ficAlimMENESR.dtd">\n<ficAlimMENESR>\n'
        )

    def close(self) -> None:
        if self._file is not None:
            self._file.write("</ficAlimMENESR>\n")
            self._file.close()
            self._file = None


class _Writer:
    """Writes families, and remembers what the next ones need to know."""

    def __init__(
        self, folder: Path, *, departement: str, school_year: int, day: datetime.date
    ) -> None:
        self.schools = _Category(folder, category="EtabEducNat", day=day, is_person=False)
        self.guardians = _Category(folder, category="PersRelEleve", day=day, is_person=True)
        self.pupils = _Category(folder, category="Eleve", day=day, is_person=True)
        self._departement = departement
        self._year = school_year
        self._school_ids: list[str] = []
        self._in_class: dict[tuple[int, int], int] = {}
        self.links = 0

    def colleges(self, count: int) -> None:
        towns = names.TOWNS.get(self._departement, names.OTHER_TOWNS)
        for rank in range(count):
            record_id = self.schools.take_id()
            self._school_ids.append(record_id)
            town, postal_code = towns[rank % len(towns)]
            name = names.COLLEGES[rank % len(names.COLLEGES)]
            again = rank // len(names.COLLEGES)
            code = make_uai(f"{departement_digits(self._departement)}{1000 + rank:04d}")
            self.schools.write(
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

    def family(self, family: Family) -> None:
        ids = [self._guardian(parent) for parent in family.parents]
        for child in family.children:
            self._pupil(child, dict(zip(ids, family.parents, strict=True)))

    def _guardian(self, parent: Parent) -> str:
        record_id = self.guardians.take_id()
        self.guardians.write(
            record_id,
            [
                ("ENTPersonJointure", record_id),
                ("ENTPersonDateNaissance", ""),
                ("ENTPersonNomPatro", parent.last_name),
                ("sn", parent.last_name),
                ("givenName", parent.first_name),
                ("personalTitle", parent.title),
                ("homePhone", "0000000000"),
                ("mobile", parent.phone),
                ("mail", parent.email),
                ("ENTPersonAdresse", parent.street),
                ("ENTPersonCodePostal", parent.postal_code),
                ("ENTPersonVille", parent.city),
                ("ENTPersonPays", "FRANCE"),
            ],
        )
        return record_id

    def _pupil(self, child: Child, parents: Mapping[str, Parent]) -> None:
        record_id = self.pupils.take_id()
        number = int(record_id)
        school = self._school_ids[child.college % len(self._school_ids)]
        links = [
            f"{key}${parent.relation}${int(parent.is_financial)}${parent.legal}"
            f"${int(parent.legal > 0)}${int(parent.is_financial)}"
            for key, parent in parents.items()
        ]
        self.links += len(links)
        self.pupils.write(
            record_id,
            [
                ("ENTPersonJointure", record_id),
                ("ENTEleveINE", self._ine(number) if child.has_ine else ""),
                ("ENTPersonDateNaissance", f"{child.birth_date:%d/%m/%Y}"),
                ("ENTPersonNomPatro", child.last_name),
                ("sn", child.last_name),
                ("givenName", child.first_name),
                ("ENTPersonAutresPrenoms", child.other_first_names),
                ("personalTitle", child.title),
                ("ENTElevePersRelEleve", links),
                ("ENTEleveBoursier", "O" if child.is_boursier else "N"),
                ("ENTEleveRegime", child.regime),
                ("ENTEleveTransport", "N"),
                ("ENTEleveStatutEleve", "SCOLAIRE"),
                ("ENTEleveMEF", _MEF[child.level]),
                ("ENTEleveNivFormation", LEVELS[child.level]),
                ("ENTPersonStructRattach", school),
                ("ENTEleveClasses", f"{school}${self._class(child)}" if child.has_class else ""),
            ],
        )

    def _ine(self, number: int) -> str:
        """`092000123AB`: digits that say the département and the pupil, two letters."""
        low = number % 1_000_000
        letters = _INE_LETTERS[low % 10] + _INE_LETTERS[low // 10 % 10]
        return f"{self._departement:0>3}{low:06d}{letters}"

    def _class(self, child: Child) -> str:
        key = (child.college, child.level)
        rank = self._in_class.get(key, 0)
        self._in_class[key] = rank + 1
        return f"{6 - child.level}E{rank // CLASS_SIZE + 1}"

    def close(self) -> None:
        for category in (self.schools, self.guardians, self.pupils):
            category.close()


def write_feed(  # noqa: PLR0913  what the command offers
    folder: Path,
    *,
    pupils: int,
    seed: int,
    departement: str,
    school_year: int,
    day: datetime.date | None = None,
    colleges: int | None = None,
    fixed: Sequence[Family] = (),
    traits: Traits | None = None,
) -> FeedSummary:
    """
    Write a complete feed of exactly `pupils` pupils, `fixed` families first.

    Feeds that were written in the folder before are removed.

    :raises NoSuchDepartement: if the code is no département's
    :raises ValueError: if the fixed families alone have more children than that
    """
    if not _DEPARTEMENT.fullmatch(departement):
        raise NoSuchDepartement(departement)
    if children_of(fixed) > pupils:
        raise ValueError("the fixed families have more children than the feed has pupils")
    folder.mkdir(parents=True, exist_ok=True)
    for category in _FIRST_IDS:
        for earlier in folder.glob(f"FULL_{ENT}_Complet_*_{category}_*.xml"):
            earlier.unlink()
    count = colleges or max(1, round(pupils / PUPILS_PER_COLLEGE))
    writer = _Writer(
        folder,
        departement=departement,
        school_year=school_year,
        day=day or datetime.date(school_year, 8, 24),
    )
    try:
        writer.colleges(count)
        for family in fixed:
            writer.family(family)
        drawing = Drawing(
            f"{seed}-{departement}-{school_year}",
            departement=departement,
            school_year=school_year,
            colleges=count,
            traits=traits or Traits(),
        )
        for family in drawing.families(pupils - children_of(fixed)):
            writer.family(family)
    finally:
        writer.close()
    return FeedSummary(
        folder=folder,
        files=(*writer.schools.names, *writer.guardians.names, *writer.pupils.names),
        colleges=writer.schools.count,
        pupils=writer.pupils.count,
        guardians=writer.guardians.count,
        links=writer.links,
    )
