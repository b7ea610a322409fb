"""A small picture of a schedule: its curve, and a mark where a family stands.

Across, positions are percentages, so that words keep their size on a telephone; upwards, pixels of
the drawing. The curve itself is a path over a thousand units each way, stretched to the room it
has. The same is said twice more: in two sentences (`title`, `description`), and line by line
(`lines`), for those who do not see it, or would rather read.
"""

from __future__ import annotations

import dataclasses
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.tariffs.engine import Basis, Definition, Unit, decide
from commons.money import format_euros
from ui.percentages import WHOLE, css_percent
from ui.price_curve import CENT, Household, Piece, of_quotient, price_curve

# In pixels from the top: the words of the mark, where prices start and end, and the quotients. The
# words stand above the curve, whatever its shape, with a line down to where they point.
ABOVE, TOP, BOTTOM, UNDER = 20, 56, 192, 216
# Hundredths of a percent from an end where the mark's words start there, and take the place of zero;
# the last quotient has more digits.
_NEAR, _WIDE = 2_200, 3_600


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where a family stands: what it pays, and what may be shown of why.

    Without a quotient only the height of the price is drawn. `is_at_end`: who gives no proof pays
    as those of the highest quotients do.
    """

    price_cents: int
    quotient: Decimal | None = None
    status: str = ""
    is_at_end: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Label:
    """Words of the drawing; `across` is a CSS percentage, `anchor` how they are aligned on it."""

    text: str
    across: str
    up: int
    anchor: str


@dataclasses.dataclass(frozen=True, slots=True)
class Mark:
    """Where the family stands; without `across`, only the height of its price is known."""

    up: int
    across: str
    price: Label
    quotient: Label | None


@dataclasses.dataclass(frozen=True, slots=True)
class PriceLine:
    """A piece of the curve, or the price of a status, in words."""

    who: str
    price: str
    is_here: bool


@dataclasses.dataclass(frozen=True, slots=True)
class PricePicture:
    """What the component draws (`ui/components/price_picture.html`)."""

    title: str
    description: str
    path: str
    bounds: tuple[Label, ...]
    ends: tuple[Label, ...]
    mark: Mark | None
    lines: tuple[PriceLine, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class _Scale:
    span: Decimal
    highest_cents: int

    def across(self, quotient: Decimal) -> int:
        """In hundredths of a percent; what is beyond stands at the end."""
        return min(WHOLE, int(quotient * WHOLE / self.span))

    def up(self, cents: int) -> int:
        """In pixels from the top; zero euros are at the bottom."""
        return BOTTOM - cents * (BOTTOM - TOP) // self.highest_cents


def price_picture(
    definition: Definition, place: Place | None = None, *, household: Household | None = None
) -> PricePicture:
    """Draw a schedule, with a mark where a family stands.

    `household` says what a price depends on besides the quotient and the statuses.
    """
    like = household or Household()
    flat = Piece(Decimal(0), None, definition.highest_cents, definition.highest_cents)
    curve = price_curve(definition, like) or (flat,)
    reads_quotient = definition.rule.reads_quotient
    statuses = _status_lines(definition, like, place)
    prices = [cents for piece in curve for cents in (piece.first_cents, piece.last_cents)]
    known = [*prices, *(cents for cents, _line in statuses)]
    paid = [place.price_cents] if place else []
    scale = _Scale(
        span=_span(curve, place.quotient if place else None), highest_cents=max(1, *known, *paid)
    )
    mark = _mark(scale, place, reads_quotient=reads_quotient) if place else None
    return PricePicture(
        title=_title(definition, like),
        description=_description(min(known), max(known), place),
        path=_path(curve, scale),
        bounds=_bounds(scale, curve, prices),
        ends=_ends(scale, place) if reads_quotient else (),
        mark=mark,
        lines=(
            *(line for _cents, line in statuses),
            *(_lines(curve, place) if reads_quotient else ()),
        ),
    )


def _title(definition: Definition, household: Household) -> str:
    """What is drawn: `Le prix d'un repas selon le quotient familial`."""
    prices = {
        Unit.MEAL: _("Le prix d'un repas"),
        Unit.TERM: _("Le prix d'un trimestre"),
        Unit.YEAR: _("Le prix d'une année"),
    }
    said = _("L'aide") if definition.is_aid else prices[definition.unit]
    if not definition.rule.reads_quotient:
        return said
    figure = _("le quotient familial")
    if definition.basis is Basis.RFR:
        figure = _("le revenu fiscal de référence")
    said = _("%(price)s selon %(figure)s") % {"price": said, "figure": figure}
    if not definition.rule.reads_children:
        return said
    children = household.children or 1
    return ngettext(
        "%(said)s, pour %(count)s enfant", "%(said)s, pour %(count)s enfants", children
    ) % {"said": said, "count": children}


def _span(curve: tuple[Piece, ...], quotient: Decimal | None) -> Decimal:
    """A round quotient a little after the last change of price, and after the family's if near."""
    shown = max(curve[-1].lower * Decimal("1.2"), Decimal(100))
    if quotient is not None and shown < quotient <= 2 * shown:
        shown = quotient * Decimal("1.05")
    unit = 500 if shown > 1_500 else 100
    return Decimal(-(-shown // unit) * unit)


def _path(curve: tuple[Piece, ...], scale: _Scale) -> str:
    """The curve over a thousand units each way, zero euros at the bottom."""

    def point(quotient: Decimal, cents: int) -> str:
        return f"{scale.across(quotient) // 10} {1000 - cents * 1000 // scale.highest_cents}"

    drawn = []
    for piece in curve:
        upper = scale.span if piece.upper is None else piece.upper
        drawn += [point(piece.lower, piece.first_cents), point(upper, piece.last_cents)]
    return "M" + "L".join(drawn)


def _mark(scale: _Scale, place: Place, *, reads_quotient: bool) -> Mark:
    up = scale.up(place.price_cents)
    at: int | None = None
    if reads_quotient and place.quotient is not None:
        at = scale.across(place.quotient)
    elif place.is_at_end:
        at = WHOLE
    middle = WHOLE // 2 if at is None else at
    anchor = "start" if middle < _NEAR else "end" if middle > WHOLE - _NEAR else "middle"
    words = _("Vous êtes ici : %(price)s") % {"price": format_euros(place.price_cents)}
    under = None
    if at is not None and place.quotient is not None:
        under = Label(_quotient(place.quotient), css_percent(at), UNDER, anchor)
    return Mark(
        up=up,
        across="" if at is None else css_percent(at),
        price=Label(words, css_percent(middle), ABOVE, anchor),
        quotient=under,
    )


def _bounds(scale: _Scale, curve: tuple[Piece, ...], prices: list[int]) -> tuple[Label, ...]:
    """The lowest and the highest price, each at the side where the curve leaves room."""
    climbs = curve[-1].last_cents >= curve[0].first_cents
    left, right = ("0.00%", "start"), ("100.00%", "end")
    highest_at, lowest_at = (left, right) if climbs else (right, left)
    highest = Label(
        format_euros(max(prices)), highest_at[0], scale.up(max(prices)) - 6, highest_at[1]
    )
    if min(prices) == max(prices):
        return (highest,)
    lowest = Label(format_euros(min(prices)), lowest_at[0], scale.up(min(prices)) - 6, lowest_at[1])
    return highest, lowest


def _ends(scale: _Scale, place: Place | None) -> tuple[Label, ...]:
    """Zero and the last quotient, where the family's own leaves them room."""
    at = WHOLE // 2
    if place is not None and place.quotient is not None:
        at = scale.across(place.quotient)
    ends = []
    if at >= _NEAR:
        ends.append(Label(_quotient(Decimal(0)), "0.00%", UNDER, "start"))
    if at <= WHOLE - _WIDE:
        ends.append(Label(_quotient(scale.span), "100.00%", UNDER, "end"))
    return tuple(ends)


def _description(lowest: int, highest: int, place: Place | None) -> str:
    if lowest == highest:
        said = _("Le prix est le même pour tous : %(price)s.") % {"price": format_euros(lowest)}
    else:
        said = _("Les prix vont de %(lowest)s à %(highest)s.") % {
            "lowest": format_euros(lowest),
            "highest": format_euros(highest),
        }
    if place is None:
        return said
    here = _("Vous êtes à %(here)s.") % {"here": format_euros(place.price_cents)}
    return f"{said} {here}"


def _status_lines(
    definition: Definition, household: Household, place: Place | None
) -> list[tuple[int, PriceLine]]:
    """The price of each status, by the engine, and its line."""
    lines = []
    for known in definition.statuses:
        situation = dataclasses.replace(
            of_quotient(definition, household), statuses=frozenset({known.status})
        )
        cents = decide(definition, situation, day=household.day).unit_price_cents
        line = PriceLine(
            who=_("Avec cette aide : %(status)s") % {"status": known.status},
            price=format_euros(cents),
            is_here=place is not None and place.status == known.status,
        )
        lines.append((cents, line))
    return lines


def _lines(curve: tuple[Piece, ...], place: Place | None) -> tuple[PriceLine, ...]:
    quotient = place.quotient if place else None
    here = None
    if quotient is not None:
        here = next((rank for rank, piece in enumerate(curve) if piece.holds(quotient)), None)
    return tuple(
        PriceLine(who=_quotients(curve, rank), price=_price(piece), is_here=rank == here)
        for rank, piece in enumerate(curve)
    )


def _price(piece: Piece) -> str:
    if piece.is_flat:
        return format_euros(piece.first_cents)
    return _("de %(first)s à %(last)s") % {
        "first": format_euros(piece.first_cents),
        "last": format_euros(piece.last_cents),
    }


def _quotients(curve: tuple[Piece, ...], rank: int) -> str:
    piece = curve[rank]
    values = {"lower": _quotient(piece.lower)}
    if piece.upper is None:
        return _("À partir de %(lower)s") % values
    stops_short = curve[rank + 1].lower == piece.upper + CENT
    if stops_short and (piece.upper + CENT) % 1 == 0:  # "moins de 790 €", rather than 789,99 €
        values["upper"] = _quotient(piece.upper + CENT)
        return _("De %(lower)s à moins de %(upper)s") % values
    values["upper"] = _quotient(piece.upper)
    return _("De %(lower)s à %(upper)s") % values


def _quotient(amount: Decimal) -> str:
    """A quotient in euros, without cents where it has none."""
    text = format_euros(int(amount.scaleb(2)))
    return text.replace(",00", "") if amount == amount.to_integral_value() else text
