"""How much the portal is used: by collège, profile and service, over days, weeks and months."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console import usage_queries
from console.exports import csv_file
from console.views.frame import page_context, requires
from federation.usage.models import Profile
from tenants.accounts.capabilities import Capability
from ui import usage_texts
from ui.requests import SignedInRequest


@require_safe
@requires(Capability.READ_FILES, Capability.READ_OWN_COLLEGE)
def usage(request: SignedInRequest) -> HttpResponse:
    """`/console/usages/?par=semaine&college=0920001A&profil=PARENT`; `format=csv` for a file."""
    asked = request.GET.get("par", "mois")
    profile = request.GET.get("profil", "")
    if asked not in usage_queries.WINDOWS or (profile and profile not in Profile.values):
        raise Http404
    now = timezone.now()
    page = usage_queries.usage_page(
        request.user,
        uai=request.GET.get("college", "")[:8],
        profile=Profile(profile) if profile else None,
        window=usage_queries.WINDOWS[asked],
        at=now,
    )
    if request.GET.get("format") == "csv":
        rows = usage_texts.report_rows(page.spans, page.by_college, page.services)
        return csv_file(rows, name=f"usages-{timezone.localdate(now).isoformat()}")
    figure = page.latest.figure if page.latest else None
    query = request.GET.copy()
    query["format"] = "csv"
    context = page_context(
        request,
        title=_("Usages du portail"),
        page=page,
        asked=asked,
        college=request.GET.get("college", ""),
        profile=profile,
        profiles=[(one.value, one.label) for one in Profile],
        csv_query=query.urlencode(),
        share=usage_texts.rate_text(figure.adoption_per_mille if figure else None),
        per_visitor=usage_texts.tenths_text(figure.per_visitor_tenths if figure else None),
        accounts=usage_texts.told(page.activation.accounts if page.activation else None),
    )
    return render(request, "console/pages/usage.html", context)
