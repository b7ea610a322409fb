"""Out of the services that only the browser can sign out of: it is led to each in turn, then on.

What is left to do is in the session, which is nobody's by then. A service that does not lead back keeps
nobody in: the portal was left first.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from federation.ent import queries
from federation.ent.saml import leaving
from federation.ent.saml.asking import AskedToLeave
from federation.ent.saml.leaving import Carried
from federation.ent.saml.names import new_id
from portal import saml_pages
from portal.views.issuing import issuer_of

_KEY = "service_leaving"


def begin(
    request: HttpRequest,
    openings: Sequence[uuid.UUID],
    *,
    then: str,
    asked: AskedToLeave | None = None,
) -> HttpResponse:
    """
    Leave some services, then go on to an address; or answer the one that asked for it.

    :param then: a page of ours, or an address that was registered
    """
    if not openings and asked is None:
        return HttpResponseRedirect(then)
    request.session[_KEY] = {
        "openings": [str(one) for one in openings],
        "then": then,
        "waits_for": "",
        "failed": False,
        "asked": [asked.registration_id, asked.request_id, asked.relay_state] if asked else None,
    }
    return redirect("portal:saml-leave")


def go_on(request: HttpRequest, *, followed: str) -> tuple[Carried, str] | HttpResponse:
    """
    The next message that the browser carries and the service's name, or where it ends.

    :param followed: the request of ours that a service has just said it followed
    """
    held = request.session.get(_KEY)
    if held is None:
        return redirect("portal:sign-in")
    if held["waits_for"] and held["waits_for"] != followed:
        held["failed"] = True
    held["waits_for"] = ""
    while held["openings"]:
        opening = queries.saml_opening(uuid.UUID(held["openings"].pop(0)))
        if opening is None or not opening.registration.is_open:
            continue
        held["waits_for"] = new_id()
        request.session[_KEY] = held
        carried = leaving.ask_to_leave(opening, request_id=held["waits_for"], at=timezone.now())
        return carried, queries.name_of(opening.registration.sector)
    del request.session[_KEY]
    return _finished(request, held)


def _finished(request: HttpRequest, held: dict[str, Any]) -> HttpResponse:
    if held["asked"] is None:
        if held["failed"]:
            messages.warning(request, unconfirmed())
        return HttpResponseRedirect(held["then"])
    registration_id, request_id, relay_state = held["asked"]
    registration = queries.saml_registration_by_id(registration_id)
    if registration is None or not registration.saml["logout_answer_url"]:
        return HttpResponseRedirect(held["then"])
    carried = leaving.answer_to_leaving(
        registration,
        request_id=request_id,
        relay_state=relay_state,
        is_whole=not held["failed"],
        issuer=issuer_of(request),
        at=timezone.now(),
    )
    return saml_pages.carry(request, carried, name=queries.name_of(registration.sector))


def unconfirmed() -> str:
    """What is said when a service did not say that it closed."""
    return _("Un service n'a pas confirmé sa fermeture. Fermez aussi votre navigateur.")
