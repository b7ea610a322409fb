"""A département: its figure for each indicator, and where it stands among the others."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from observatory import answers
from observatory.reading import Reader
from observatory.views.frame import open_page, show


@open_page
def profile(request: HttpRequest, code: str) -> HttpResponse:
    """`/observatoire/departements/<code>/`"""
    reader = Reader.now()
    place = reader.place(code)
    themes: dict[str, list[dict[str, object]]] = {}
    for comparison in reader.comparisons():
        if comparison.line(code):
            line = {"comparison": comparison, "rank": answers.place_said(comparison, code)}
            themes.setdefault(comparison.sheet.theme_name, []).append(line)
    context = {"place": place, "places": reader.places, "themes": themes}
    return show(request, "profile", context)
