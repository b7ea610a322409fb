"""All the départements at a glance: one indicator of each theme drawn, the others in a sentence."""

from __future__ import annotations

import dataclasses

from django.http import HttpRequest, HttpResponse

from observatory.figures import Comparison
from observatory.reading import Reader
from observatory.views.frame import open_page, show

SHOWN_CHANGES = 3


@dataclasses.dataclass(frozen=True, slots=True)
class Theme:
    """A theme: the indicator that stands for it, and the others."""

    code: str
    name: str
    first: Comparison
    others: tuple[Comparison, ...]


def themes(comparisons: list[Comparison]) -> list[Theme]:
    """The indicators by theme, in the order of the catalogue."""
    by_code: dict[str, list[Comparison]] = {}
    for one in comparisons:
        by_code.setdefault(one.sheet.theme, []).append(one)
    return [
        Theme(code, own[0].sheet.theme_name, own[0], tuple(own[1:]))
        for code, own in by_code.items()
    ]


def most_moved(comparisons: list[Comparison]) -> list[Comparison]:
    """The indicators that moved the same way in the most départements."""

    def agreement(one: Comparison) -> int:
        ways = [one.direction(place.code) for place in one.places]
        return max(ways.count(1), ways.count(-1))

    moved = [one for one in comparisons if agreement(one) > 1]
    return sorted(moved, key=agreement, reverse=True)[:SHOWN_CHANGES]


@open_page
def overview(request: HttpRequest) -> HttpResponse:
    """`/observatoire/`"""
    reader = Reader.now()
    comparisons = reader.comparisons()
    context = {
        "themes": themes(comparisons),
        "changes": most_moved(comparisons),
        "places": reader.places,
    }
    return show(request, "overview", context)
