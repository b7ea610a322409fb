"""The family's day at the collège, a child's week, and the secret addresses of calendars."""

from __future__ import annotations

import hashlib
import uuid

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from commons.actors import Actor
from commons.errors import DomainError
from portal.doors import family_page, refuse, show
from portal.screens import timetable as screen
from tenants.schoollife.timetable import operations, queries
from tenants.schoollife.timetable.access import access_address, access_own_pupil, own_addresses
from tenants.schoollife.timetable.feeds import days_given, feed_path
from ui.requests import SignedInRequest
from ui.throttle import Throttle
from ui.timetable_calendars import calendar_of
from ui.visitors import place_of

# A calendar asks every hour or so; a telephone, a computer and a tablet may have the same address.
OF_AN_ADDRESS = Throttle("timetable-feed", most=60)
OF_A_PLACE = Throttle("timetable-feed-unknown", most=40)
_MINUTES = 15


class AddressForm(forms.Form):
    """Of whom the address is."""

    child = forms.ChoiceField(label=gettext_lazy("Pour qui"), required=False)


@family_page(pupils=True)
def day(request: SignedInRequest) -> HttpResponse:
    """`/college/?jour=2026-12-01`: today first."""
    today = timezone.localdate()
    asked = screen.day_asked(request.GET.get("jour", ""), today=today)
    page = screen.day_page(request.user, day=asked, today=today)
    return show(request, "portal/school/day.html", {"page": page})


@family_page(pupils=True)
def week(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/college/<uuid>/semaine/?jour=2026-12-01`"""
    today = timezone.localdate()
    asked = screen.day_asked(request.GET.get("jour", ""), today=today)
    page = screen.week_page(request.user, pupil=public_id, day=asked, today=today)
    if page is None:
        raise Http404
    return show(request, "portal/school/week.html", {"page": page})


@family_page("GET", "HEAD", "POST", pupils=True)
def feeds(request: SignedInRequest) -> HttpResponse:
    """`/college/agenda/`: POST makes an address, and shows it once."""
    user, today = request.user, timezone.localdate()
    children = screen.day_page(user, day=today, today=today).children
    form = AddressForm(request.POST if request.method == "POST" else None)
    form.fields["child"].choices = [  # type: ignore[attr-defined]
        ("", _("Tous mes enfants")),
        *((str(one.public_id), one.first_name) for one in children),
    ]
    address, status = "", 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            child = form.cleaned_data["child"]
            pupil = access_own_pupil(user, uuid.UUID(child)) if child else None
            try:
                _made, token = operations.make_feed_address(
                    user=user, pupil=pupil, actor=Actor.user(user), at=timezone.now()
                )
            except DomainError as error:
                refuse(form, error)
            else:
                address, status = request.build_absolute_uri(feed_path(token)), 200
    context = {
        "form": form,
        "address": address,
        "has_choice": len(children) > 1,
        "addresses": own_addresses(user),
    }
    return show(request, "portal/school/feeds.html", context, status=status)


@family_page("POST", pupils=True)
def revoke_feed(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/college/agenda/<uuid>/retirer/`"""
    operations.revoke_feed_address(
        address=access_address(request.user, public_id),
        actor=Actor.user(request.user),
        at=timezone.now(),
    )
    messages.success(request, _("Cette adresse ne donne plus rien."))
    return redirect("portal:timetable-feeds")


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """`/college/agenda/<secret>.ics`: for a calendar, without a session. What is unknown is 404."""
    place = place_of(request)
    if OF_A_PLACE.is_over(place) or OF_AN_ADDRESS.is_over(token):
        return HttpResponse(status=429, headers={"Retry-After": str(_MINUTES * 60)})
    address = queries.address_of(token)
    if address is None:
        OF_A_PLACE.count(place)
        raise Http404
    OF_AN_ADDRESS.count(token)
    today = timezone.localdate()
    children = queries.lessons_of_family(
        address.user,
        days=days_given(today),
        today=today,
        pupil=address.pupil.public_id if address.pupil else None,
    )
    content = calendar_of(children, host=request.get_host())
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    response["ETag"] = etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return get_conditional_response(request, etag=etag, response=response) or response
