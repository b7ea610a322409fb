"""Pictures: nothing the policy refuses, hatching for secrets, colours that stand out, a sentence for each."""

from __future__ import annotations

import re

import pytest
from defusedxml.ElementTree import fromstring

from observatory import palette
from observatory.charts import shapes, specs
from tests.observatory.comparisons import PLACES, made
from ui import brand

HAUTS_DE_SEINE = PLACES[0]


@pytest.fixture
def comparison(own_cache):
    return made(
        {
            "92": [(500, 1_000), (600, 1_000)],
            "93": [(550, 1_000), (None, 1_000)],
            "94": [(450, 1_000), (440, 1_000)],
        }
    )


@pytest.fixture
def pictures(comparison):
    return {
        "spark": specs.spark(comparison, HAUTS_DE_SEINE),
        "multiple": specs.multiple(comparison, HAUTS_DE_SEINE),
        "ranking": specs.ranking(comparison),
        "lines": specs.lines(comparison, PLACES),
        "strip": specs.strip(comparison, HAUTS_DE_SEINE),
    }


def test_a_picture_holds_nothing_that_the_policy_of_content_refuses(pictures):
    for name, svg in pictures.items():
        root = fromstring(svg)
        attributes = {key for element in root.iter() for key in element.attrib}

        assert not re.search(r"<script|<style|href", svg), name
        assert not {key for key in attributes if key.startswith(("style", "on"))}, name
        assert root.get("aria-hidden") == "true", name


def test_pictures_are_light(pictures):
    assert len(pictures["spark"]) < 1_500
    assert max(len(svg) for svg in pictures.values()) < 12_000


def test_a_secret_is_hatched_and_named_and_has_no_bar(pictures):
    ranking = pictures["ranking"]

    assert "<pattern" in ranking
    assert ">secret</text>" in ranking
    assert palette.style_of("93").colour not in ranking


def test_bars_begin_at_zero(comparison, pictures):
    """60 % is a bar of three halves of 44 %… : widths are as figures."""
    bars = re.findall(r'd="M0,[\d.]+h([\d.]+)v', pictures["ranking"])
    widths = [float(width) for width in bars[:2]]

    assert widths[0] / widths[1] == pytest.approx(60 / 44, rel=0.02)


def test_what_was_drawn_is_not_drawn_again(comparison, pictures, monkeypatch):
    def refuse(_chart):
        raise AssertionError("it was kept")

    monkeypatch.setattr("observatory.charts.drawing.to_svg", refuse)

    assert specs.ranking(comparison) == pictures["ranking"]


@pytest.mark.parametrize("code", palette.codes())
def test_each_colour_stands_out_from_every_surface_of_both_themes(code):
    colour = palette.style_of(code).colour
    light = [brand.contrast(colour, surface) for surface in brand.LIGHT_SURFACES]
    dark = [brand.contrast(colour, surface) for surface in brand.DARK_SURFACES]

    assert min(light + dark) >= (2.9 if code == "75" else brand.SHAPE_CONTRAST)


def test_no_two_departements_have_the_same_colour_or_the_same_sign_and_dash():
    styles = [palette.style_of(code) for code in palette.codes()]

    assert len({one.colour for one in styles}) == len(styles)
    assert len({(one.sign, one.dash) for one in styles if one.colour != "#6f7681"}) == 7


def test_the_map_writes_each_figure_in_its_shape(comparison):
    drawn = {one.code: one for one in shapes.drawn_map(comparison)}

    assert drawn["92"].said == "60,0\u00a0%"
    assert drawn["93"].is_secret
    assert drawn["94"].step == 1
    assert not drawn["77"].takes_part
    assert len(drawn) == 8
