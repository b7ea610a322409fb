"""The cards and badges of a young person: link a number, say that one is lost."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from commons.actors import Actor
from commons.errors import DomainError, NotFound
from federation.passplus import holding, operations
from federation.passplus.access import access_holder
from federation.passplus.engine.campaign import CardKind
from federation.passplus.models import CardNumber
from federation.passplus.numbers import kinds_of, numbers_of
from portal.doors import family_page, refuse, show
from portal.pass_plus_forms import LostNumberForm, NumberForm
from portal.screens import places
from tenants.activation.queries import pupil_of
from tenants.people.models import Pupil
from ui.requests import SignedInRequest


@family_page("GET", "HEAD", "POST", pupils=True)
def numbers(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The numbers of a young person; a new one, or one that is lost."""
    pupil = access_holder(request.user, public_id)
    latest = holding.all_cards_of(pupil)[:1]
    kinds = kinds_of(latest[0] if latest else None)
    if not kinds:
        raise NotFound(pupil=str(public_id))
    if "lost" in request.POST:
        return _end(request, pupil)
    form = NumberForm(request.POST if request.method == "POST" else None, kinds=kinds)
    if form.is_valid():
        try:
            operations.link_number(
                card=latest[0],
                kind=CardKind(form.cleaned_data["kind"]),
                number=form.cleaned_data["number"],
                actor=Actor.user(request.user),
                at=timezone.now(),
            )
        except DomainError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Le numéro est relié."))
            return redirect("portal:card-numbers", public_id)
    context = {
        "form": form,
        "pupil": pupil,
        "numbers": numbers_of(pupil),
        "is_own": pupil_of(request.user) == pupil,
    }
    found = places.of_pupils([pupil], on=timezone.localdate())
    status = 422 if form.errors else 200
    return show(request, "portal/pass_plus/numbers.html", context, places=found, status=status)


def _end(request: SignedInRequest, pupil: Pupil) -> HttpResponse:
    """One of this pupil's own numbers leads to nobody any more."""
    form = LostNumberForm(request.POST)
    held = {one.public_id: one for one in numbers_of(pupil)}
    number: CardNumber | None = held.get(form.cleaned_data["lost"]) if form.is_valid() else None
    if number is None:
        raise NotFound(pupil=str(pupil.public_id))
    operations.end_number(number=number, actor=Actor.user(request.user), at=timezone.now())
    messages.success(request, _("Ce numéro ne mène plus à personne."))
    return redirect("portal:card-numbers", pupil.public_id)
