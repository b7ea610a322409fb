"""Every act of the console, as a mutation of the API.

The console says what an act is (`console.acts`), the API how a mutation answers (`api.mutations.base`),
and neither may know the other: they meet here, under the roof. `api.schema` finds `mutations` by the
setting `GRAPH_MUTATIONS`. An act is its own mutation unless one written by hand does the same
(`by_hand`).
"""

from __future__ import annotations

from typing import Any

from console import acts
from socle.graph_acts.acting import mutation_of
from socle.graph_acts.by_hand import BY_HAND
from socle.graph_acts.naming import field_name

__all__ = ["mutations"]


def mutations() -> dict[str, Any]:
    """The fields that acts add to the root of mutations, by name."""
    return {
        field_name(act): mutation_of(act).Field(required=True, description=_said(act))
        for act in acts.catalogue()
        if act.name not in BY_HAND
    }


def _said(act: acts.Act) -> str:
    return f"{act.title}. Pour les agents."
