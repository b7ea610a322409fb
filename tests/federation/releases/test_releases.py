"""What is released: written whole and protected, read by everybody, the latest revision first."""

from __future__ import annotations

import datetime
import hashlib
import json

import pytest

from federation.releases import operations, queries
from federation.releases.models import Figure, PeriodKind, Release
from federation.secrecy.tables import (
    FISCAL,
    TOTAL,
    Dimension,
    Mark,
    ProtectedCell,
    ProtectedTable,
)
from tests.factories.releases import OCTOBER, SECRET, make_release, told

pytestmark = pytest.mark.usefixtures("tenant_db")
SEPTEMBER = datetime.date(2026, 9, 1)


def test_a_release_is_read_as_it_was_protected_with_its_words_and_its_digest():
    release = make_release()

    figures = queries.figures_of(Release.objects.get())

    assert release.published_by == "d92"
    assert list(figures.tables) == ["numerator", "denominator"]
    assert figures.cell("numerator", ("0925678B",)) == SECRET
    assert figures.cell("numerator", ("0921234A",)) == SECRET
    assert figures.rate((TOTAL,)).value == 0.61
    assert figures.words["college"]["0925678B"] == "Les Bruyères"
    assert release.manifest["marks"] == {"SECRET": 2, "TOLD": 4}
    lines = [
        [measure, *key, cell.mark, cell.value]
        for measure, table in figures.tables.items()
        for key, cell in sorted(table.cells.items())
    ]
    said = json.dumps(lines, ensure_ascii=False, separators=(",", ":"))
    assert release.manifest["sha256"] == hashlib.sha256(said.encode()).hexdigest()


def test_a_rate_is_told_only_where_both_of_its_parts_are():
    figures = queries.figures_of(make_release())

    assert figures.rate((TOTAL,)).is_told
    assert not figures.rate(("0925678B",)).is_told
    assert figures.rate(("0925678B",)).value is None
    assert figures.rate(("0920000Z",)).value is None  # of nobody: there is no rate


@pytest.mark.parametrize(
    "cell",
    [
        ProtectedCell(Mark.TOO_FEW, 7),
        ProtectedCell(Mark.SECRET, 0),
        ProtectedCell(Mark.TOO_FEW, None),
        ProtectedCell(Mark.TOLD, None),
    ],
)
def test_a_cell_that_is_not_told_may_bear_no_value(cell):
    with pytest.raises(ValueError, match="leaves told"):
        make_release(cells={"numerator": {(TOTAL,): cell}})

    assert not Release.objects.exists()


def test_measures_of_other_dimensions_are_no_release():
    one, other = Dimension("a", {TOTAL: None}), Dimension("b", {TOTAL: None})
    with pytest.raises(ValueError, match="same dimensions"):
        operations.write_release(
            named=operations.Named("X", 1, PeriodKind.MONTH, OCTOBER),
            tables={
                "numerator": ProtectedTable("meals", [one], {(TOTAL,): told(1)}),
                "denominator": ProtectedTable("pupils", [other], {(TOTAL,): told(1)}),
            },
            rule=FISCAL,
            at=datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC),
        )


def test_the_latest_revision_answers_and_the_earlier_ones_stay():
    first = make_release()
    second = make_release(revision=2, cells={"numerator": {(TOTAL,): told(611)}})
    other = make_release("pass-take-up")

    assert list(queries.latest("canteen-take-up")) == [second]
    assert list(queries.latest()) == [second, other]
    assert list(queries.revisions_of(first)) == [second, first]
    assert queries.latest_release("d92", "canteen-take-up", PeriodKind.MONTH, OCTOBER) == second
    assert queries.latest_release("d94", "canteen-take-up", PeriodKind.MONTH, OCTOBER) is None
    assert queries.indicators() == ["canteen-take-up", "pass-take-up"]


def test_a_series_is_two_statements_by_period_and_a_missing_code_is_the_total(queries_of):
    for month in (SEPTEMBER, OCTOBER):
        make_release(start=month)
    make_release(start=SEPTEMBER, revision=2)

    with queries_of("SELECT releases_release", "SELECT releases_figure"):
        found = queries.series("canteen-take-up", codes={"college": "0921234A"})

    assert [(one.period_start, one.revision) for one in found] == [(SEPTEMBER, 2), (OCTOBER, 1)]
    assert {one.cells["numerator"] for one in found} == {SECRET}
    assert {one.cells["denominator"] for one in found} == {told(960)}
    # what no release has a dimension for is its total
    (total, _) = queries.series("canteen-take-up", codes={"profile": "ELEVE"})
    assert total.rate.value == 0.61
    assert queries.periods("canteen-take-up", PeriodKind.MONTH) == [SEPTEMBER, OCTOBER]
    assert queries.series("canteen-take-up", since=OCTOBER)[0].period_start == OCTOBER
    assert len(queries.series("canteen-take-up", until=OCTOBER)) == 1


def test_a_combination_without_a_row_is_of_nobody():
    make_release()

    (point,) = queries.series("canteen-take-up", codes={"college": "0920000Z"})

    assert point.cells == {"numerator": queries.NOBODY, "denominator": queries.NOBODY}
    assert Figure.objects.count() == 6
