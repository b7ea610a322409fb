"""The first page: what waits for the agent."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console.today import today_of
from console.views.frame import page_context, requires
from tenants.accounts.capabilities import Capability
from ui.requests import SignedInRequest


@require_safe
@requires(Capability.USE_CONSOLE)
def today(request: SignedInRequest) -> HttpResponse:
    """`/console/`"""
    day = timezone.localdate()
    page = today_of(request.user, on=day)
    context = page_context(request, title=_("Aujourd'hui"), page=page, day=day)
    return render(request, "console/pages/today.html", context)
