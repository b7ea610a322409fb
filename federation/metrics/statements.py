"""The named SQL of this room: what a file of `sql/` finds, and the statement that adds it up.

A file is one SELECT. It has a column for each dimension at its finest (no null), `numerator`, and unless it
counts alone `denominator`: null where a contributor has nothing to do with it, zero where it counts for
nothing. Of `CONTRIBUTORS` it has `contributor` (a bigint); a contributor may have several rows. Of `CELLS`,
counted before, it has `numerator_units` and `denominator_units`.

What is added up here, for all of them alike: every margin by the ROLLUP of each dimension, and in each the
distinct contributors, and the most that one of them holds.
"""

# ruff: noqa: S608  the texts are put together from the files of this room
from __future__ import annotations

import re
from functools import cache

from federation.metrics.catalogue import SQL, Axis, Indicator, Kind, Rows
from federation.secrecy.tables import TOTAL

# The planner takes a month for a few rows, and loops over all of them.
NO_NESTED_LOOPS = "SET LOCAL enable_nestloop = off"
NESTED_LOOPS = "SET LOCAL enable_nestloop = on"
_PART = re.compile(r"^-- part: (\w+)\n", re.MULTILINE)


@cache
def named(name: str) -> str:
    """The text of a file; a line `-- part: schooled` stands for the CTEs of `sql/parts/schooled.sql`."""
    text = (SQL / f"{name}.sql").read_text(encoding="utf-8")
    return _PART.sub(lambda found: named(f"parts/{found[1]}"), text)


@cache
def statement(indicator: Indicator) -> str:
    """What finds every cell of an indicator: its codes, then value, units and largest of each measure."""
    axes = indicator.axes
    measures = ["numerator", "denominator", "rest"] if indicator.kind is Kind.SHARE else []
    measures = measures or [
        role
        for role, measure in zip(("numerator", "denominator"), indicator.measures, strict=False)
        if not measure.within
    ]
    build = _of_cells if indicator.rows is Rows.CELLS else _of_contributors
    return build(indicator, axes, measures)


def _of_contributors(indicator: Indicator, axes: tuple[Axis, ...], measures: list[str]) -> str:
    names = "".join(f"{axis.name}, " for axis in axes)
    sums = ", ".join(f"sum({measure})::bigint AS {measure}" for measure in measures)
    told = ", ".join(
        f"coalesce(sum({name}), 0)::bigint, count({name})::bigint, coalesce(max(abs({name})), 0)::bigint"
        for name in measures
    )
    rolled = "".join(f", {_rollup(axis)}" for axis in axes)
    keyed = f" GROUP BY {names.rstrip(', ')}" if axes else ""
    return (
        f"WITH found AS ({named(indicator.source)}),\n"
        f"placed AS (SELECT found.*{_rest(indicator, measures)}{_communes(axes)}),\n"
        f"held AS (SELECT contributor, {_codes(axes)}{sums} FROM placed "
        f"GROUP BY contributor{rolled}{_having(axes)})\n"
        f"SELECT {names}{told} FROM held{keyed}"
    )


def _of_cells(indicator: Indicator, axes: tuple[Axis, ...], measures: list[str]) -> str:
    told = ", ".join(
        f"coalesce(sum({name}), 0)::bigint, coalesce(sum({name}_units), 0)::bigint, NULL::bigint"
        for name in measures
    )
    grouped = f" GROUP BY {', '.join(_rollup(axis) for axis in axes)}" if axes else ""
    return (
        f"WITH found AS ({named(indicator.source)}),\n"
        f"placed AS (SELECT found.*{_rest(indicator, measures)}{_communes(axes)})\n"
        f"SELECT {_codes(axes)}{told} FROM placed{grouped}{_having(axes)}"
    )


def _rest(indicator: Indicator, measures: list[str]) -> str:
    """What is left of a share; null when nothing is: who is whole in the numerator is not in the rest."""
    if "rest" not in measures:
        return ""
    rest = "nullif(found.denominator - coalesce(found.numerator, 0), 0)"
    if indicator.rows is Rows.CONTRIBUTORS:
        return f", {rest} AS rest"
    units = "found.denominator_units - coalesce(found.numerator_units, 0)"
    return f", {rest} AS rest, {units} AS rest_units"


def _communes(axes: tuple[Axis, ...]) -> str:
    """Where `placed` reads: with the commune of each collège when collèges are a dimension.

    A collège that the département does not know is nowhere.
    """
    if not any(axis.is_of_places for axis in axes):
        return " FROM found"
    return (
        ", coalesce(town.commune, 'NONE') AS commune, coalesce(town.uai, 'NONE') AS place FROM found"
        " LEFT JOIN unnest(%(uais)s::text[], %(communes)s::text[]) AS town (uai, commune)"
        " ON town.uai = found.college"
    )


def _rollup(axis: Axis) -> str:
    return f"ROLLUP ({', '.join(axis.levels)})"


def _codes(axes: tuple[Axis, ...]) -> str:
    """Each dimension's code in a margin: the finest of its levels that was not rolled up."""
    return "".join(
        "CASE "
        + " ".join(f"WHEN grouping({level}) = 0 THEN {level}" for level in reversed(axis.levels))
        + f" ELSE '{TOTAL}' END AS {axis.name}, "
        for axis in axes
    )


def _having(axes: tuple[Axis, ...]) -> str:
    """The commune of no collège is no margin: it would be the collège NONE again."""
    twice = [
        f"NOT (grouping({axis.levels[-1]}) = 1 AND grouping({axis.levels[0]}) = 0"
        f" AND {axis.levels[0]} = 'NONE')"
        for axis in axes
        if axis.is_of_places
    ]
    return f" HAVING {' AND '.join(twice)}" if twice else ""
