"""Where a price stands on its scale."""

import pytest

from ui.price_scale import price_scale, share_percent


def test_price_in_the_middle_stands_in_the_middle():
    scale = price_scale(lowest_cents=100, highest_cents=500, here_cents=300)

    assert (scale.here, scale.anchor) == ("50.00%", "middle")


def test_bounds_are_reached_exactly():
    lowest = price_scale(lowest_cents=64, highest_cents=700, here_cents=64)
    highest = price_scale(lowest_cents=64, highest_cents=700, here_cents=700)

    assert (lowest.here, lowest.is_at_lowest, lowest.anchor) == ("0.00%", True, "start")
    assert (highest.here, highest.is_at_highest, highest.anchor) == ("100.00%", True, "end")


def test_price_out_of_bounds_stands_at_the_nearest_end():
    assert price_scale(lowest_cents=100, highest_cents=500, here_cents=900).here == "100.00%"


def test_prices_of_brackets_mark_the_scale_but_not_its_ends():
    scale = price_scale(
        lowest_cents=100, highest_cents=500, here_cents=100, prices_cents=[500, 200, 100, 200]
    )

    assert scale.ticks == ("25.00%",)


def test_single_price_stands_in_the_middle():
    assert price_scale(lowest_cents=300, highest_cents=300, here_cents=300).here == "50.00%"


def test_crossed_bounds_are_refused():
    with pytest.raises(ValueError, match="under the lowest"):
        price_scale(lowest_cents=500, highest_cents=100, here_cents=300)


def test_share_is_a_percentage_of_the_whole():
    assert share_percent(280, 1200) == "23.33%"
    assert share_percent(1300, 1200) == "100.00%"
