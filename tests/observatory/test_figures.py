"""What is said of figures, by hand: how far, which way, who is surely first."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from federation.metrics.catalogue import Unit
from observatory import answers
from observatory.figures import chance
from observatory.numbers import difference, figure_of, written
from tests.observatory.comparisons import OCTOBERS, SHEET, made


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("unit", "numerator", "denominator", "expected"),
    [
        (Unit.PER_MILLE, 1, 3, "33,3 %"),
        (Unit.PER_MILLE, 1_245, 10_000, "12,5 %"),
        (Unit.CENTS, 4_012_000, 1_000_000, "0,04 €"),
        (Unit.CENTS, 1_048_255, None, "10 482,55 €"),
        (Unit.PER_THOUSAND, 87, 1_000, "87,0 ‰"),
        (Unit.TENTHS, 11, 4, "2,8"),
        (Unit.TENTHS_OF_DAY, 84, 1, "3,5 j"),
        (Unit.COUNT, 10_482, None, "10 482"),
    ],
)
def test_a_figure_is_written_in_french(unit, numerator, denominator, expected):
    assert plain(written(figure_of(unit, numerator, denominator), unit)) == expected


def test_of_nobody_there_is_no_figure():
    assert figure_of(Unit.PER_MILLE, 0, 0) is None


def test_a_share_moves_by_points_and_a_price_by_euros():
    assert plain(difference(Decimal("1.2"), Unit.PER_MILLE)) == "+1,2 point"
    assert plain(difference(Decimal("-2.0"), Unit.PER_MILLE)) == "\u22122,0 points"
    assert plain(difference(Decimal("-0.10"), Unit.CENTS)) == "\u22120,10 €"


def test_chance_is_wilsons_interval():
    """Of 10 out of 100: 5.52 to 17.44 (Wilson 1927, by hand)."""
    low, high = chance(SHEET, 10, 100)

    assert round(low, 2) == Decimal("5.52")
    assert round(high, 2) == Decimal("17.44")


def test_a_change_below_a_fiftieth_is_stable():
    comparison = made({"92": [(500, 1_000), (509, 1_000)], "94": [(500, 1_000), (511, 1_000)]})

    assert comparison.direction("92") == 0
    assert comparison.direction("94") == 1
    assert comparison.direction("93") is None


def test_a_rank_has_two_ends_where_chance_could_have_put_it_elsewhere():
    comparison = made(
        {
            "92": [(1, 2), (6_000, 10_000)],
            "93": [(1, 2), (61, 100)],
            "94": [(1, 2), (3_000, 10_000)],
        }
    )

    said = {one.place.code: answers.rank_said(one) for one in comparison.ranking()}

    assert said == {"92": "entre 1er et 2e", "93": "entre 1er et 2e", "94": "3e"}
    assert plain(answers.ranking_title(comparison)) == (
        "Le plus bas : Val-de-Marne. Les premiers se tiennent."
    )


def test_all_together_is_no_mean_of_figures():
    comparison = made({"92": [(1, 2), (900, 1_000)], "94": [(1, 2), (1_000, 10_000)]})

    assert round(comparison.together, 2) == Decimal("17.27")


def test_the_title_is_the_answer():
    rising = made({code: [(500, 1_000), (600, 1_000)] for code in ("92", "93", "94")})
    mixed = made({"92": [(500, 1_000), (600, 1_000)], "94": [(500, 1_000), (400, 1_000)]})
    nothing = made({})

    assert plain(answers.headline(rising)) == "Élèves inscrits : hausse dans les trois départements"
    assert plain(answers.headline(mixed)).startswith("Élèves inscrits : hausse dans un département")
    assert plain(answers.headline(nothing)) == "Élèves inscrits : aucun chiffre pour le moment"


def test_a_secret_figure_is_neither_absent_nor_zero():
    comparison = made({"92": [(500, 1_000), (None, 1_000)], "93": [(1, 2), (0, 0)]})

    said = {code: answers.told(comparison.of(code), comparison) for code in ("92", "93", "94")}

    assert said == {"92": "secret", "93": "aucun cas", "94": "pas publié"}
    assert [one.place.code for one in comparison.ranking()] == []


def test_the_current_period_is_one_that_half_of_them_released():
    comparison = made({"92": [(1, 2), (1, 2)], "93": [(1, 2)], "94": [(1, 2)]})

    assert comparison.current == OCTOBERS[0]
    assert comparison.periods[-1] == datetime.date(2026, 10, 1)
