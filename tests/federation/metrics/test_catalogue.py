"""The catalogue is data, and holds together: schema, statements, words, and a hand for each figure."""

from __future__ import annotations

import ast
import copy
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from commons.errors import NotFound
from federation.metrics import catalogue, statements
from federation.metrics.catalogue import Kind, Unit, indicator, indicators
from federation.secrecy import tables
from ui.wording import typographic

HERE = Path(__file__).parent


def test_a_threshold_is_that_of_what_an_indicator_reads():
    rules = {one.code: one.rule for one in indicators()}

    assert rules["visits"] == tables.PERSONS
    assert rules["canteen-average-price"] == tables.FISCAL
    assert rules["canteen-average-price"].threshold == 11


def test_what_reads_proofs_of_resources_is_fiscal():
    wrong = [
        one.code
        for one in indicators()
        if "tariffs_householdresources" in statements.named(one.source)
        and one.rule != tables.FISCAL
    ]
    assert wrong == []


def test_each_statement_is_an_indicators_and_says_what_it_answers():
    names = {path.stem for path in catalogue.SQL.glob("*.sql")}

    assert names == {one.source for one in indicators()}
    for name in names:
        text = (catalogue.SQL / f"{name}.sql").read_text(encoding="utf-8")
        header = "".join(line for line in text.splitlines() if line.startswith("-- "))
        assert all(word in header for word in ("?", "Grain:", "Refresh:")), name


def test_each_indicator_is_computed_by_hand():
    """`figures("code")` stands in a test of this folder: an indicator without one is not proved."""
    by_hand = {
        str(node.args[0].value)
        for path in HERE.glob("test_*_indicators.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "figures"
        and isinstance(node.args[0], ast.Constant)
    }
    assert by_hand == {one.code for one in indicators()}


def test_words_have_the_no_break_spaces_of_french():
    words = [
        text
        for one in indicators()
        for text in (one.name, one.question, one.definition, one.numerator, *one.caveats)
    ]
    words += [text for axis in catalogue.axes().values() for text in axis.codes.values()]

    assert [text for text in words if typographic(text) != text] == []
    assert [text for text in words if re.search(r"\d [€%\d]", text)] == []


def test_each_measure_and_dimension_serves():
    assert {m.code for one in indicators() for m in one.measures} == set(catalogue.measures())
    assert {axis.name for one in indicators() for axis in one.axes} == set(catalogue.axes())


def test_the_numerator_of_a_share_is_told_over_the_same_dimensions():
    for one in indicators():
        for share in filter(None, (measure.within for measure in one.measures)):
            assert indicator(share).dimensions == one.dimensions
            assert (indicator(share).grain, indicator(share).rule) == (one.grain, one.rule)


def test_an_unknown_indicator_is_not_found():
    with pytest.raises(NotFound):
        indicator("nothing")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "Visits"),
        ("question", "Combien de visites"),
        ("dimensions", ["planet"]),
        ("measures", ["visits", "visitors"]),  # a count has one
        ("part", "visites"),  # a part is a share's
        ("sensitivity", "SECRET"),
        ("valid_from", "2024"),
        ("colour", "blue"),
    ],
)
def test_a_file_that_breaks_the_schema_is_refused(tmp_path, field, value):
    theme = copy.deepcopy(catalogue.read_theme(catalogue.FOLDER / "ent.yaml"))
    theme["indicators"][0][field] = value
    path = tmp_path / "ent.yaml"
    path.write_text(yaml.safe_dump(theme), encoding="utf-8")

    with pytest.raises(jsonschema.ValidationError):
        catalogue.read_theme(path)


def test_brackets_of_income_are_fiscal_by_the_schema(tmp_path):
    theme = copy.deepcopy(catalogue.read_theme(catalogue.FOLDER / "canteen.yaml"))
    row = next(one for one in theme["indicators"] if "bracket" in one["dimensions"])
    row["sensitivity"] = "PERSONS"
    path = tmp_path / "canteen.yaml"
    path.write_text(yaml.safe_dump(theme), encoding="utf-8")

    with pytest.raises(jsonschema.ValidationError):
        catalogue.read_theme(path)


def test_a_figure_is_told_in_its_unit_and_half_up():
    share, price = indicator("canteen-take-up"), indicator("canteen-average-price")

    assert (share.kind, share.value(1, 3), share.value(2, 3)) == (Kind.SHARE, 333, 667)
    assert (price.unit, price.value(5_00, 8)) == (Unit.CENTS, 63)
    assert indicator("visits").value(12) == 12
    assert indicator("visits-per-visitor").value(3, 2) == 15


def test_a_figure_with_a_part_that_is_not_told_is_not_told():
    share = indicator("canteen-take-up")

    assert share.value(None, 3) is None
    assert share.value(3, None) is None
    assert share.value(0, 0) is None
