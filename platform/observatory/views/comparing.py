"""A few départements side by side, for a few indicators: what a member prepares for a meeting."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode

from observatory.figures import Comparison, Place
from observatory.reading import Reader
from observatory.views.frame import open_page, show

MOST_PLACES, MOST_INDICATORS = 4, 4


def chosen_places(request: HttpRequest, places: tuple[Place, ...]) -> list[Place]:
    """The départements asked for, in their order, four at most; the first three when none is."""
    asked = request.GET.getlist("d")
    chosen = [place for place in places if place.code in asked]
    return (chosen or list(places[:3]))[:MOST_PLACES]


def chosen_indicators(request: HttpRequest, found: list[Comparison]) -> list[Comparison]:
    """The indicators asked for, four at most; the first of each theme when none is."""
    asked = request.GET.getlist("i")
    chosen = [one for one in found if one.sheet.code in asked]
    if not chosen:
        seen: set[str] = set()
        chosen = [
            one
            for one in found
            if not (one.sheet.theme in seen or seen.add(one.sheet.theme))  # type: ignore[func-returns-value]
        ]
    return chosen[:MOST_INDICATORS]


@open_page
def compare(request: HttpRequest) -> HttpResponse:
    """`/observatoire/comparer/?d=92&d=94&i=canteen-average-price`"""
    reader = Reader.now()
    found = reader.comparisons()
    chosen = chosen_places(request, reader.places)
    comparisons = chosen_indicators(request, found)
    context = {
        "all": found,
        "places": reader.places,
        "chosen": chosen,
        "comparisons": comparisons,
        "query": request.GET.urlencode(),
        "report_query": urlencode(
            [("d", place.code) for place in chosen] + [("i", one.sheet.code) for one in comparisons]
        ),
    }
    return show(request, "compare", context)
