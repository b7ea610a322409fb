"""Brand colours: what is accepted, what is refused, and what is offered instead."""

import pytest

from ui import brand


def test_contrast_of_black_on_white_is_twenty_one():
    assert round(brand.contrast("#000000", "#ffffff"), 2) == 21.0


def test_contrast_agrees_with_the_worked_value_of_wcag():
    # #767676 on white is the lightest grey that passes AA.
    assert round(brand.contrast("#767676", "#ffffff"), 2) == 4.54


def test_contrast_does_not_depend_on_the_order():
    assert brand.contrast("#1d4f91", "#ffffff") == brand.contrast("#ffffff", "#1d4f91")


@pytest.mark.parametrize("color", ["#1d4f91", "#00695c", "#22577a", "#7a1f5c", "#000000"])
def test_dark_colour_is_accepted_as_it_is(color):
    assert brand.accept_text_color(color.upper()) == color


@pytest.mark.parametrize("color", ["#ffd500", "#7fd1ae", "#ff8c00", "#ffffff", "#e8e8e8"])
def test_pale_colour_is_refused_with_a_nearest_one_that_passes(color):
    with pytest.raises(brand.BrandColorUnreadable) as refused:
        brand.accept_text_color(color)

    nearest = refused.value.details["nearest"]
    assert nearest != color
    assert brand.accept_text_color(nearest) == nearest


def test_nearest_colour_moves_lightness_no_more_than_needed():
    with pytest.raises(brand.BrandColorUnreadable) as refused:
        brand.accept_text_color("#ff8c00")

    nearest = refused.value.details["nearest"]
    assert 4.5 <= brand.contrast(nearest, brand.LIGHT_SURFACES[0]) < 4.65


def test_accent_may_be_lighter_than_text():
    assert brand.accept_shape_color("#b26a00") == "#b26a00"
    with pytest.raises(brand.BrandColorUnreadable):
        brand.accept_text_color("#b26a00")


@pytest.mark.parametrize("color", ["", "red", "#12345", "#12345g", "1d4f91", "#1d4f91;}"])
def test_colour_that_is_not_written_well_is_refused(color):
    with pytest.raises(brand.BrandColorMalformed):
        brand.accept_text_color(color)


@pytest.mark.parametrize("color", [f"#{red:02x}{green:02x}80" for red in range(0, 256, 51)
                                   for green in range(0, 256, 51)])  # fmt: skip
def test_text_on_any_colour_reaches_four_and_a_half(color):
    assert brand.contrast(brand.text_on(color), color) >= brand.TEXT_CONTRAST


@pytest.mark.parametrize("primary", ["#1d4f91", "#ffd500", "#000000", "#ffffff", "#7a1f5c"])
def test_both_themes_always_read_whatever_the_colour(primary):
    light = brand.light_palette(primary, "#c8102e")
    dark = brand.dark_palette(primary, "#c8102e")

    for palette, surfaces in ((light, brand.LIGHT_SURFACES), (dark, brand.DARK_SURFACES)):
        assert brand.contrast(palette.on_brand, palette.brand) >= brand.TEXT_CONTRAST
        for surface in (*surfaces, palette.brand_soft):
            assert brand.contrast(palette.brand_text, surface) >= brand.TEXT_CONTRAST
        for surface in surfaces:
            assert brand.contrast(palette.accent, surface) >= brand.SHAPE_CONTRAST


def test_stylesheet_holds_both_themes_and_nothing_that_was_typed():
    css = brand.stylesheet("#1D4F91", "#C8102E")

    assert "--brand:#1d4f91;" in css
    assert "prefers-color-scheme:dark" in css
    assert css.count("{") == css.count("}") == 4


def test_stylesheet_refuses_what_is_not_a_colour():
    with pytest.raises(brand.BrandColorMalformed):
        brand.stylesheet("#fff}body{", "#c8102e")
