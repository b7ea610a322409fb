"""A shared figure that waits to be published: pupils at the canteen, in October."""

from __future__ import annotations

import datetime
from typing import Any

from console.acts.figures import Span
from federation.metrics import catalogue
from federation.metrics.catalogue import Grain
from federation.publication import operations
from tests.factories.tariffs import ACTOR

OCTOBER = datetime.date(2024, 10, 1)
INDICATOR = "canteen-take-up"
ACTS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "prepare-figures": (("figures",), {}),
    "publish-figures": (("figures",), {}),
    "prepare-figure": (("figure",), {}),
    "publish-figure": (("publication",), {}),
    "veto-figure": (("publication",), {"reason": "Un collège n'a pas tout saisi."}),
}
PARAMETERS = {"figure": "publication"}


def prepared(*, at: datetime.datetime) -> dict[str, Any]:
    """The figure, and how its month and its indicator are named."""
    return {
        "publication": operations.prepare(indicator=INDICATOR, start=OCTOBER, actor=ACTOR, at=at),
        "figures": Span(Grain.MONTH, OCTOBER),
        "figure": Span(Grain.MONTH, OCTOBER, catalogue.indicator(INDICATOR)),
    }
