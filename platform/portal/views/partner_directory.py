"""Where a Pass+ may be spent: the directory of partners, open to all, without a map and without script."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from commons.errors import NotFound
from federation.passplus import directory
from portal.doors import show
from portal.screens import partner_directory as screen


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Partners by name or activity, domain, and distance from a town."""
    form = screen.DirectoryForm(request.GET)
    page = screen.page_of(form, at=timezone.now())
    status = 422 if form.errors else 200
    return show(
        request, "portal/partners/directory.html", {"form": form, "page": page}, status=status
    )


@require_safe
def partner(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One partner: what it offers, where, and whom to ask."""
    try:
        found = directory.access_listed_partner(public_id)
    except NotFound as error:
        raise Http404 from error
    context = {"partner": screen.sheet_of(found), "public_id": public_id}
    return show(request, "portal/partners/partner.html", context)
