"""The catalogue of indicators: one file for each theme in `indicators/`, checked against its JSON Schema.

An indicator is data: what it asks, what it counts, over which dimensions, by which named statement of
`sql/`, under which rule of secrecy. A change of what it counts is a new `version`.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import functools
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import jsonschema
import yaml

from commons.errors import NotFound
from commons.periods import Period, month_period
from commons.school_calendar import school_year_of
from federation.secrecy import tables

_ROOM = Path(__file__).parent
FOLDER = _ROOM / "indicators"
SCHEMA = FOLDER / "indicators.schema.json"
SQL = _ROOM / "sql"


class Kind(enum.StrEnum):
    """What the two parts of an indicator are to each other.

    A `COUNT` has a numerator alone. A `RATIO` divides what is counted apart (cents by meals). Of a
    `SHARE` the numerator is a part of the denominator: what is left of it is a figure too, and is
    protected with them, or who is not in the numerator would be found by subtracting.
    """

    COUNT = "COUNT"
    RATIO = "RATIO"
    SHARE = "SHARE"


class Grain(enum.StrEnum):
    """The period of which an indicator tells."""

    MONTH = "MONTH"
    YEAR = "YEAR"

    def period(self, day: datetime.date) -> Period:
        """The month, or the school year, of a day."""
        if self is Grain.MONTH:
            return month_period(day.year, day.month)
        return school_year_of(day).period

    def period_name(self, day: datetime.date) -> str:
        """`2024-10`, or `2024-2025`."""
        return f"{day:%Y-%m}" if self is Grain.MONTH else school_year_of(day).label


class Unit(enum.StrEnum):
    """In what an indicator is told. Each says by which numbers its ratio is multiplied, and divided."""

    COUNT = "COUNT"
    CENTS = "CENTS"
    PER_MILLE = "PER_MILLE"
    PER_THOUSAND = "PER_THOUSAND"
    TENTHS = "TENTHS"
    TENTHS_OF_DAY = "TENTHS_OF_DAY"  # of hours

    @property
    def scale(self) -> tuple[int, int]:
        return _SCALES[self]


_SCALES = {
    Unit.COUNT: (1, 1),
    Unit.CENTS: (1, 1),
    Unit.PER_MILLE: (1_000, 1),
    Unit.PER_THOUSAND: (1_000, 1),
    Unit.TENTHS: (10, 1),
    Unit.TENTHS_OF_DAY: (10, 24),
}


class Rows(enum.StrEnum):
    """What a row of the statement is: what one contributor counts for, or a cell counted before.

    Contributors are told apart by `contributor`, and counted once in each margin. Cells counted before
    share nobody: their units add up.
    """

    CONTRIBUTORS = "CONTRIBUTORS"
    CELLS = "CELLS"


class Sensitivity(enum.StrEnum):
    """Which rule of secrecy holds for what is counted."""

    FISCAL = "FISCAL"
    PERSONS = "PERSONS"
    PARTNERS = "PARTNERS"
    OPEN = "OPEN"

    @property
    def rule(self) -> tables.Rule:
        return _RULES[self]


_RULES = {
    Sensitivity.FISCAL: tables.FISCAL,
    Sensitivity.PERSONS: tables.PERSONS,
    Sensitivity.PARTNERS: tables.PARTNERS,
    Sensitivity.OPEN: tables.OPEN,
}


@dataclasses.dataclass(frozen=True, slots=True)
class Axis:
    """A dimension as the catalogue knows it. `codes` gives each code its French words, in order.

    `levels` are the columns that stand one above the other, the widest first. Codes of places are the
    département's own, and found when it computes.
    """

    name: str
    label: str
    levels: tuple[str, ...]
    codes: Mapping[str, str]

    @property
    def is_of_places(self) -> bool:
        return len(self.levels) > 1


@dataclasses.dataclass(frozen=True, slots=True)
class Measure:
    """What is counted, in French, and of whom: `counted` is the unit of secrecy.

    `within` is the share of which this is the numerator: the same figure must not be protected twice, once
    in a table of its own and once beside what is left of the whole.
    """

    code: str
    label: str
    counted: str
    additive: bool
    within: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """An indicator, as its file says it.

    `measures` are what its tables count: one, or two of a ratio. Of a share it is the whole, of which
    `part` names, in French, what the numerator is.
    """

    code: str
    theme: str
    name: str
    question: str
    definition: str
    caveats: tuple[str, ...]
    unit: Unit
    kind: Kind
    rows: Rows
    measures: tuple[Measure, ...]
    part: str
    dimensions: tuple[str, ...]
    source: str
    grain: Grain
    sensitivity: Sensitivity
    version: int
    valid_from: datetime.date

    @property
    def rule(self) -> tables.Rule:
        return self.sensitivity.rule

    @property
    def numerator(self) -> str:
        """What is above the line, in French."""
        return self.part or self.measures[0].label

    @property
    def denominator(self) -> str:
        """What is below the line, in French; empty of a count."""
        return "" if self.kind is Kind.COUNT else self.measures[-1].label

    @property
    def counted(self) -> str:
        """Who, or what, a unit of secrecy is, in French."""
        return self.measures[0].counted

    @property
    def axes(self) -> tuple[Axis, ...]:
        return tuple(axes()[name] for name in self.dimensions)

    def value(self, numerator: int | None, denominator: int | None = None) -> int | None:
        """What is told of two parts, in the indicator's unit, half-up; None unless both are told."""
        if self.kind is Kind.COUNT or numerator is None:
            return numerator
        if not denominator:
            return None
        times, by = self.unit.scale
        return (2 * numerator * times + denominator * by) // (2 * denominator * by)


def indicators() -> tuple[Indicator, ...]:
    """All of them: themes in the order of their files, then as they are written."""
    return tuple(_catalogue().values())


def indicator(code: str) -> Indicator:
    """
    An indicator by its code.

    :raises NotFound: if there is none
    """
    found = _catalogue().get(code)
    if found is None:
        raise NotFound(indicator=code)
    return found


def themes() -> Mapping[str, str]:
    """The French name of each theme."""
    return MappingProxyType({theme["theme"]: theme["label"] for theme in _files()})


@functools.cache
def axes() -> Mapping[str, Axis]:
    """The dimensions that indicators may have, by name."""
    read = yaml.safe_load((_ROOM / "dimensions.yaml").read_text(encoding="utf-8"))
    return MappingProxyType(
        {
            name: Axis(
                name=name,
                label=row["label"],
                levels=tuple(row.get("levels", (name,))),
                codes=MappingProxyType(dict(row.get("codes", {}))),
            )
            for name, row in read.items()
        }
    )


@functools.cache
def measures() -> Mapping[str, Measure]:
    """What indicators may count, by code."""
    read = yaml.safe_load((_ROOM / "measures.yaml").read_text(encoding="utf-8"))
    return MappingProxyType({code: Measure(code=code, **row) for code, row in read.items()})


@functools.cache
def _files() -> tuple[Any, ...]:
    return tuple(read_theme(path) for path in sorted(FOLDER.glob("*.yaml")))


def read_theme(path: Path) -> Any:
    """
    A file of indicators, as it is written.

    :raises jsonschema.ValidationError: if it does not follow the schema
    """
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    _validator().validate(found)
    return found


@functools.cache
def _validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    schema["$defs"]["dimension"]["enum"] = sorted(axes())
    schema["$defs"]["measure"]["enum"] = sorted(measures())
    return jsonschema.Draft202012Validator(schema)


@functools.cache
def _catalogue() -> Mapping[str, Indicator]:
    found: dict[str, Indicator] = {}
    for theme in _files():
        for row in theme["indicators"]:
            if row["code"] in found:
                raise ValueError(f"two indicators are named {row['code']}")
            found[row["code"]] = _indicator(row, theme["theme"])
    return MappingProxyType(found)


def _indicator(row: Mapping[str, Any], theme: str) -> Indicator:
    return Indicator(
        code=row["code"],
        theme=theme,
        name=row["name"],
        question=row["question"],
        definition=row["definition"],
        caveats=tuple(row["caveats"]),
        unit=Unit(row["unit"]),
        kind=Kind(row["kind"]),
        rows=Rows(row.get("rows", Rows.CONTRIBUTORS)),
        measures=tuple(measures()[name] for name in row["measures"]),
        part=row.get("part", ""),
        dimensions=tuple(row["dimensions"]),
        source=row["source"],
        grain=Grain(row["grain"]),
        sensitivity=Sensitivity(row["sensitivity"]),
        version=row["version"],
        valid_from=datetime.date.fromisoformat(row["valid_from"]),
    )
