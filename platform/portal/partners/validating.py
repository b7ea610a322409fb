"""At the till: a ticket typed or scanned, its amount, the answer in one colour, and a minute to undo."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from commons.actors import Actor
from commons.errors import DomainError, Forbidden, RetryLater
from federation.passplus import operations, till_access, till_queries
from portal.partners import guessing, spaces
from portal.partners.doors import partner_page, show
from portal.partners.forms import AmountForm, WrittenForm
from ui.errors import explain
from ui.till_refusals import refusal_of

LATEST = 5


@partner_page()
def home(request: spaces.PartnerRequest) -> HttpResponse:
    """The till: one big button, or the code; what was validated today."""
    till = spaces.chosen_till(request, request.member)
    if till is None:
        return redirect("portal:partner-tills")
    return show(request, "home", _home_context(request, WrittenForm()))


@partner_page("POST")
def look(request: spaces.PartnerRequest) -> HttpResponse:
    """A ticket that was typed or scanned: how much it holds, or why it cannot be taken."""
    till = spaces.chosen_till(request, request.member)
    if till is None:
        return redirect("portal:partner-tills")
    form = WrittenForm(request.POST)
    if not form.is_valid():
        return show(request, "home", _home_context(request, form), status=422)
    if blocked := guessing.blocked(request):
        return blocked
    written = form.cleaned_data["written"]
    try:
        ticket = till_queries.ticket_at_till(request.member.partner, written, at=timezone.now())
    except DomainError as error:
        return _refused(request, error)
    amount = AmountForm(
        initial={
            "written": written,
            "way": form.cleaned_data["way"],
            "key": uuid.uuid4(),
            "amount": _as_typed(ticket),
        }
    )
    return show(request, "ticket", {"ticket": ticket, "form": amount, "till": till})


@partner_page("POST")
def capture(request: spaces.PartnerRequest) -> HttpResponse:
    """Validate it: the same page sent twice is one validation."""
    till = spaces.chosen_till(request, request.member)
    if till is None:
        return redirect("portal:partner-tills")
    form = AmountForm(request.POST)
    if blocked := guessing.blocked(request):
        return blocked
    if not form.is_valid():
        return _ask_again(request, form)
    given = form.cleaned_data
    try:
        done = operations.capture_at_till(
            member=request.member,
            till=till,
            written=given["written"],
            cents=given["amount"],
            key=given["key"],
            way=given["way"],
            actor=Actor.user(request.partner_user),
            at=timezone.now(),
        )
    except operations.CaptureTooMuch as error:
        form.add_error("amount", str(explain(error)))
        return _ask_again(request, form)
    except DomainError as error:
        return _refused(request, error)
    return redirect("portal:partner-capture", done.public_id)


@partner_page()
def answer(request: spaces.PartnerRequest, public_id: uuid.UUID) -> HttpResponse:
    """What became of a ticket that was validated: the amount, in one colour."""
    found = till_access.access_capture(request.member, public_id)
    context = {
        "capture": found,
        "can_be_undone": till_queries.can_be_undone(found, at=timezone.now()),
        "undo_before": found.booked_at + operations.UNDO_FOR,
        "refusal": refusal_of(found),
    }
    return show(request, "answer", context)


@partner_page("POST")
def undo(request: spaces.PartnerRequest, public_id: uuid.UUID) -> HttpResponse:
    """Put a ticket back, within its minute."""
    found = till_access.access_capture(request.member, public_id)
    try:
        operations.undo_capture(
            capture=found,
            member=request.member,
            actor=Actor.user(request.partner_user),
            at=timezone.now(),
        )
    except Forbidden:
        raise
    except DomainError as error:
        return _refused(request, error)
    return redirect("portal:partner-capture", found.public_id)


def _ask_again(request: spaces.PartnerRequest, form: AmountForm) -> HttpResponse:
    """The amount once more, with what is wrong with it; the ticket itself may be gone meanwhile."""
    if {"written", "key", "way"} & set(form.errors):
        return redirect("portal:partner-home")
    try:
        ticket = till_queries.ticket_at_till(
            request.member.partner, form.cleaned_data["written"], at=timezone.now()
        )
    except DomainError as error:
        return _refused(request, error)
    till = spaces.chosen_till(request, request.member)
    return show(request, "ticket", {"ticket": ticket, "form": form, "till": till}, status=422)


def _refused(request: spaces.PartnerRequest, error: DomainError) -> HttpResponse:
    """No, in one colour, with why and what to do."""
    if isinstance(error, RetryLater | Forbidden):
        raise error
    if isinstance(error, till_queries.GUESSES):
        guessing.count(request)
    return show(request, "refused", {"refusal": explain(error)}, status=422)


def _home_context(request: spaces.PartnerRequest, form: WrittenForm) -> dict[str, object]:
    partner, at = request.member.partner, timezone.now()
    till = spaces.chosen_till(request, request.member)
    latest = till_queries.captures_of(partner)
    if till is not None:
        latest = latest.filter(till=till)
    return {
        "form": form,
        "till": till,
        "tills": till_queries.open_tills(partner),
        "day": till_queries.day_of_partner(partner, on=timezone.localdate(at), till=till),
        "latest": latest[:LATEST],
        "is_ended": partner.ended_at is not None and partner.ended_at <= at,
    }


def _as_typed(ticket: till_queries.TicketAtTill | till_queries.TicketElsewhere) -> str:
    """`12,40`, as one types it; nothing of a ticket of elsewhere, whose amount is not known here."""
    if isinstance(ticket, till_queries.TicketElsewhere):
        return ""
    return f"{ticket.cents // 100},{ticket.cents % 100:02d}"
