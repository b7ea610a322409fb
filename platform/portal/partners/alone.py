"""A phone without network: what it is given before it leaves, and what it sends when it comes back.

The pages here prepare and collect; on the phone, `offline.js` judges each ticket by its signature, its
amount, its partner and its last day (docs/adr/0053). Nothing of a child is on the phone.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from commons.actors import Actor
from commons.errors import DomainError, Forbidden, NotFound
from federation.passplus import operations, till_access, till_queries
from federation.passplus.models import OfflinePermit, TillCapture
from portal.doors import refuse
from portal.partners import spaces
from portal.partners.doors import partner_page, show
from portal.partners.forms import OfflineForm
from ui.till_refusals import refusal_of

MOST_BYTES = 400_000


@partner_page("GET", "HEAD", "POST")
def offline(request: spaces.PartnerRequest) -> HttpResponse:
    """Prepare this phone, or use it: the page that stays on it."""
    till = spaces.chosen_till(request, request.member)
    if till is None:
        return redirect("portal:partner-tills")
    form = OfflineForm(request.POST if request.method == "POST" else None)
    status, at = 200, timezone.now()
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                operations.begin_offline(
                    member=request.member,
                    till=till,
                    hours=form.cleaned_data["hours"],
                    actor=Actor.user(request.partner_user),
                    at=at,
                )
            except Forbidden:
                raise
            except DomainError as error:
                refuse(form, error)
            else:
                return redirect("portal:partner-offline")
    context = {"form": form, "till": till, "permit": till_queries.running_permit(till, at=at)}
    return show(request, "offline", context, status=status)


@partner_page("POST")
def end(request: spaces.PartnerRequest, public_id: uuid.UUID) -> HttpResponse:
    """The phone has sent all: tickets can be given up again."""
    operations.end_offline(
        permit=till_access.access_permit(request.member, public_id),
        actor=Actor.user(request.partner_user),
        at=timezone.now(),
    )
    return redirect("portal:partner-offline")


@partner_page()
def phone(request: spaces.PartnerRequest) -> HttpResponse:
    """What the phone keeps: its permit, the public keys, and the tickets that are no longer good."""
    at, partner = timezone.now(), request.member.partner
    till = spaces.chosen_till(request, request.member)
    permit = till_queries.running_permit(till, at=at) if till else None
    kept: dict[str, Any] = {
        "now": at.isoformat(),
        "csrf": get_token(request),
        "partner": str(partner.public_id),
        "departement": request.tenant.code,  # type: ignore[attr-defined]
        "till": str(till.public_id) if till else None,
        "permit": _permit(permit) if permit else None,
    }
    if permit is not None:
        known = till_queries.for_the_phone(partner, at=at)
        kept |= {"keys": known.keys, "spent": known.spent}
    return JsonResponse(kept)


@partner_page("POST")
def send(request: spaces.PartnerRequest) -> HttpResponse:
    """Book what the phone took, and answer for each; what is not answered is to be sent again."""
    try:
        till_id, shown = _read(request.body)
        till = till_access.access_till(request.member, till_id)
    except (ValueError, KeyError, TypeError, NotFound):
        return JsonResponse({"results": []}, status=400)
    try:
        booked = operations.send_captures(
            member=request.member,
            till=till,
            shown=shown,
            actor=Actor.user(request.partner_user),
            at=timezone.now(),
        )
    except operations.TillClosed:
        # It was closed meanwhile: another till of the partner takes what it took.
        other = spaces.chosen_till(request, request.member)
        if other is None:
            return JsonResponse({"results": []}, status=409)
        booked = operations.send_captures(
            member=request.member,
            till=other,
            shown=shown,
            actor=Actor.user(request.partner_user),
            at=timezone.now(),
        )
    return JsonResponse({"results": [_result(one) for one in booked]})


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the page of a phone without network. It must be served from this folder."""
    response = render(
        request, "portal/partners/worker.js", content_type="text/javascript; charset=utf-8"
    )
    response["Cache-Control"] = "no-cache"
    return response


def _permit(permit: OfflinePermit) -> dict[str, str]:
    return {
        "id": str(permit.public_id),
        "begun_at": permit.begun_at.isoformat(),
        "until": permit.until.isoformat(),
        "sent_by": permit.sent_by.isoformat(),
    }


def _result(capture: TillCapture) -> dict[str, Any]:
    refusal = refusal_of(capture)
    return {
        "key": str(capture.key),
        "accepted": not capture.refusal,
        "cents": capture.cents,
        "why": f"{refusal.why} {refusal.todo}" if refusal else "",
    }


def _read(body: bytes) -> tuple[uuid.UUID, list[operations.Shown]]:
    """What a phone sent, as it should be.

    :raises ValueError: if it is not
    """
    if len(body) > MOST_BYTES:
        raise ValueError("too long")
    said = json.loads(body)
    return uuid.UUID(said["till"]), [_shown(one) for one in said["tickets"]]


def _shown(one: Any) -> operations.Shown:
    taken_at = parse_datetime(one["taken_at"])
    cents, text = one["cents"], one["text"]
    if taken_at is None or not isinstance(cents, int) or not isinstance(text, str):
        raise ValueError("no ticket")
    return operations.Shown(key=uuid.UUID(one["key"]), text=text, cents=cents, taken_at=taken_at)
