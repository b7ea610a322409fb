"""Saying that a price is wrong."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.tariffs import operations
from billing.tariffs.access import access_own_price
from commons.actors import Actor
from commons.errors import DomainError
from portal.doors import family_page, refuse, show
from portal.forms import ContestForm
from portal.screens import family
from tenants.people.access import access_own_child
from ui.price_story import decided_price
from ui.requests import SignedInRequest


@family_page("GET", "HEAD", "POST")
def contest(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Say what is wrong in the price of a child of one's own."""
    pupil = access_own_child(request.user, public_id)
    shown, _day = family.price_shown(pupil, on=timezone.localdate())
    decision, guardian = access_own_price(request.user, shown.public_id)
    form = ContestForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.contest_price(
                decision=decision,
                guardian=guardian,
                text=form.cleaned_data["text"],
                actor=Actor.user(request.user),
                at=timezone.now(),
            )
        except DomainError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Votre message est envoyé. Nous vous répondrons."))
            return redirect("portal:price", public_id)
    context = {"form": form, "child": pupil, "price": decided_price(decision)}
    status = 422 if form.errors else 200
    return show(request, "portal/canteen/contest.html", context, status=status)
