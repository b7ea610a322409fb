"""A schedule as straight pieces: where each starts and ends, to the cent, for any kind of rule."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.tariffs.engine import Definition, Situation, decide, parse_definition
from billing.tariffs.schedule_files import ServiceName, published_schedule
from ui.price_curve import CENT, Household, Piece, price_curve
from ui.price_picture import Place, price_picture

NOBODY = Household()


def defined(rule: dict[str, object], **more: object) -> Definition:
    return parse_definition(
        {"basis": "CAF_QF", "without_proof": "MAXIMUM", "may_choose_maximum": True, "rule": rule}
        | more
    )


def linear(coefficient: str, lowest: str, highest: str) -> Definition:
    return defined({"kind": "LINEAR", "coefficient": coefficient, "min": lowest, "max": highest})


def grid(*bounds: str, prices: tuple[str, ...], inclusive: bool = False) -> Definition:
    cent = CENT if inclusive else Decimal(0)
    lines = [
        {"from": str(Decimal(low) + (cent if rank else 0)), "to": high, "price": price}
        for rank, (low, high, price) in enumerate(
            zip(("0", *bounds), (*bounds, None), prices, strict=True)
        )
    ]
    return defined({"kind": "BRACKETS", "upper_inclusive": inclusive, "brackets": lines})


def paid(definition: Definition, quotient: Decimal) -> int:
    situation = Situation(basis=definition.basis, stated_quotient=quotient, source="TAX_NOTICE")
    return decide(definition, situation).unit_price_cents


def test_a_grid_is_its_lines():
    closed = grid("600", "840.50", prices=("1.15", "1.16", "5"), inclusive=True)
    strict = grid("790", prices=("2.50", "4.28"))

    assert price_curve(closed, NOBODY) == (
        Piece(Decimal(0), Decimal(600), 115, 115),
        Piece(Decimal("600.01"), Decimal("840.50"), 116, 116),
        Piece(Decimal("840.51"), None, 500, 500),
    )
    assert price_curve(strict, NOBODY) == (
        Piece(Decimal(0), Decimal("789.99"), 250, 250),
        Piece(Decimal(790), None, 428, 428),
    )


def test_a_rate_climbs_between_its_bounds():
    assert price_curve(linear("0.005", "0.64", "7.00"), NOBODY) == (
        Piece(Decimal(0), Decimal("128.99"), 64, 64),
        Piece(Decimal("128.99"), Decimal("1399.00"), 64, 700),
        Piece(Decimal("1399.00"), None, 700, 700),
    )


def test_a_price_for_all_has_no_curve():
    assert price_curve(defined({"kind": "FLAT", "price": "4.20"}), NOBODY) == ()


def test_a_line_between_two_others_is_found_however_thin():
    thin = grid("500", "500.05", prices=("1", "3", "2"))

    assert price_curve(thin, NOBODY) == (
        Piece(Decimal(0), Decimal("499.99"), 100, 100),
        Piece(Decimal(500), Decimal("500.04"), 300, 300),
        Piece(Decimal("500.05"), None, 200, 200),
    )


@pytest.mark.parametrize("departement", ["77", "78", "91", "92", "93", "94", "95"])
def test_the_schedules_of_the_seven_are_said_to_the_cent(departement):
    for definition in published_schedule(departement).services.values():
        for piece in price_curve(definition, NOBODY):
            ends = [piece.lower] if piece.upper is None else [piece.lower, piece.upper]
            assert [paid(definition, end) for end in ends] == [piece.first_cents, piece.last_cents][
                : len(ends)
            ]


@given(
    bounds=st.lists(st.integers(1, 390_000), min_size=1, max_size=12, unique=True),
    prices=st.lists(st.integers(0, 900), min_size=13, max_size=13),
    quotients=st.lists(st.integers(0, 450_000), max_size=20),
)
@settings(max_examples=40, deadline=None)
def test_the_pieces_say_what_the_engine_does(bounds, prices, quotients):
    """Whatever the grid, a piece is within two cents of the price, but where lines are thin."""
    kept = sorted(bound // 1_000 * 1_000 + 1_000 for bound in bounds)
    distinct = [bound for bound, _ in itertools.groupby(kept)]
    texts = [f"{bound // 100}" for bound in distinct]
    euros = tuple(f"{price // 100}.{price % 100:02d}" for price in prices[: len(texts) + 1])
    definition = grid(*texts, prices=euros)

    curve = price_curve(definition, NOBODY)

    assert curve[0].lower == 0
    assert curve[-1].upper is None
    for cents in quotients:
        quotient = Decimal(cents).scaleb(-2)
        piece = next(piece for piece in reversed(curve) if piece.lower <= quotient)
        said = piece.first_cents
        if piece.upper is not None and piece.upper > piece.lower:
            share = min(Decimal(1), (quotient - piece.lower) / (piece.upper - piece.lower))
            said += (piece.last_cents - piece.first_cents) * share
        assert abs(said - paid(definition, quotient)) <= 3


# --- the picture ---


def test_a_family_stands_on_the_curve():
    definition = linear("0.005", "0.64", "7.00")

    drawn = price_picture(definition, Place(price_cents=300, quotient=Decimal(600)))

    assert drawn.title == "Le prix d'un repas selon le quotient familial"
    assert (
        drawn.description == "Les prix vont de 0,64\u00a0€ à 7,00\u00a0€. Vous êtes à 3,00\u00a0€."
    )
    assert drawn.path == "M0 909L85 909L85 909L932 0L932 0L1000 0"
    assert (drawn.mark.across, drawn.mark.up) == ("40.00%", 134)
    assert drawn.mark.quotient.text == "600\u00a0€"
    assert [line.is_here for line in drawn.lines] == [False, True, False]


def test_what_is_beyond_the_drawing_stands_at_its_end():
    drawn = price_picture(
        grid("790", prices=("2.50", "4.28")), Place(price_cents=428, quotient=Decimal(9_000))
    )

    assert drawn.mark.across == "100.00%"
    assert drawn.mark.price.anchor == "end"
    assert drawn.mark.quotient.text == "9\u202f000\u00a0€"
    assert [end.text for end in drawn.ends] == ["0\u00a0€"]
    assert [line.who for line in drawn.lines] == [
        "De 0\u00a0€ à moins de 790\u00a0€",
        "À partir de 790\u00a0€",
    ]


def test_a_flat_price_is_a_line_and_says_so():
    drawn = price_picture(defined({"kind": "FLAT", "price": "4.20"}), Place(price_cents=420))

    assert (
        drawn.description == "Le prix est le même pour tous : 4,20\u00a0€. Vous êtes à 4,20\u00a0€."
    )
    assert (drawn.ends, drawn.lines) == ((), ())
    assert drawn.path == "M0 0L1000 0"


def test_labels_leave_the_curve_its_room():
    """A curve that climbs has its highest price written at the left, one that falls at the right."""
    climbing = price_picture(grid("790", prices=("1", "4")))
    falling = price_picture(grid("790", prices=("4", "1")))

    assert [(label.text, label.anchor) for label in climbing.bounds] == [
        ("4,00\u00a0€", "start"),
        ("1,00\u00a0€", "end"),
    ]
    assert [(label.text, label.anchor) for label in falling.bounds] == [
        ("4,00\u00a0€", "end"),
        ("1,00\u00a0€", "start"),
    ]
    assert climbing.mark is None


def test_what_a_status_gives_is_among_the_lines():
    definition = published_schedule("94").services[ServiceName.HALF_BOARD]

    drawn = price_picture(definition, Place(price_cents=40, status="RSA"))

    assert drawn.description.startswith("Les prix vont de 0,40\u00a0€ à 5,95\u00a0€.")
    assert (drawn.lines[0].price, drawn.lines[0].is_here) == ("0,40\u00a0€", True)
    assert drawn.mark.across == ""
