"""Announcements: where one writes, who has read each, and the letters for the other homes."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from commons.actors import Actor
from commons.errors import DomainError
from commons.upload_requests import document_response
from console import announcement_queries
from console.views.frame import page_context, requires
from tenants.accounts.capabilities import Capability
from tenants.schoollife.announcements import operations
from tenants.schoollife.announcements.access import (
    access_attachment,
    access_batch,
    access_followed,
    access_own_announcement,
)
from ui.documents.files import File, answer, plain_name
from ui.errors import explain
from ui.requests import SignedInRequest


class AttachmentForm(forms.Form):
    """A document that goes with an announcement."""

    file = forms.FileField(
        label=gettext_lazy("Document à joindre"),
        help_text=gettext_lazy("Un PDF ou une image, 10 Mo au plus."),
    )


@require_safe
@requires(Capability.ANNOUNCE)
def places(request: SignedInRequest) -> HttpResponse:
    """`/console/annonces/ecrire/`: the collège or the département; one place alone is gone to at once."""
    found = announcement_queries.places_of(request.user)
    if len(found) == 1:
        return redirect(found[0].url)
    context = page_context(request, title=_("Écrire une annonce"), places=found)
    return render(request, "console/pages/announcement_places.html", context)


@require_safe
@requires(Capability.ANNOUNCE)
def follow(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/annonces/<uuid>/?classe=12`: the text, and who has read it."""
    found = access_followed(request.user, public_id)
    page = announcement_queries.follow_page(
        request.user, found, class_key=request.GET.get("classe", "")[:20], at=timezone.now()
    )
    context = page_context(request, title=found.title, page=page, form=AttachmentForm())
    return render(request, "console/pages/announcement.html", context)


@require_POST
@requires(Capability.ANNOUNCE)
def attach(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A document more."""
    found = access_own_announcement(request.user, public_id)
    form = AttachmentForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choisissez d'abord un document."))
        return redirect("console:announcement", public_id)
    given = form.cleaned_data["file"]
    try:
        operations.attach(
            announcement=found,
            stream=given,
            declared_name=given.name,
            actor=Actor.user(request.user),
            at=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, str(explain(error)))
    else:
        messages.success(request, _("Le document est joint."))
    return redirect("console:announcement", public_id)


@require_safe
@requires(Capability.ANNOUNCE)
def document(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A document of an announcement that one follows."""
    found = access_attachment(request.user, public_id)
    return document_response(found.storage_name, title=_("annonce"))


@require_safe
@requires(Capability.ANNOUNCE)
def letters(request: SignedInRequest) -> HttpResponse:
    """`/console/annonces/lettres/`: one's own."""
    rows = announcement_queries.batches_of(request.user, at=timezone.now())
    context = page_context(request, title=_("Lettres d'annonces"), rows=rows)
    return render(request, "console/pages/announcement_letters.html", context)


@require_safe
@requires(Capability.ANNOUNCE)
def letters_document(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/annonces/lettres/<uuid>/lettres.pdf`; each opening is written down."""
    found = access_batch(request.user, public_id)
    content = operations.open_letters(
        batch=found, actor=Actor.user(request.user), at=timezone.now()
    )
    day = timezone.localdate(found.made_at).isoformat()
    return answer(File(plain_name("annonce", day, str(found.public_id)[-8:]), content))
