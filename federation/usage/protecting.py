"""What may be told of visitors, by collège and profile: nobody is to be recognised in a small number.

The rule is that of simulations (`billing.simulation.protection`, docs/adr/0041), with five people rather
than eleven: visits hold nothing of what a household earns. In each profile, collèges with fewer are told
together only, and another with them when they are too few together; a total counts what is told, alone
or together, and nothing else. So no figure is of fewer than five people, and none is found by subtracting.
Nobody at all is told: zero.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from billing.simulation.protection import is_small, merged_ranks

FEWEST = 5

Cell = tuple[str, str]  # UAI, profile


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """Visits of so many different people, among those who could come."""

    visitors: int = 0
    visits: int = 0
    people: int = 0

    def __add__(self, other: Figure) -> Figure:
        return Figure(
            visitors=self.visitors + other.visitors,
            visits=self.visits + other.visits,
            people=self.people + other.people,
        )

    @property
    def per_visitor_tenths(self) -> int | None:
        """Visits of one visitor, in tenths, half-up."""
        return _half_up(10 * self.visits, self.visitors)

    @property
    def adoption_per_mille(self) -> int | None:
        """Visitors among those who could come, in thousandths, half-up; 1,000 at most."""
        share = _half_up(1_000 * self.visitors, self.people)
        return None if share is None else min(share, 1_000)


def _half_up(part: int, whole: int) -> int | None:
    return (2 * part + whole) // (2 * whole) if whole else None


@dataclasses.dataclass(frozen=True, slots=True)
class Told:
    """The cells that may be told, each alone, or in what is left of its profile; and those that may not."""

    alone: Mapping[Cell, Figure]
    together: Mapping[str, Figure]
    hidden: frozenset[Cell]  # neither alone, nor in a total of their collège

    def of(
        self, *, uais: frozenset[str] | None = None, profiles: Iterable[str] | None = None
    ) -> Figure | None:
        """What may be told of some collèges (all: None) and profiles; None when all of it is hidden.

        What is told together is of everybody, so it counts only where all collèges are asked for.
        """
        wanted = None if profiles is None else set(profiles)
        parts = [
            figure
            for (uai, profile), figure in self.alone.items()
            if (uais is None or uai in uais) and (wanted is None or profile in wanted)
        ]
        if uais is None:
            parts += [
                figure
                for profile, figure in self.together.items()
                if wanted is None or profile in wanted
            ]
        if not any(part.visitors for part in parts) and self.hides(uais=uais, profiles=wanted):
            return None
        return sum(parts, Figure())

    def hides(
        self, *, uais: frozenset[str] | None = None, profiles: Iterable[str] | None = None
    ) -> bool:
        """Whether something of these collèges and profiles is left out of what is told of them."""
        wanted = None if profiles is None else set(profiles)
        return any(
            (uais is None or uai in uais)
            and (wanted is None or profile in wanted)
            and not (uais is None and profile in self.together)
            for uai, profile in self.hidden
        )


def told(cells: Mapping[Cell, Figure]) -> Told:
    """What may be told of a window: see the rule above."""
    alone: dict[Cell, Figure] = {}
    together: dict[str, Figure] = {}
    hidden: set[Cell] = set()
    for profile in sorted({profile for _uai, profile in cells}):
        members = sorted(cell for cell in cells if cell[1] == profile)
        merged = set(merged_ranks([cells[cell].visitors for cell in members], fewest=FEWEST))
        alone |= {cell: cells[cell] for rank, cell in enumerate(members) if rank not in merged}
        apart = [cell for rank, cell in enumerate(members) if rank in merged]
        hidden |= set(apart)
        total = sum((cells[cell] for cell in apart), Figure())
        if apart and not is_small(total.visitors, fewest=FEWEST):
            together[profile] = total
    return Told(alone=alone, together=together, hidden=frozenset(hidden))
