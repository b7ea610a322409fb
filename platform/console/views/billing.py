"""The billing runs, and the page of one."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from billing.invoicing.access import access_run
from billing.invoicing.models import BillingRun
from console import acts, money_queries, naming
from console.views.frame import page_context, requires
from tenants.accounts.capabilities import Capability
from ui.requests import SignedInRequest


@require_safe
@requires(Capability.READ_MONEY)
def runs(request: SignedInRequest) -> HttpResponse:
    """`/console/facturation/`"""
    rows = money_queries.run_rows()
    may_prepare = request.user.can(acts.find("prepare-run").capability)
    context = page_context(
        request,
        title=_("Passages de facturation"),
        rows=rows,
        prepare_url=acts.url_for("prepare-run") if may_prepare else "",
    )
    return render(request, "console/pages/runs.html", context)


@require_safe
@requires(Capability.READ_MONEY)
def run(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/facturation/<uuid>/`"""
    found = access_run(request.user, public_id)
    page = money_queries.run_page(found)
    title = naming.name_of(found)
    context = page_context(
        request,
        title=title,
        page=page,
        offered=_offered(request, page),
        may_answer=_may(request, "answer-anomalies"),
    )
    return render(request, "console/pages/run.html", context)


def _may(request: SignedInRequest, name: str) -> bool:
    return bool(request.user.can(acts.find(name).capability))


def _offered(request: SignedInRequest, page: money_queries.RunPage) -> list[tuple[acts.Act, str]]:
    """The next act of a run first, then those that may be done again."""
    prepare = "prepare-correction" if page.run.corrects_id else "prepare-run"
    names = {
        BillingRun.State.PREPARED: ("review-run", prepare),
        BillingRun.State.REVIEWED: ("issue-run", "review-run", prepare),
        BillingRun.State.ISSUED: ("prepare-correction",),
    }.get(BillingRun.State(page.run.state), ())
    return [
        (acts.find(name), acts.url_for(name, page.run)) for name in names if _may(request, name)
    ]
