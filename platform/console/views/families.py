"""Search, and the file of a pupil."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console import acts, queries
from console.views.frame import page_context, requires
from tenants.accounts.capabilities import Capability
from tenants.people.access import access_pupil
from tenants.people.models import Pupil
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
    return render(
        request,
        "console/pages/pupil_file.html",
        page_context(
            request,
            title=pupil.full_name,
            file=file,
            offered=_offered(request, pupil, file),
            codes=_codes(request, file),
            write_url=_write_url(request, pupil),
        ),
    )


def _offered(
    request: SignedInRequest, pupil: Pupil, file: queries.PupilFile
) -> list[tuple[acts.Act, str]]:
    """The acts an agent may do to a pupil, those of a running enrolment when there is one."""
    going = _going(file)
    wanted: list[tuple[str, Any]] = [
        (name, pupil)
        for name in (
            "redecide-prices",
            "record-resources",
            "form-household",
            "share-bills",
            "give-code",
            "note-emancipation",
        )
    ]
    if going:
        names = (
            "change-weekdays",
            "change-payers",
            "cancel-meals",
            "add-meal",
            "excuse-absences",
            "end-enrolments",
        )
        wanted += [(name, going[-1]) for name in names]
    else:
        wanted.insert(0, ("enrol-pupil", pupil))
    found = [(acts.find(name), _offer(request, name, target)) for name, target in wanted]
    return [(act, url) for act, url in found if url]


def _codes(request: SignedInRequest, file: queries.PupilFile) -> list[tuple[str, str]]:
    """Where a code is given to each of those who answer for the pupil today, by first name."""
    answering = [link.guardian for link in file.guardianships if link.valid_until is None]
    found = [(one.first_name, _offer(request, "give-code", one)) for one in answering]
    return [(name, url) for name, url in found if url]


def _write_url(request: SignedInRequest, pupil: Pupil) -> str:
    """Where a secretary writes to the family; empty for who may not."""
    may = request.user.can(Capability.MANAGE_SCHOOL_LIFE)
    return reverse("console:message-new", args=[pupil.public_id]) if may else ""


def _going(file: queries.PupilFile) -> list[Any]:
    return [view.enrolment for view in file.enrolments if view.enrolment.state == "ACTIVE"]


def _offer(request: SignedInRequest, name: str, *targets: object) -> str:
    """The address of an act the agent may do to something; empty when they may not."""
    may = request.user.can(acts.find(name).capability)
    return acts.url_for(name, *targets) if may and targets else ""
