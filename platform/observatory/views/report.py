"""The printed report of a comparison: what a member lays on the table of a meeting."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from observatory import answers
from observatory.charts import specs
from observatory.figures import Comparison, Place
from observatory.reading import Reader
from observatory.views.comparing import chosen_indicators, chosen_places
from observatory.views.frame import open_page
from ui import wording
from ui.documents.comparisons import Part, Report, report_file
from ui.documents.files import answer
from ui.documents.sheets import Picture, Table

WIDTH = 560  # px of a picture across the page


@open_page
def report(request: HttpRequest) -> HttpResponse:
    """`/observatoire/rapport.pdf?d=92&d=94&i=canteen-average-price`: kept for one set of releases and day."""
    reader = Reader.now()
    chosen = chosen_places(request, reader.places)
    comparisons = chosen_indicators(request, reader.comparisons())
    now = timezone.now()
    name = ":".join(
        [f"report:{timezone.localdate(now)}", *(place.code for place in chosen)]
        + [one.sheet.code for one in comparisons]
    )
    file = reader.kept(name, lambda: report_file(report_of(comparisons, chosen), at=now))
    return answer(file)


def report_of(comparisons: Sequence[Comparison], chosen: Sequence[Place]) -> Report:
    """What the report says."""
    names = wording.and_list(place.name for place in chosen)
    today = wording.full_date(timezone.localdate())
    return Report(
        title=_("Les départements comparés, %(day)s") % {"day": today},
        heading=_("Les départements comparés"),
        opening=(
            names,
            _("Chiffres publiés par chaque département, lus le %(day)s.") % {"day": today},
        ),
        parts=tuple(_part(one, chosen) for one in comparisons),
    )


def _part(comparison: Comparison, chosen: Sequence[Place]) -> Part:
    return Part(
        heading=answers.headline(comparison),
        question=comparison.sheet.question,
        pictures=(_curves(comparison, chosen), _ranks(comparison)),
        table=_table(comparison, chosen),
        notes=_notes(comparison, chosen),
    )


def _curves(comparison: Comparison, chosen: Sequence[Place]) -> Picture:
    return Picture(
        svg=specs.lines(comparison, chosen, width=WIDTH),
        said=" ".join(answers.line_said(comparison, place) for place in chosen),
        under=" ".join(
            filter(
                None,
                (
                    _("Les départements choisis, au fil du temps."),
                    answers.scale_said(specs.scale_of(comparison, chosen)[0]),
                ),
            )
        ),
    )


def _ranks(comparison: Comparison) -> Picture:
    period = comparison.current
    shown = answers.period_name(period, is_yearly=comparison.sheet.is_yearly) if period else ""
    return Picture(
        svg=specs.ranking(comparison),
        said=answers.ranking_said(comparison),
        under=" ".join(filter(None, (answers.ranking_title(comparison), shown))),
    )


def _table(comparison: Comparison, chosen: Sequence[Place]) -> Table:
    period = comparison.current
    shown = answers.period_name(period, is_yearly=comparison.sheet.is_yearly) if period else ""
    return Table(
        title="",
        columns=(_("Département"), shown, _("Écart")),
        numbers=(1, 2),
        rows=tuple(
            (
                (place.name, ""),
                (answers.told(comparison.of(place.code), comparison), ""),
                (answers.moved(comparison, place.code), ""),
            )
            for place in chosen
        ),
    )


def _notes(comparison: Comparison, chosen: Sequence[Place]) -> tuple[str, ...]:
    """What the figure means, what to know before comparing, and why some are not told."""
    sheet = comparison.sheet
    reasons = [
        f"{place.name}{wording.NO_BREAK_SPACE}: {reason}"
        for place in chosen
        if (reason := answers.why(comparison.of(place.code)))
    ]
    return (sheet.definition, *sheet.caveats, *reasons)
