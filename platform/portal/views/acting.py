"""Agents who act for a family: their own steps, and what the family reads of it."""

from __future__ import annotations

import uuid
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from commons.actors import Actor
from commons.errors import DomainError
from portal import acting
from portal.doors import family_page, refuse, show
from portal.forms import WidenForm
from portal.screens import visits as screen
from tenants.acting import operations
from tenants.acting.access import access_session
from tenants.acting.queries import running
from ui.requests import SignedInRequest


@require_safe
@login_required
def enter(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """An agent opens the portal of the family, in a session they have begun in the console."""
    session = running(agent=request.user, public_id=public_id, at=timezone.now())
    if session is None:
        raise Http404
    acting.enter(request, session)
    return redirect("portal:home")


@family_page("GET", "HEAD", "POST")
def widen(request: SignedInRequest) -> HttpResponse:
    """An agent says why they must change something."""
    own = _own(request)
    form = WidenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.widen(
                session=own.session,
                reason=form.cleaned_data["reason"],
                actor=Actor.user(request.user),
                at=timezone.now(),
            )
        except DomainError as error:
            refuse(form, error)
        else:
            messages.success(request, _("Vous pouvez maintenant remplir à la place de la famille."))
            return redirect("portal:home")
    status = 422 if form.errors else 200
    return show(request, "portal/pages/acting_widen.html", {"form": form}, status=status)


@require_POST
@login_required
def end(request: SignedInRequest) -> HttpResponse:
    """The agent is done, and goes back to the console."""
    own = _own(request)
    operations.end(session=own.session, actor=Actor.user(own.agent), at=timezone.now())
    acting.leave(request)
    messages.success(request, _("Votre accès est terminé. La famille peut le relire."))
    return HttpResponseRedirect(reverse("console:index"))


def _own(request: HttpRequest) -> acting.Acting:
    """The session of the agent who asks.

    :raises Http404: if nobody acts for anybody here
    """
    own = getattr(request, "acting", None)
    if own is None:
        raise Http404
    return cast("acting.Acting", own)


@family_page()
def visits(request: SignedInRequest) -> HttpResponse:
    """Which agents acted for the person, why, and what they did."""
    page = screen.visits(request.user, at=timezone.now())
    return show(request, "portal/pages/visits.html", {"page": page})


@family_page("POST")
def end_visit(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The family ends an agent's access."""
    session = access_session(request.user, public_id)
    operations.end(session=session, actor=Actor.user(request.user), at=timezone.now())
    messages.success(request, _("L'accès est terminé."))
    return redirect("portal:visits")
