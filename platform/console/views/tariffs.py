"""The tariffs of the département, and the page of one version."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console import tariff_queries
from console.views.frame import page_context, requires
from tenants.accounts.capabilities import Capability
from ui.requests import SignedInRequest

_READERS = (Capability.READ_FILES, Capability.MANAGE_TARIFFS)


@require_safe
@requires(*_READERS)
def tariffs(request: SignedInRequest) -> HttpResponse:
    """`/console/tarifs/`"""
    rows = tariff_queries.version_rows(on=timezone.localdate())
    context = page_context(
        request,
        title=_("Prix et barèmes"),
        rows=rows,
        may_draft=request.user.can(Capability.MANAGE_TARIFFS),
    )
    return render(request, "console/pages/tariffs.html", context)


@require_safe
@requires(*_READERS)
def version(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/tarifs/<uuid>/`"""
    page = tariff_queries.version_page(public_id, on=timezone.localdate())
    context = page_context(
        request,
        title=page.row.service,
        page=page,
        may_draft=request.user.can(Capability.MANAGE_TARIFFS),
    )
    return render(request, "console/pages/tariff_version.html", context)
