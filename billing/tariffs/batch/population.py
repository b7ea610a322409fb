"""What is known of many households on a day, as arrays: one place of each array is one household.

It says what `engine.Situation` says, once the figures are read: a quotient or an income that the
engine would compute is computed here, and rounded to cents as it rounds it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from billing.tariffs.engine import Basis, InvalidResources, Situation
from billing.tariffs.engine.quotients import (
    HIGHEST_QUOTIENT,
    HIGHEST_YEARLY_INCOME_CENTS,
    MOST_CHILDREN,
)

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

UNKNOWN = -1
_HIGHEST_QUOTIENT_CENTS = int(HIGHEST_QUOTIENT.scaleb(2))
_HIGHEST_FIGURES = {
    Basis.FISCAL_QF: _HIGHEST_QUOTIENT_CENTS,
    Basis.CAF_QF: _HIGHEST_QUOTIENT_CENTS,
    Basis.RFR: HIGHEST_YEARLY_INCOME_CENTS,
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Population:
    """Households, in arrays of one length. What is not known is `UNKNOWN`; amounts are cents.

    `figures` holds, for each basis, the quotient of a month or the income of a year. `statuses` says
    for each name who has proved it; a name that is absent is proved by nobody.
    """

    figures: Mapping[Basis, IntArray]
    children: IntArray
    statuses: Mapping[str, BoolArray]
    chooses_maximum: BoolArray
    full_price_cents: IntArray

    def __post_init__(self) -> None:
        """
        Refuse what no household can be.

        :raises ValueError: if the arrays are not of one length, or not of the right kind
        :raises InvalidResources: if a figure, a number of children or a price is impossible
        """
        if set(self.figures) != set(Basis):
            raise ValueError("figures must be given for every basis")
        numbers = [*self.figures.values(), self.children, self.full_price_cents]
        marks = [*self.statuses.values(), self.chooses_maximum]
        if any(array.dtype != np.int64 for array in numbers):
            raise ValueError("figures must be 64-bit integers")
        if any(array.dtype != np.bool_ for array in marks):
            raise ValueError("marks must be booleans")
        if any(array.shape != (len(self),) for array in [*numbers, *marks]):
            raise ValueError("arrays must be of one length")
        for basis, figures in self.figures.items():
            _check(basis.value, figures, lowest=0, highest=_HIGHEST_FIGURES[basis])
        _check("children", self.children, lowest=1, highest=MOST_CHILDREN)
        _check("full_price_cents", self.full_price_cents, lowest=0)

    def __len__(self) -> int:
        return len(self.children)

    def with_quotients_alike(self) -> Population:
        """The same households, the quotient of one basis standing in where the other is not known.

        The two quotients are not the same figure: this is for trying a schedule that reads the other one.
        """
        fiscal, caf = self.figures[Basis.FISCAL_QF], self.figures[Basis.CAF_QF]
        filled = {
            Basis.FISCAL_QF: np.where(fiscal == UNKNOWN, caf, fiscal),
            Basis.CAF_QF: np.where(caf == UNKNOWN, fiscal, caf),
        }
        return dataclasses.replace(self, figures={**self.figures, **filled})

    @classmethod
    def of(cls, situations: Sequence[Situation]) -> Population:
        """
        The arrays of some situations.

        :raises InvalidResources: if an income, the parts, the children or a quotient are impossible
        """
        names = sorted({name for situation in situations for name in situation.statuses})
        return cls(
            figures={
                basis: _integers(_figure(one, basis) for one in situations) for basis in Basis
            },
            children=_integers(one.children for one in situations),
            statuses={
                name: np.array([name in one.statuses for one in situations], dtype=np.bool_)
                for name in names
            },
            chooses_maximum=np.array([one.chooses_maximum for one in situations], dtype=np.bool_),
            full_price_cents=_integers(one.full_price_cents for one in situations),
        )


def _figure(situation: Situation, basis: Basis) -> int | None:
    step = situation.reading_step(basis)
    return None if step is None else int(situation.reading(step).value.scaleb(2))


def _integers(values: Iterable[int | None]) -> IntArray:
    return np.array([UNKNOWN if value is None else value for value in values], dtype=np.int64)


def _check(field: str, values: IntArray, *, lowest: int, highest: int | None = None) -> None:
    known = values[values != UNKNOWN]
    if known.size and known.min() < lowest:
        raise InvalidResources(field=field, reason="TOO_LOW", value=int(known.min()))
    if known.size and highest is not None and known.max() > highest:
        raise InvalidResources(field=field, reason="TOO_HIGH", value=int(known.max()))
