"""« Notifications »: when to be told, the devices that are, and the link that ends it, signed out.

The link of a message is followed by a person, who is asked to confirm, or in one click by their mail
program (RFC 8058), which posts to it: neither needs to sign in.
"""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from commons.actors import Actor
from commons.errors import DomainError
from portal.doors import family_page, refuse, show
from portal.notification_forms import DeviceForm, PreferencesForm
from tenants.accounts import devices
from tenants.schoollife.announcements import access, notifying, operations, pushing, queries
from ui.errors import explain
from ui.requests import SignedInRequest


@family_page("GET", "HEAD", "POST", pupils=True)
def notifications(request: SignedInRequest) -> HttpResponse:
    """`/college/notifications/`: what a person chose, and their devices."""
    user, at = request.user, timezone.now()
    initial = PreferencesForm.initial_of(queries.preference_of(user))
    form = PreferencesForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            operations.choose(user=user, chosen=form.chosen(), actor=Actor.user(user), at=at)
        except DomainError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Votre choix est enregistré."))
            return redirect("portal:notifications")
    context = {
        "form": form,
        "devices": queries.devices_of(user),
        "device_form": DeviceForm(),
        "push_key": pushing.public_key(at=at),
        "digest_hour": queries.terms().digest_hour,
    }
    status = 422 if form.is_bound else 200
    return show(request, "portal/announcements/notifications.html", context, status=status)


@family_page("POST", pupils=True)
def add_device(request: SignedInRequest) -> HttpResponse:
    """The browser that asks is told from now on."""
    form = DeviceForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Cet appareil ne peut pas être prévenu."))
        return redirect("portal:notifications")
    try:
        operations.add_device(
            user=request.user,
            reached=form.reached(),
            device=devices.in_words(request.headers.get("User-Agent", "")),
            actor=Actor.user(request.user),
            at=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, str(explain(error)))
    else:
        messages.success(request, _("Cet appareil sera prévenu."))
    return redirect("portal:notifications")


@family_page("POST", pupils=True)
def remove_device(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A browser is told no more."""
    found = access.access_device(request.user, public_id)
    operations.remove_device(device=found, actor=Actor.user(request.user), at=timezone.now())
    messages.success(request, _("Cet appareil n'est plus prévenu."))
    return redirect("portal:notifications")


@csrf_exempt  # a mail program posts without a page of ours; the link is the proof
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a message: asks, then ends what is not urgent."""
    user = notifying.user_of_token(token)
    if user is None:
        raise Http404
    is_done = request.method == "POST"
    if is_done:
        operations.unsubscribe(user=user, at=timezone.now())
    return render(request, "portal/announcements/leave.html", {"is_done": is_done})


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The script that shows a message when the page is closed. It must be served from this folder."""
    response = render(
        request, "portal/announcements/worker.js", content_type="text/javascript; charset=utf-8"
    )
    response["Cache-Control"] = "no-cache"
    return response
