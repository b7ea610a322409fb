"""What was validated, page after page, and as a file for the treasurer."""

from __future__ import annotations

import csv
import io

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from federation.passplus import till_queries
from federation.passplus.models import TillCapture
from portal.partners import spaces
from portal.partners.doors import partner_page, show

A_PAGE = 30
MOST_LINES = 20_000


@partner_page()
def history(request: spaces.PartnerRequest) -> HttpResponse:
    """The validations of all the tills, the latest first."""
    partner = request.member.partner
    page = Paginator(till_queries.captures_of(partner), A_PAGE).get_page(request.GET.get("page"))
    today = till_queries.day_of_partner(partner, on=timezone.localdate())
    return show(request, "history", {"page": page, "today": today})


@partner_page()
def history_file(request: spaces.PartnerRequest) -> HttpResponse:
    """The same as a file: codes, amounts, tills and hours; nothing of a child, since we have nothing."""
    text = io.StringIO()
    lines = csv.writer(text, delimiter=";", lineterminator="\r\n")
    lines.writerow(
        [_("Code"), _("Montant"), _("Jour"), _("Heure"), _("Caisse"), _("Moyen"), _("État")]
    )
    for one in till_queries.captures_of(request.member.partner)[:MOST_LINES]:
        taken = timezone.localtime(one.taken_at)
        lines.writerow(
            [
                one.code,
                f"{one.cents // 100},{one.cents % 100:02d}",
                taken.strftime("%d/%m/%Y"),
                taken.strftime("%H:%M"),
                _safe(one.till.name),
                one.get_way_display(),
                _state_of(one),
            ]
        )
    content = "\ufeff" + text.getvalue()  # so that spreadsheets read it as UTF-8
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="validations.csv"'
    return response


def _state_of(capture: TillCapture) -> str:
    if capture.refusal:
        return _("Refusé")
    return _("Annulé") if capture.undone_at else _("Validé")


def _safe(text: str) -> str:
    """A name that a spreadsheet would take for a formula is only a text."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
