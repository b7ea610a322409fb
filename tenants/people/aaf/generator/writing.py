"""Writing a complete feed, family by family, in flat memory and always the same for a seed."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from tenants.people.aaf.generator.directory import Directory, guardian_attributes, links_of
from tenants.people.aaf.generator.families import Drawing, Family, Traits, children_of
from tenants.people.aaf.generator.files import (
    COLLEGES,
    COMPLETE,
    GUARDIANS,
    PUPILS,
    CategoryFiles,
    remove_earlier,
)

PUPILS_PER_COLLEGE = 540
_DEPARTEMENT = re.compile(r"0[1-9]|[13-8]\d|2[1-9AB]|9[0-5]|97[1-46]", re.ASCII)


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


@dataclasses.dataclass(frozen=True, slots=True)
class Population:
    """Who is in a feed: `pupils` children, those of the `fixed` families first.

    :raises NoSuchDepartement: if the code is no département's
    :raises ValueError: if the fixed families alone have more children than that
    """

    pupils: int
    seed: int
    departement: str
    school_year: int
    colleges: int | None = None
    fixed: Sequence[Family] = ()
    traits: Traits = dataclasses.field(default_factory=Traits)

    def __post_init__(self) -> None:
        if not _DEPARTEMENT.fullmatch(self.departement):
            raise NoSuchDepartement(self.departement)
        if children_of(self.fixed) > self.pupils:
            raise ValueError("the fixed families have more children than the feed has pupils")

    @property
    def first_day(self) -> datetime.date:
        """The day of the complete feed, when no other is said: a week before the year starts."""
        return datetime.date(self.school_year, 8, 24)

    def directory(self) -> Directory:
        """An empty directory for them."""
        return Directory(departement=self.departement, colleges=self._colleges)

    def families(self) -> Iterator[Family]:
        """All of them, always in the same order."""
        yield from self.fixed
        yield from self.others("").families(self.pupils - children_of(self.fixed))

    def others(self, purpose: str) -> Drawing:
        """Families of the same places: others for each purpose."""
        return Drawing(
            f"{self.seed}-{self.departement}-{self.school_year}{purpose}",
            departement=self.departement,
            school_year=self.school_year,
            colleges=self._colleges,
            traits=self.traits,
        )

    @property
    def _colleges(self) -> int:
        return self.colleges or max(1, round(self.pupils / PUPILS_PER_COLLEGE))


def write_feed(
    folder: Path, population: Population, *, day: datetime.date | None = None
) -> FeedSummary:
    """Write a complete feed. Those that were written in the folder before are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    remove_earlier(folder, COMPLETE)
    day = day or population.first_day
    schools, guardians, pupils = (
        CategoryFiles(folder, category=category, variant=COMPLETE, day=day)
        for category in (COLLEGES, GUARDIANS, PUPILS)
    )
    directory = population.directory()
    links = 0
    try:
        for record_id, attributes in directory.colleges():
            schools.add(record_id, attributes)
        for family in population.families():
            entered = directory.enter(family)
            for record_id, parent in entered.guardians.items():
                guardians.add(record_id, guardian_attributes(record_id, parent))
            for pupil in entered.pupils:
                pupils.add(pupil.record_id, directory.pupil_attributes(pupil, entered.guardians))
                links += len(links_of(entered.guardians))
    finally:
        for files in (schools, guardians, pupils):
            files.close()
    return FeedSummary(
        folder=folder,
        files=(*schools.names, *guardians.names, *pupils.names),
        colleges=schools.count,
        pupils=pupils.count,
        guardians=guardians.count,
        links=links,
    )
