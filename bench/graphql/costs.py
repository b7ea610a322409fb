"""What the API counts for a document beside what it asks of PostgreSQL: the rank correlation of 300.

The documents are drawn by one seed (`bench.graphql.drawn`), which `bench.graphql.weights` never sees. One
that the limits refuse is drawn again; no other is left out. Written to `var/bench/costs.json`.
"""

from __future__ import annotations

import statistics
from typing import Any

from bench.graphql.drawn import drawn, site
from bench.measures import Row, keep

SEED = 20_261_129
DOCUMENTS = 300
LEAST = 0.8


def run(scale: float) -> list[Row]:
    """Spearman's rank correlation, and the documents whose ranks are furthest apart."""
    with site(scale) as here:
        reads = here.reads(SEED)
        found = [here.measured(drawn(reads)) for _ in range(DOCUMENTS)]
    keep("costs", found)
    return _rows(found)


def _rows(found: list[dict[str, Any]]) -> list[Row]:
    costs, times = ranks([one["cost"] for one in found]), ranks([one["seconds"] for one in found])
    rho = statistics.correlation(costs, times)
    statements = ranks([one["statements"] for one in found])
    furthest = sorted(range(len(found)), key=lambda rank: -abs(costs[rank] - times[rank]))
    rows = [
        Row("documents, of which nobody reads anything", f"{len(found)}, {_unread(found)}"),
        Row(
            "rank correlation of costs and SQL times (Spearman)", f"{rho:.3f}", f"≥ {LEAST}",
            rho >= LEAST,
        ),
    ]  # fmt: skip
    rows.append(
        Row("the same of statements alone", f"{statistics.correlation(statements, times):.3f}")
    )
    return rows + [
        Row(
            f"apart: {found[rank]['document'][8:70]}",
            f"cost {found[rank]['cost']}, {found[rank]['seconds'] * 1000:.2f} ms, "
            f"{found[rank]['statements']} statements",
        )
        for rank in furthest[:5]
    ]


def _unread(found: list[dict[str, Any]]) -> int:
    return sum(not one["told"] for one in found)


def ranks(values: list[float]) -> list[float]:
    """The rank of each; equals share theirs."""
    order = sorted(values)
    first = {value: rank for rank, value in reversed(list(enumerate(order)))}
    last = {value: rank for rank, value in enumerate(order)}
    return [(first[value] + last[value]) / 2 for value in values]
