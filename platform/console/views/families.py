"""Search, and the file of a pupil."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console import acts, queries
from console.views.frame import page_context, requires
from tenants.accounts.capabilities import Capability
from tenants.people.access import access_pupil
from ui.requests import SignedInRequest

_READERS = (Capability.READ_FILES, Capability.READ_OWN_COLLEGE)


@require_safe
@requires(*_READERS)
def search(request: SignedInRequest) -> HttpResponse:
    """`/console/chercher/?q=`"""
    found = queries.find(request.user, request.GET.get("q", "")[:100])
    return render(
        request,
        "console/pages/search.html",
        page_context(request, title=_("Chercher"), found=found),
    )


@require_safe
@requires(*_READERS)
def pupil_file(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/eleves/<uuid>/`"""
    pupil = access_pupil(request.user, public_id)
    file = queries.pupil_file(request.user, pupil, at=timezone.now())
    offered = {
        "end_url": _offer(request, "end-enrolments", *_going(file)),
        "price_url": _offer(request, "redecide-prices", pupil),
    }
    return render(
        request,
        "console/pages/pupil_file.html",
        page_context(request, title=pupil.full_name, file=file, **offered),
    )


def _going(file: queries.PupilFile) -> list[object]:
    return [view.enrolment for view in file.enrolments if view.enrolment.state == "ACTIVE"]


def _offer(request: SignedInRequest, name: str, *targets: object) -> str:
    """The address of an act the agent may do to something; empty when they may not."""
    may = request.user.can(acts.find(name).capability)
    return acts.url_for(name, *targets) if may and targets else ""
