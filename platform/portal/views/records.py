"""Marks, absences and homework of a child: for those who answer for them, and for the pupil."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from commons.actors import Actor
from commons.errors import DomainError, NotFound
from commons.school_calendar import school_year_of
from commons.upload_requests import document_response
from commons.uploads import UploadRefused
from portal.doors import family_page, refuse, show
from portal.school_forms import JustificationForm, TickForm
from portal.screens import places
from tenants.people.models import Pupil
from tenants.schoollife.records import operations, queries
from tenants.schoollife.records.access import (
    access_justification_document,
    access_own_absence,
    access_own_homework,
    access_read_pupil,
)
from tenants.schoollife.records.models import Absence
from ui.errors import explain
from ui.requests import SignedInRequest

HOMEWORK_SINCE = datetime.timedelta(days=7)  # what was due this week is still looked up


def _show(
    request: SignedInRequest,
    name: str,
    pupil: Pupil,
    context: Mapping[str, object],
    status: int = 200,
) -> HttpResponse:
    today = timezone.localdate()
    more: dict[str, object] = {
        "child": pupil,
        "is_own": pupil.user_id == request.user.pk,
        "today": today,
    }
    found = places.of_pupils([pupil], on=today)
    return show(
        request, f"portal/school/{name}.html", {**more, **context}, places=found, status=status
    )


@family_page(pupils=True)
def marks(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The marks of this school year, the latest first, each in its context."""
    pupil = access_read_pupil(request.user, public_id)
    year = school_year_of(timezone.localdate())
    found = queries.in_context(list(queries.marks_of(pupil, school_year=year.start_year)))
    return _show(request, "marks", pupil, {"marks": found})


@family_page(pupils=True)
def absences(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The absences and latenesses of this school year; those to explain first."""
    pupil = access_read_pupil(request.user, public_id)
    today = timezone.localdate()
    found = queries.absences_of(pupil, school_year=school_year_of(today).start_year)
    to_explain = [one for one in found if one.may_be_justified(on=today)]
    others = [one for one in found if one not in to_explain]
    return _show(request, "absences", pupil, {"to_explain": to_explain, "others": others})


@family_page("GET", "HEAD", "POST", pupils=True)
def absence(request: SignedInRequest, public_id: uuid.UUID, absence_id: uuid.UUID) -> HttpResponse:
    """One absence: what was said of it, and where a guardian says why."""
    pupil = access_read_pupil(request.user, public_id)
    is_sent = request.method == "POST"
    form = JustificationForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    if is_sent:
        held = access_own_absence(request.user, absence_id)
        if held.pupil_id != pupil.pk:
            raise NotFound(absence=str(absence_id))
        if form.is_valid() and _justify(request, form, held):
            messages.success(request, _("Votre explication est envoyée au collège."))
            return redirect("portal:absence", public_id, absence_id)
    found = queries.absence_named(pupil, absence_id)
    if found is None:
        raise NotFound(absence=str(absence_id))
    is_guardian = pupil.user_id != request.user.pk
    context = {
        "found": found,
        "form": form,
        "may_explain": is_guardian and found.may_be_justified(on=timezone.localdate()),
        "is_guardian": is_guardian,
    }
    return _show(request, "absence", pupil, context, status=422 if form.errors else 200)


def _justify(request: SignedInRequest, form: JustificationForm, held: Absence) -> bool:
    """Send what was typed; False when it was refused, which the form then says."""
    given, user = form.cleaned_data["file"], request.user
    said = {
        "absence": held,
        "reason": form.cleaned_data["reason"],
        "text": form.cleaned_data["text"],
        "given_by": user,
        "actor": Actor.user(user),
        "at": timezone.now(),
    }
    try:
        if given is None:
            operations.justify_absence(**said)
        else:
            operations.justify_with_document(stream=given, declared_name=given.name or "", **said)
    except UploadRefused as error:
        form.add_error("file", str(explain(error)))
        return False
    except DomainError as error:
        refuse(form, error)
        return False
    return True


@family_page()
def absence_document(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A document given with a justification, as it is kept."""
    found = access_justification_document(request.user, public_id)
    return document_response(found.storage_name, title=_("piece"))


@family_page("GET", "HEAD", "POST", pupils=True)
def homework(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """What is to be done, the soonest due first; a pupil ticks what is done."""
    pupil = access_read_pupil(request.user, public_id)
    if request.method == "POST":
        return _tick(request, public_id)
    today = timezone.localdate()
    found = list(queries.homework_due(pupil, since=today - HOMEWORK_SINCE))
    context = {
        "coming": [one for one in found if one.due_on >= today],
        "past": [one for one in found if one.due_on < today][::-1],
    }
    return _show(request, "homework", pupil, context)


def _tick(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    form = TickForm(request.POST)
    if not form.is_valid():
        raise NotFound(homework="")
    pupil, given = access_own_homework(request.user, form.cleaned_data["homework"])
    if pupil.public_id != public_id:
        raise NotFound(homework=str(given.public_id))
    operations.tick_homework(
        pupil=pupil, homework=given, is_done=form.cleaned_data["is_done"], at=timezone.now()
    )
    return redirect("portal:homework", public_id)
