"""By what of their household pupils are told of: a bracket of what the grid reads, or why it reads nothing.

The brackets are those of the schedule that is tried when it is a grid over quotients, else equal steps.
"""

from __future__ import annotations

import dataclasses
import enum

import numpy as np

from billing.tariffs.batch import UNKNOWN, IntArray, Population
from billing.tariffs.batch.pricing import figures_read
from billing.tariffs.engine import Aid, Basis, Brackets, Definition

_QUOTIENT_STEP_CENTS, _QUOTIENT_STEPS = 200_00, 10
_INCOME_STEP_CENTS, _INCOME_STEPS = 5_000_00, 10


class BandKind(enum.StrEnum):
    """Why pupils are in a band."""

    QUOTIENT = "QUOTIENT"
    INCOME = "INCOME"
    STATUS = "STATUS"
    CHOICE = "CHOICE"
    NO_PROOF = "NO_PROOF"


@dataclasses.dataclass(frozen=True, slots=True)
class Band:
    """Some households. Figures go from `lower_cents`, and end under `upper_cents`, or at it (`is_closed`).

    An end of None is open, and both are for those who are in no bracket.
    """

    kind: BandKind
    lower_cents: int | None = None
    upper_cents: int | None = None
    is_closed: bool = False

    def to(self, other: Band) -> Band:
        """From the start of this one to the end of another."""
        return dataclasses.replace(self, upper_cents=other.upper_cents, is_closed=other.is_closed)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Banding:
    """The bands in order, the brackets first, and the rank of the band of each pupil."""

    bands: tuple[Band, ...]
    ranks: IntArray

    @property
    def bracket_count(self) -> int:
        return sum(band.kind in (BandKind.QUOTIENT, BandKind.INCOME) for band in self.bands)


def banded(before: Definition, after: Definition, population: Population) -> Banding:
    """Each pupil in a band: a proven status of either schedule first, as prices are decided."""
    reading = after if after.rule.reads_quotient else before
    figures = figures_read(reading, population)
    brackets, ranks = _brackets(reading, figures)
    choice, no_proof, status = (len(brackets) + rank for rank in range(3))
    ranks = np.where(figures == UNKNOWN, no_proof, ranks)
    ranks = np.where(population.chooses_maximum, choice, ranks)
    for name in {known.status for known in (*before.statuses, *after.statuses)}:
        if name in population.statuses:
            ranks = np.where(population.statuses[name], status, ranks)
    others = (Band(BandKind.CHOICE), Band(BandKind.NO_PROOF), Band(BandKind.STATUS))
    return Banding((*brackets, *others), ranks)


def _brackets(definition: Definition, figures: IntArray) -> tuple[list[Band], IntArray]:
    kind = BandKind.INCOME if definition.basis is Basis.RFR else BandKind.QUOTIENT
    rule = definition.rule.grid if isinstance(definition.rule, Aid) else definition.rule
    is_closed = isinstance(rule, Brackets) and rule.upper_inclusive
    if isinstance(rule, Brackets):
        uppers = [int(line.upper.scaleb(2)) for line in rule.lines if line.upper is not None]
        lowers = [int(line.lower.scaleb(2)) for line in rule.lines]
    else:
        step, count = _QUOTIENT_STEP_CENTS, _QUOTIENT_STEPS
        if kind is BandKind.INCOME:
            step, count = _INCOME_STEP_CENTS, _INCOME_STEPS
        uppers = [step * rank for rank in range(1, count + 1)]
        lowers = [0, *uppers]
    ranks = np.searchsorted(
        np.array(uppers, dtype=np.int64), figures, side="left" if is_closed else "right"
    )
    ends: list[int | None] = [*uppers, None]
    bands = [
        Band(kind, lower, upper, is_closed and upper is not None)
        for lower, upper in zip(lowers, ends, strict=True)
    ]
    return bands, ranks
