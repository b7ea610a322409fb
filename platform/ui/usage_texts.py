"""How usage figures read in French: names of services, windows, rates; and the whole of it as a file.

A figure that may not be told, of fewer than five people or by which they could be found, is a dash; an
empty cell in a file.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from federation.catalogue.models import SharedService
from federation.usage.models import Kind, Profile, Window
from federation.usage.protecting import Figure
from federation.usage.queries import CollegeRow, ServiceRow, Span
from federation.usage.windows import window_of
from ui import wording

HELD = "–"
# What the pages of the portal are for, by the codes of `portal.counting`.
PORTAL_SERVICES = {
    "accueil": gettext_lazy("Accueil"),
    "annonces": gettext_lazy("Annonces"),
    "enfants": gettext_lazy("Enfants"),
    "cantine": gettext_lazy("Cantine"),
    "factures": gettext_lazy("Factures et paiements"),
    "droits": gettext_lazy("Demandes de droits"),
    "pass-plus": gettext_lazy("Pass+"),
    "messagerie": gettext_lazy("Messagerie"),
    "services": gettext_lazy("Liste des services"),
    "emploi-du-temps": gettext_lazy("Emploi du temps"),
    "notes": gettext_lazy("Notes"),
    "absences": gettext_lazy("Absences"),
    "devoirs": gettext_lazy("Devoirs"),
    "compte": gettext_lazy("Compte et sécurité"),
    "aide": gettext_lazy("Aide"),
}
_SHORT_MONTHS = (
    gettext_lazy("janv."),
    gettext_lazy("févr."),
    gettext_lazy("mars"),
    gettext_lazy("avr."),
    gettext_lazy("mai"),
    gettext_lazy("juin"),
    gettext_lazy("juil."),
    gettext_lazy("août"),
    gettext_lazy("sept."),
    gettext_lazy("oct."),
    gettext_lazy("nov."),
    gettext_lazy("déc."),
)


def number(count: int) -> str:
    """`10 000`"""
    return f"{count:,}".replace(",", wording.NO_BREAK_SPACE)


def told(count: int | None) -> str:
    """A number, or a dash."""
    return HELD if count is None else number(count)


def visitors_text(figure: Figure | None) -> str:
    """How many visitors, or a dash."""
    return told(figure.visitors if figure else None)


def visits_text(figure: Figure | None) -> str:
    """How many visits, or a dash."""
    return told(figure.visits if figure else None)


def rate_text(per_mille: int | None) -> str:
    """`36,8 %`, or a dash."""
    if per_mille is None:
        return HELD
    return f"{per_mille // 10},{per_mille % 10}{wording.NO_BREAK_SPACE}%"


def tenths_text(tenths: int | None) -> str:
    """`9,8`, or a dash."""
    return HELD if tenths is None else f"{tenths // 10},{tenths % 10}"


def service_name(row: ServiceRow) -> str:
    """The catalogue's name, or what the portal's pages are for; the code once nobody knows it."""
    if row.kind is Kind.NATIVE and row.code in PORTAL_SERVICES:
        return str(PORTAL_SERVICES[row.code])
    return row.name or row.code


def function_name(row: ServiceRow) -> str:
    """What a service is for, as the DNMA's `SERVICE` is: the heading of the catalogue, or its name."""
    if row.kind is Kind.THIRD_PARTY and row.category:
        return str(SharedService.Category(row.category).label)
    return service_name(row)


def college_name(row: CollegeRow) -> str:
    """A collège, or those that are too few to be told apart."""
    return row.name if row.uai else _("Autres, trop peu nombreux pour être séparés")


def span_name(window: Window, start: datetime.date) -> str:
    """`lundi 7 octobre`, `du 5 au 11 octobre`, `octobre 2026`"""
    if window is Window.MONTH:
        return wording.month_name(start)
    if window is Window.WEEK:
        end = window_of(window, start).end
        assert end is not None
        last = end - datetime.timedelta(days=1)
        first = (
            wording.day_number(start) if start.month == last.month else wording.short_date(start)
        )
        return _("du %(first)s au %(last)s") % {"first": first, "last": wording.short_date(last)}
    return wording.long_date(start)


def short_span_name(window: Window, start: datetime.date) -> str:
    """`oct.`, `5/10`: what fits under a bar."""
    if window is Window.MONTH:
        return str(_SHORT_MONTHS[start.month - 1])
    return f"{start.day}/{start.month}"


def report_rows(
    spans: Sequence[Span], colleges: Iterable[CollegeRow], services: Iterable[ServiceRow]
) -> Iterable[list[str]]:
    """The whole of it as a table for spreadsheets, in the DNMA's words; what is hidden is empty."""
    yield [
        _("Tableau"), _("Période"), "UAI", _("Collège"), "PROFIL", "TYPE", "SERVICE", "OUTIL",
        _("Visites"), _("Visiteurs uniques"), _("Personnes"), _("Part d'utilisateurs"),
    ]  # fmt: skip
    latest = spans[-1] if spans else None
    for span in spans:
        start = span.starts_on.isoformat()
        for profile, figure in span.by_profile.items():
            yield [_("Par période"), start, "", "", profile.value, "", "", "", *_figures(figure)]
        yield [_("Par période"), start, "", "", _("Tous"), "", "", "", *_figures(span.figure)]
    if latest is None:
        return
    start = latest.starts_on.isoformat()
    for row in colleges:
        yield [
            _("Par collège"), start, row.uai, college_name(row), "", "", "", "",
            *_figures(row.figure),
        ]  # fmt: skip
    month = window_of(Window.MONTH, latest.starts_on).start.isoformat()
    for service in services:
        tool = service_name(service) if service.kind is Kind.THIRD_PARTY else ""
        yield [
            _("Par service"), month, "", "", "", service.kind.value, function_name(service), tool,
            *_figures(service.figure),
        ]  # fmt: skip


def _figures(figure: Figure | None) -> list[str]:
    if figure is None:
        return ["", "", "", ""]
    people = str(figure.people) if figure.people else ""
    share = figure.adoption_per_mille
    said = "" if share is None else f"{share // 10},{share % 10}"
    return [str(figure.visits), str(figure.visitors), people, said]


def profile_name(profile: Profile) -> str:
    """`Parents`"""
    return str(profile.label)
