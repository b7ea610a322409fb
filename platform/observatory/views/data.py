"""The figures as files: CSV for spreadsheets, JSON for programs, and the manifest of all that is released."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from federation.releases import queries as releases
from federation.secrecy.tables import Mark
from observatory.figures import Comparison, Reading
from observatory.reading import Reader, sheets
from observatory.views.frame import open_page, show

LICENCE = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"
SHOWN_RELEASES = 60
MOST_RELEASES = 5_000


def rows(comparison: Comparison) -> Iterable[tuple[str, str, Reading]]:
    """Each released total: a département's code and name, and its reading."""
    for place in comparison.places:
        for reading in comparison.line(place.code):
            yield place.code, place.name, reading


@open_page
def indicator_csv(request: HttpRequest, code: str) -> HttpResponse:
    """`/observatoire/indicateurs/<code>/chiffres.csv`: one line for each département and period."""
    comparison = Reader.now().comparison(code)
    written = io.StringIO()
    written.write("\ufeff")
    lines = csv.writer(written, delimiter=";", lineterminator="\r\n")
    lines.writerow(
        ["departement", "nom", "indicateur", "version", "periode", "revision", "numerateur",
         "denominateur", "valeur", "marque"]
    )  # fmt: skip
    for place, name, one in rows(comparison):
        lines.writerow(
            [place, name, code, comparison.sheet.version, one.period.isoformat(), one.revision,
             _cell(one.numerator), _cell(one.denominator), _cell(_rounded(one)), _mark(one)]
        )  # fmt: skip
    response = HttpResponse(written.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{code}.csv"'
    return response


@open_page
def indicator_json(request: HttpRequest, code: str) -> HttpResponse:
    """`/observatoire/indicateurs/<code>/chiffres.json`"""
    comparison = Reader.now().comparison(code)
    sheet = comparison.sheet
    return JsonResponse(
        {
            "indicator": sheet.code,
            "name": sheet.name,
            "version": sheet.version,
            "unit": sheet.unit.value,
            "definition": sheet.definition,
            "caveats": sheet.caveats,
            "licence": LICENCE,
            "figures": [
                {
                    "departement": place,
                    "period": one.period.isoformat(),
                    "revision": one.revision,
                    "numerator": one.numerator,
                    "denominator": one.denominator,
                    "value": _rounded(one),
                    "mark": _mark(one),
                }
                for place, _name, one in rows(comparison)
            ],
        },
        json_dumps_params={"ensure_ascii": False},
    )


def _rounded(reading: Reading) -> float | None:
    return None if reading.value is None else round(float(reading.value), 4)


def _cell(value: float | None) -> str:
    """A number as French spreadsheets read it; empty when it is not told: the mark says why."""
    return "" if value is None else str(value).replace(".", ",")


def _mark(reading: Reading) -> str:
    return str(reading.mark or Mark.TOLD)


@open_page
def releases_page(request: HttpRequest) -> HttpResponse:
    """`/observatoire/donnees/`: what is open, how it is protected, and the latest releases."""
    reader = Reader.now()
    names = {place.schema: place.name for place in reader.places}
    known = {sheet.code: sheet for sheet in sheets()}
    latest = [
        {
            "release": release,
            "who": names.get(release.published_by, release.published_by),
            "sheet": known.get(release.indicator),
        }
        for release in releases.revisions()[:SHOWN_RELEASES]
    ]
    context = {"comparisons": reader.comparisons(), "latest": latest, "licence": LICENCE}
    return show(request, "data", context)


@open_page
def manifest(request: HttpRequest) -> HttpResponse:
    """`/observatoire/donnees/manifeste.json`: every release with the digest of its figures."""
    found = releases.revisions()[:MOST_RELEASES]
    return JsonResponse(
        {
            "title": _("Chiffres partagés des départements"),
            "licence": LICENCE,
            "releases": [
                {
                    "id": str(release.public_id),
                    "published_by": release.published_by,
                    "indicator": release.indicator,
                    "version": release.indicator_version,
                    "period_kind": release.period_kind,
                    "period_start": release.period_start.isoformat(),
                    "revision": release.revision,
                    "published_at": release.published_at.isoformat(),
                    "figures": release.manifest.get("figures"),
                    "marks": release.manifest.get("marks"),
                    "rule": release.manifest.get("rule"),
                    "sha256": release.manifest.get("sha256"),
                }
                for release in found
            ],
        },
        json_dumps_params={"ensure_ascii": False},
    )
