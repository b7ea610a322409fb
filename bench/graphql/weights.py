"""What each field asks of PostgreSQL, found from thousands of documents: writes `graphql/api/weights.toml`.

Documents of each field of Query are drawn and timed (`bench.graphql.drawn`); the weights are those that
explain their times best: no weight below nothing, the least sum of relative errors (a linear programme,
HiGHS). Only fields of objects have one: values come with their object. The documents of `bench.graphql.costs`
are of another seed. Below SCALE=1 nothing is written; what was timed is in `var/bench/weights.json`.
"""

from __future__ import annotations

import collections
import statistics
from collections.abc import Iterator, Mapping
from typing import Any

import highspy
from graphql import (
    FieldNode,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
    parse,
)

from api import weights
from api.limits import INTROSPECTION_ROOTS
from api.schema import schema
from bench.graphql import costs
from bench.graphql.drawn import drawn, site
from bench.measures import Row, keep

SEED = costs.SEED + 1
EACH = 6  # documents of a field of Query, and one more for each field of its type
MOST = 60
DOUBT = 1e-5  # what a microsecond of an inner field must save of errors: a root is believed first
LEAST_SECONDS = 0.001  # below, an error is of the clock
WRITTEN = 100  # microseconds
HEADER = """\
# What each field asks of PostgreSQL, in microseconds, at a département's size (api/weights.py).
# Written by `make bench SCALE=1 ARGS=graphql.weights`; a field without a line asks nothing.
"""
Fields = collections.Counter[str]


def run(scale: float) -> list[Row]:
    """Time the documents, find the weights, write them."""
    roots = sorted(set(schema.graphql_schema.query_type.fields) - INTROSPECTION_ROOTS)
    timed: list[tuple[Fields, float]] = []
    with site(scale) as here:
        reads = here.reads(SEED)
        for name in roots:
            for _ in range(_documents(name)):
                text = drawn(reads, name)
                timed.append((fields_of(text), here.measured(text)["seconds"]))
    keep("weights", [{"fields": one, "seconds": taken} for one, taken in timed])
    found = explained(timed)
    lines = {name: round(found.get(name, 0)) for name in found if found[name] >= WRITTEN}
    lines |= {f"Query.{name}": round(found.get(f"Query.{name}", 0)) for name in roots}
    written = "".join(f'"{name}" = {lines[name]}\n' for name in sorted(lines))
    if scale >= 1:
        weights.FILE.write_text(HEADER + written, encoding="utf-8")
    ours = [sum(found.get(name, 0) * times for name, times in one.items()) for one, _ in timed]
    rho = statistics.correlation(costs.ranks(ours), costs.ranks([taken for _, taken in timed]))
    return [
        Row("documents, fields that ask something", f"{len(timed)}, {len(lines)}"),
        Row("rank correlation with the documents they come from", f"{rho:.3f}"),
    ]


def _documents(name: str) -> int:
    kind = get_named_type(schema.graphql_schema.query_type.fields[name].type)
    return min(EACH + len(getattr(kind, "fields", ())), MOST)


def fields_of(text: str) -> Fields:
    """The fields of a document, as `Type.field`, and how often each is there."""
    (operation,) = parse(text).definitions
    return collections.Counter(
        _walked(operation.selection_set, schema.graphql_schema.query_type)  # type: ignore[attr-defined]
    )


def _walked(selected: SelectionSetNode | None, parent: Any) -> Iterator[str]:
    for node in selected.selections if selected else ():
        if isinstance(node, InlineFragmentNode) and node.type_condition:
            kind = schema.graphql_schema.get_type(node.type_condition.name.value)
            yield from _walked(node.selection_set, kind)
        elif isinstance(node, FieldNode) and node.name.value in getattr(parent, "fields", ()):
            kind = get_named_type(parent.fields[node.name.value].type)
            if parent.name == "Query" or (is_composite_type(kind) and not _is_of_course(kind.name)):
                yield f"{parent.name}.{node.name.value}"
            if is_composite_type(kind):
                yield from _walked(node.selection_set, kind)


def _is_of_course(kind: str) -> bool:
    """Whether an object is read with the one above it: an amount, a part of a page."""
    return kind in ("Money", "PageInfo") or kind.endswith("Edge")


def explained(timed: list[tuple[Fields, float]]) -> Mapping[str, float]:
    """The weights, in microseconds, of which the sums are nearest to the times."""
    programme = highspy.Highs()
    programme.setOptionValue("output_flag", False)
    names = sorted({name for fields, _taken in timed for name in fields})
    weight = {
        name: programme.addVariable(lb=0, obj=0 if name.startswith("Query.") else DOUBT)
        for name in names
    }
    for fields, taken in timed:
        importance = 1 / max(taken, LEAST_SECONDS)
        over, under = (programme.addVariable(lb=0, obj=importance) for _ in range(2))
        counted = sum((times * weight[name] for name, times in fields.items()), 0)
        programme.addConstr(counted + over - under == taken * 1_000_000)
    programme.run()
    solution = programme.getSolution().col_value
    return {name: solution[variable.index] for name, variable in weight.items()}
