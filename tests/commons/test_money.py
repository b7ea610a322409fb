"""Money: one rounding, and splits that add up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commons.money import allocate_cents, format_euros, round_half_up, round_half_up_cents


@pytest.mark.parametrize(
    ("euros", "cents"),
    [("2.975", 298), ("2.974999", 297), ("0.005", 1), ("-0.005", -1), ("12.40", 1240), ("0", 0)],
)
def test_the_half_goes_away_from_zero(euros, cents):
    assert round_half_up_cents(Decimal(euros)) == cents


def test_a_quotient_is_rounded_half_up_to_cents():
    assert round_half_up(Decimal("1025.005")) == Decimal("1025.01")
    assert round_half_up(Decimal("2562.5"), places=0) == Decimal(2563)


@pytest.mark.parametrize(
    ("cents", "text"),
    [
        (1240, "12,40\u00a0€"),
        (0, "0,00\u00a0€"),
        (-5, "-0,05\u00a0€"),
        (123456789, "1\u202f234\u202f567,89\u00a0€"),
    ],
)
def test_amounts_read_as_french(cents, text):
    assert format_euros(cents) == text


def test_an_odd_cent_goes_to_the_first_of_two_equal_payers():
    assert allocate_cents(101, [5000, 5000]) == [51, 50]


@given(
    total=st.integers(-(10**12), 10**12),
    weights=st.lists(st.integers(0, 10_000), min_size=1, max_size=12).filter(sum),
)
def test_parts_add_up_to_the_total(total, weights):
    parts = allocate_cents(total, weights)
    assert sum(parts) == total
    exact = [Decimal(total) * weight / sum(weights) for weight in weights]
    assert all(abs(part - share) <= 1 for part, share in zip(parts, exact, strict=True))


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [3, -1]])
def test_weights_that_mean_nothing_are_refused(weights):
    with pytest.raises(ValueError, match="weights"):
        allocate_cents(100, weights)
