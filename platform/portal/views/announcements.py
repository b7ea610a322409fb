"""« Annonces »: what the collège and the département announce, one of them, « J'ai lu », its documents."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from commons.actors import Actor
from commons.errors import DomainError
from commons.upload_requests import document_response
from portal.doors import family_page, show
from portal.screens import announcements as screen
from tenants.schoollife.announcements import access, operations
from ui.errors import explain
from ui.requests import SignedInRequest


@family_page(pupils=True)
def announcements(request: SignedInRequest) -> HttpResponse:
    """`/college/annonces/`: those that run, then the others."""
    shelves = screen.shelves_of(request.user, on=timezone.localdate())
    return show(request, "portal/announcements/announcements.html", {"shelves": shelves})


@family_page(pupils=True)
def announcement(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One of them. Its person has read it by opening it; an agent who acts for them has not."""
    found = access.access_announcement(request.user, public_id)
    reader = access.access_reader(request.user)
    sheet = screen.sheet_of(found, reader)
    if request.method == "GET" and request.user.acting is None:
        operations.note_read(announcement=found, reader=reader, at=timezone.now())
    return show(request, "portal/announcements/announcement.html", {"sheet": sheet})


@family_page("POST", pupils=True)
def acknowledge(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """« J'ai lu »; again changes nothing."""
    found = access.access_announcement(request.user, public_id)
    try:
        operations.acknowledge(
            announcement=found,
            reader=access.access_reader(request.user),
            actor=Actor.user(request.user),
            at=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, str(explain(error)))
    else:
        messages.success(request, _("Merci. Le collège sait que vous avez lu."))
    return redirect("portal:announcement", public_id)


@family_page(pupils=True)
def attachment(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A document of an announcement."""
    found = access.access_attachment(request.user, public_id)
    return document_response(found.storage_name, title=_("annonce"))
