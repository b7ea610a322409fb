"""Writing a delta: what a day changes after a complete feed, and nothing else.

The families of the complete feed are walked again, so that the delta names them by the identifiers
they have there. Nothing happens to the `fixed` families: they are a cast, with a life of their own.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime
import enum
import random
from collections.abc import Iterator, Mapping
from pathlib import Path

from tenants.people.aaf.generator.directory import (
    Directory,
    Entered,
    address_attributes,
    class_of,
    guardian_attributes,
    links_of,
)
from tenants.people.aaf.generator.families import ASE, Family
from tenants.people.aaf.generator.files import (
    DELTA,
    GUARDIANS,
    PUPILS,
    CategoryFiles,
    remove_earlier,
)
from tenants.people.aaf.generator.writing import Population


class Happening(enum.StrEnum):
    """What can happen to a family in a day."""

    LEAVES = "LEAVES"
    CHANGES_CLASS = "CHANGES_CLASS"
    MOVES = "MOVES"
    GAINS_GUARDIAN = "GAINS_GUARDIAN"


@dataclasses.dataclass(frozen=True, slots=True)
class Changes:
    """How many pupils arrive, and to how many families each thing happens, where there are enough."""

    arriving: int = 3
    leaving: int = 2
    changing_class: int = 3
    moving: int = 3
    gaining_guardian: int = 1

    def wanted(self) -> dict[Happening, int]:
        """How many families each thing happens to, what is rarest first."""
        return {
            Happening.GAINS_GUARDIAN: self.gaining_guardian,
            Happening.LEAVES: self.leaving,
            Happening.CHANGES_CLASS: self.changing_class,
            Happening.MOVES: self.moving,
        }


@dataclasses.dataclass(frozen=True, slots=True)
class DeltaSummary:
    """What was written: pupils who arrive, and families by what happens to them."""

    folder: Path
    files: tuple[str, ...]
    arriving: int
    happened: Mapping[Happening, int]


def write_delta(
    folder: Path, population: Population, *, day: datetime.date, changes: Changes | None = None
) -> DeltaSummary:
    """Write what changes on a day after the complete feed of a population.

    Deltas that were written in the folder before are removed.
    """
    changes = changes or Changes()
    seed = f"{population.seed}-{population.departement}-{day:%Y%m%d}"
    draw = random.Random(seed)  # noqa: S311  reproducible, not secret
    chosen = _choose(population, changes, draw)
    folder.mkdir(parents=True, exist_ok=True)
    remove_earlier(folder, DELTA)
    writer = _Writer(folder, population, day=day)
    try:
        for rank, family in enumerate(population.families()):
            entered = writer.directory.enter(family)
            if rank in chosen:
                writer.write(chosen[rank], entered)
        writer.write_newcomers(changes.arriving)
    finally:
        writer.close()
    return DeltaSummary(
        folder=folder,
        files=(*writer.guardians.names, *writer.pupils.names),
        arriving=changes.arriving,
        happened=collections.Counter(chosen.values()),
    )


def _choose(population: Population, changes: Changes, draw: random.Random) -> dict[int, Happening]:
    """To which families something happens, by their rank; to none of them twice."""
    able: dict[Happening, list[int]] = {one: [] for one in Happening}
    for rank, family in enumerate(population.families()):
        if rank >= len(population.fixed):
            for happening in _possible(family):
                able[happening].append(rank)
    chosen: dict[int, Happening] = {}
    for happening, count in changes.wanted().items():
        free = [rank for rank in able[happening] if rank not in chosen]
        for rank in draw.sample(free, min(count, len(free))):
            chosen[rank] = happening
    return chosen


def _possible(family: Family) -> Iterator[Happening]:
    """What can happen to a family."""
    if len(family.children) == 1:
        yield Happening.LEAVES
    if any(child.has_class for child in family.children):
        yield Happening.CHANGES_CLASS
    if family.parents and family.parents[0].relation != ASE:
        yield Happening.MOVES
        if len(family.parents) == 1:
            yield Happening.GAINS_GUARDIAN


class _Writer:
    """Writes what happens; who is new takes an identifier after everybody's."""

    def __init__(self, folder: Path, population: Population, *, day: datetime.date) -> None:
        self.directory: Directory = population.directory()
        self.guardians, self.pupils = (
            CategoryFiles(folder, category=category, variant=DELTA, day=day)
            for category in (GUARDIANS, PUPILS)
        )
        self._others = population.others(f"-{day:%Y%m%d}")
        self._gaining: list[Entered] = []

    def write(self, happening: Happening, entered: Entered) -> None:
        """Write what happens to a family of the complete feed."""
        match happening:
            case Happening.LEAVES:
                self._write_leaving(entered)
            case Happening.CHANGES_CLASS:
                self._write_other_class(entered)
            case Happening.MOVES:
                self._write_move(entered)
            case Happening.GAINS_GUARDIAN:
                self._gaining.append(entered)

    def write_newcomers(self, arriving: int) -> None:
        """Write those who were in nobody's directory, once all those who were have entered."""
        for entered in self._gaining:
            self._write_gained(entered)
        for family in self._others.families(arriving):
            entered = self.directory.enter(family)
            for record_id, parent in entered.guardians.items():
                self.guardians.add(record_id, guardian_attributes(record_id, parent))
            for pupil in entered.pupils:
                attributes = self.directory.pupil_attributes(pupil, entered.guardians)
                self.pupils.add(pupil.record_id, attributes)

    def _write_leaving(self, entered: Entered) -> None:
        for pupil in entered.pupils:
            self.pupils.remove(pupil.record_id)
        for record_id in entered.guardians:
            self.guardians.remove(record_id)

    def _write_other_class(self, entered: Entered) -> None:
        pupil = next(pupil for pupil in entered.pupils if pupil.class_rank)
        moved = dataclasses.replace(pupil, class_rank=pupil.class_rank + 1)
        self.pupils.change(pupil.record_id, [("ENTEleveClasses", class_of(moved))])

    def _write_move(self, entered: Entered) -> None:
        """The first parent moves, and whoever lives at the same address."""
        street, postal_code, city = self._others.address()
        home = address_attributes(next(iter(entered.guardians.values())))
        for record_id, parent in entered.guardians.items():
            if address_attributes(parent) == home:
                moved = dataclasses.replace(
                    parent, street=street, postal_code=postal_code, city=city
                )
                self.guardians.change(record_id, address_attributes(moved))

    def _write_gained(self, entered: Entered) -> None:
        """The other parent of a family that had one."""
        ((_, known),) = entered.guardians.items()
        record_id = self.directory.take_id(GUARDIANS)
        other = self._others.other_parent(known)
        self.guardians.add(record_id, guardian_attributes(record_id, other))
        links = links_of({**entered.guardians, record_id: other})
        for pupil in entered.pupils:
            self.pupils.change(pupil.record_id, [("ENTElevePersRelEleve", links)])

    def close(self) -> None:
        for files in (self.guardians, self.pupils):
            files.close()
