"""Pass+ of a family and of a young person: what is left, tickets made, shown and given up."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from commons.actors import Actor
from commons.errors import DomainError, NotFound
from commons.identifiers import new_public_id
from federation.passplus import holding, operations, signing
from federation.passplus.access import access_holder, access_own_ticket
from federation.passplus.holding import HeldCard
from federation.passplus.models import Card, Ticket
from federation.passplus.numbers import kinds_of
from federation.passplus.queries import partner_taking, partners_known_to, place_of, waits_until
from federation.passplus.reimbursing.queries import taken_back_of
from portal.doors import family_page, show
from portal.pass_plus_forms import CancelTicketForm, TicketForm
from portal.screens import pass_plus, places
from portal.screens.pass_plus import HolderView
from portal.screens.ways_in import WayIn, ways_in
from tenants.activation.queries import pupil_of
from tenants.people import queries as people
from tenants.people.models import Pupil
from ui import qr
from ui.documents.files import answer
from ui.documents.tickets import ticket_file
from ui.errors import explain
from ui.pass_plus_words import spaced
from ui.requests import SignedInRequest

KEYS_SECONDS = 300
# What a refusal is about, to say it next to the field.
ABOUT = {
    "PASSPLUS_PURSE_TOO_SMALL": "amount",
    "PASSPLUS_AMOUNT_NOT_ALLOWED": "amount",
    "PASSPLUS_OUTSIDE_DOMAIN": "partner",
}


@family_page(pupils=True)
def overview(request: SignedInRequest) -> HttpResponse:
    """Every child's Pass+, for a partner of the directory if one is named; a pupil has their own page."""
    own = pupil_of(request.user)
    chosen = _identifier(request.GET.get("partenaire", ""))
    if own is not None and chosen is not None:
        page = reverse("portal:ticket-new", args=[own.public_id])
        return redirect(f"{page}?partenaire={chosen}")
    if own is not None:
        return redirect("portal:pass-plus-child", own.public_id)
    today = timezone.localdate()
    pupils = list(people.children_of(request.user, on=today))
    held = pass_plus.holders(pupils, on=today)
    has_campaign = holding.has_campaign()
    ways = _ways_in(request, pupils, held) if has_campaign else {}
    context = {
        "holders": [(one, ways.get(one.public_id, ())) for one in held],
        "has_campaign": has_campaign,
        "chosen": chosen or "",
    }
    found = places.of_pupils(pupils, on=today)
    return show(request, "portal/pass_plus/overview.html", context, places=found)


@family_page(pupils=True)
def child(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One young person: each purse, the tickets that wait, the latest movements."""
    pupil = access_holder(request.user, public_id)
    today = timezone.localdate()
    (holder,) = pass_plus.holders([pupil], on=today)
    latest = holding.all_cards_of(pupil)[:1]
    moments = holding.history_of(latest[0]) if latest else []
    context = {
        "holder": holder,
        "ways": _ways_in(request, [pupil], [holder])[pupil.public_id],
        "lines": pass_plus.lines(moments[: pass_plus.LATEST]),
        "has_numbers": bool(kinds_of(latest[0] if latest else None)),
        "has_more": len(moments) > pass_plus.LATEST,
        "is_own": _is_own(request, pupil),
    }
    return _show(request, "child", context, pupil)


@family_page(pupils=True)
def history(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Everything that happened to the cards of a young person, campaign by campaign."""
    pupil = access_holder(request.user, public_id)
    parts = [
        (card.campaign.label, pass_plus.lines(holding.history_of(card)))
        for card in holding.all_cards_of(pupil)
    ]
    context = {"pupil": pupil, "parts": parts, "is_own": _is_own(request, pupil)}
    return _show(request, "history", context, pupil)


@family_page("GET", "HEAD", "POST", pupils=True)
def new_ticket(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Make a ticket: a purse, an amount, and a partner if one is chosen already."""
    pupil = access_holder(request.user, public_id)
    card = holding.open_card_of(pupil, on=timezone.localdate())
    if card is None:
        messages.info(request, _("Il n'est pas possible de faire un ticket aujourd'hui."))
        return redirect("portal:pass-plus-child", public_id)
    form = _ticket_form(request, card)
    if form.is_valid():
        try:
            made = _make(request, card.row, form)
        except operations.TicketMade:  # the page of a ticket that is made, sent again otherwise
            messages.info(request, _("Votre ticket était déjà fait. Le voici dans la liste."))
            return redirect("portal:pass-plus-child", public_id)
        except DomainError as error:
            named = ABOUT.get(error.code)
            form.add_error(named if named in form.fields else None, str(explain(error)))
        else:
            return redirect("portal:ticket", made.public_id)
    context = {"form": form, "pupil": pupil, "card": card, "is_own": _is_own(request, pupil)}
    return _show(request, "new_ticket", context, pupil, status=422 if form.errors else 200)


@family_page(pupils=True)
def ticket(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A ticket: its code to show or to read aloud while it waits, then what became of it."""
    found = access_own_ticket(request.user, public_id)
    context = _ticket_context(request, found)
    if found.state == Ticket.State.MADE:
        context["picture"] = qr.drawn(signing.ticket_text(found))
        context["warning"] = pass_plus.until_when_it_comes_back(found)
        context["waits_until"] = waits_until(found, at=timezone.now())
    elif found.state == Ticket.State.CAPTURED:
        context["back_cents"] = taken_back_of(found)
    return _show(request, "ticket", context, found.purse.card.pupil)


@family_page(pupils=True)
def show_ticket(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """The code alone, as large and as bright as the screen: what one holds out at the door."""
    found = access_own_ticket(request.user, public_id)
    if found.state != Ticket.State.MADE:
        return redirect("portal:ticket", public_id)
    context = _ticket_context(request, found)
    context["picture"] = qr.drawn(signing.ticket_text(found))
    return show(request, "portal/pass_plus/show_ticket.html", context, places=())


@family_page(pupils=True)
def ticket_document(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/pass-plus/tickets/<uuid>/ticket.pdf`: to print, while it may serve."""
    found = access_own_ticket(request.user, public_id)
    if found.state != Ticket.State.MADE:
        raise NotFound(ticket=str(public_id))
    return answer(ticket_file(found, at=timezone.now()))


@family_page("GET", "HEAD", "POST", pupils=True)
def cancel_ticket(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Give a ticket up, after reading where its money goes."""
    found = access_own_ticket(request.user, public_id)
    page = redirect("portal:ticket", public_id)
    if found.state != Ticket.State.MADE:
        return page
    at = timezone.now()
    until = waits_until(found, at=at)
    if until is not None:
        return _refused(request, found, operations.CancellationWaits(until=until))
    try:
        effect, is_lost = pass_plus.what_cancelling_does(found, at=at)
    except DomainError as error:
        return _refused(request, found, error)
    form = CancelTicketForm(request.POST if request.method == "POST" else None, is_lost=is_lost)
    if request.method == "POST" and form.is_valid():
        try:
            operations.give_up(
                ticket=found, accepts_loss=is_lost, actor=Actor.user(request.user), at=at
            )
        except DomainError as error:
            return _refused(request, found, error)
        messages.success(request, _("Le ticket est annulé."))
        return page
    context = _ticket_context(request, found) | {"form": form, "effect": effect, "is_lost": is_lost}
    pupil = found.purse.card.pupil
    return _show(request, "cancel_ticket", context, pupil, status=422 if form.errors else 200)


@require_safe
@cache_control(public=True, max_age=KEYS_SECONDS)
def keys(request: HttpRequest) -> HttpResponse:
    """`/pass-plus/cles/`: with what anybody checks that a ticket is the département's (RFC 7517)."""
    return JsonResponse(signing.published_keys())


def _ticket_form(request: SignedInRequest, card: HeldCard) -> TicketForm:
    """The form, with what the address already says: a purse, a partner of the directory."""
    chosen = _identifier(request.GET.get("partenaire", ""))
    return TicketForm(
        request.POST if request.method == "POST" else None,
        initial={
            "key": new_public_id(),
            "purse": request.GET.get("porte-monnaie", ""),
            "partner": "" if chosen is None else str(chosen),
        },
        purses=[purse for purse in card.purses if purse.is_open],
        partners=partners_known_to(card.row, chosen=chosen, at=timezone.now()),
    )


def _identifier(written: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(written)
    except ValueError:
        return None


def _make(request: SignedInRequest, card: Card, form: TicketForm) -> Ticket:
    at = timezone.now()
    chosen = form.partner_id()
    return operations.make_ticket(
        card=card,
        purse=form.cleaned_data["purse"],
        cents=form.cents(),
        key=str(form.cleaned_data["key"]),
        partner=None if chosen is None else partner_taking(chosen, at=at),
        actor=Actor.user(request.user),
        at=at,
    )


def _refused(request: SignedInRequest, ticket: Ticket, error: DomainError) -> HttpResponse:
    messages.error(request, str(explain(error)))
    return redirect("portal:ticket", ticket.public_id)


def _ticket_context(request: SignedInRequest, ticket: Ticket) -> dict[str, object]:
    pupil = ticket.purse.card.pupil
    return {
        "ticket": ticket,
        "pupil": pupil,
        "purse": pass_plus.purse_label(ticket),
        "code": spaced(ticket.code),
        "place": place_of(ticket),
        "last_day": holding.last_day_of(ticket),
        "is_own": _is_own(request, pupil),
    }


def _ways_in(
    request: SignedInRequest, pupils: Sequence[Pupil], held: Sequence[HolderView]
) -> Mapping[uuid.UUID, tuple[WayIn, ...]]:
    with_card = {one.public_id for one in held if one.cards}
    return ways_in(request.user, pupils, with_card=with_card, at=timezone.now())


def _is_own(request: SignedInRequest, pupil: Pupil) -> bool:
    return pupil_of(request.user) == pupil


def _show(
    request: SignedInRequest,
    name: str,
    context: dict[str, object],
    pupil: Pupil,
    *,
    status: int = 200,
) -> HttpResponse:
    found = places.of_pupils([pupil], on=timezone.localdate())
    template = f"portal/pass_plus/{name}.html"
    return show(request, template, context, places=found, status=status)
