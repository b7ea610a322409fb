"""How a figure reads: its unit, French decimals, spaces between thousands, and « secret ».

A figure is a Decimal of its unit (`12.4` %, `3.05` €, `87` loans per thousand): it is computed from two
whole numbers and rounded once, half up, when it is written.
"""

from __future__ import annotations

import dataclasses
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commons.money import round_half_up
from federation.metrics.catalogue import Unit
from ui.wording import NO_BREAK_SPACE

SECRET = gettext_lazy("secret")
NOT_TOLD = gettext_lazy("pas publié")
NOBODY = gettext_lazy("aucun cas")
MINUS = "\u2212"


@dataclasses.dataclass(frozen=True, slots=True)
class Shape:
    """How a unit is made from two whole numbers, and written."""

    factor: Decimal
    places: int
    sign: str


SHAPES = {
    Unit.COUNT: Shape(Decimal(1), 0, ""),
    Unit.CENTS: Shape(Decimal("0.01"), 2, "€"),
    Unit.PER_MILLE: Shape(Decimal(100), 1, "%"),
    Unit.PER_THOUSAND: Shape(Decimal(1000), 1, "‰"),
    Unit.TENTHS: Shape(Decimal(1), 1, ""),
    Unit.TENTHS_OF_DAY: Shape(Decimal(1) / 24, 1, "j"),
}


def figure_of(unit: Unit, numerator: int, denominator: int | None) -> Decimal | None:
    """The figure of two whole numbers in a unit; nothing where there is nobody to count."""
    if denominator is None:
        return Decimal(numerator) * SHAPES[unit].factor
    if denominator == 0:
        return None
    return Decimal(numerator) / Decimal(denominator) * SHAPES[unit].factor


def written(value: Decimal, unit: Unit) -> str:
    """`12,4 %`, `3,05 €`, `10 482`."""
    shape = SHAPES[unit]
    text = plain(value, shape.places)
    return f"{text}{NO_BREAK_SPACE}{shape.sign}" if shape.sign else text


def plain(value: Decimal, places: int) -> str:
    """A number in French without its unit: `10 482,5`."""
    rounded = round_half_up(value, places)
    text = f"{abs(rounded):,.{places}f}".replace(",", NO_BREAK_SPACE).replace(".", ",")
    return f"{MINUS}{text}" if rounded < 0 else text


def difference(value: Decimal, unit: Unit) -> str:
    """`+1,2 point`, `−0,10 €`: how far from another figure of the same unit; a share counts points."""
    sign = "+" if value > 0 else ""
    if unit is not Unit.PER_MILLE:
        return sign + written(value, unit)
    rounded = round_half_up(value, 1)
    points = _("points") if abs(rounded) >= 2 else _("point")
    return f"{sign}{plain(value, 1)}{NO_BREAK_SPACE}{points}"
