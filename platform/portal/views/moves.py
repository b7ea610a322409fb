"""« Changer de département » : a child comes or leaves. Two steps, then where it stands, to its end."""

from __future__ import annotations

import dataclasses
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from commons.actors import Actor
from commons.errors import DomainError, NotFound
from federation.agreements.reading import name_of, neighbour_of, other_party
from federation.exchange import operations, queries
from federation.exchange.access import access_own_arrival, access_own_departure
from federation.exchange.models import Arrival, Departure
from portal.doors import family_page, refuse, show
from portal.move_forms import ANOTHER, AgreementForm, ChoiceForm
from tenants.people.access import access_own_child
from tenants.people.queries import children_of, guardian_of
from tenants.registry.addresses import origin_of
from ui import exchange_texts as texts
from ui.errors import explain
from ui.requests import SignedInRequest

if TYPE_CHECKING:
    from federation.correspondence.models import Agreement
    from tenants.people.models import Guardian, Pupil

ARRIVE, LEAVE = "arriver", "partir"


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A half of a move, as its page and the list show it."""

    way: str
    move: Arrival | Departure
    child: str
    departement: str
    items: str
    standing: texts.Standing
    there: str


def _line(move: Arrival | Departure) -> Line:
    other = neighbour_of(move.other)
    pupil = move.pupil
    return Line(
        way=ARRIVE if isinstance(move, Arrival) else LEAVE,
        move=move,
        child=pupil.first_name if pupil else _("Un enfant qui arrive"),
        departement=name_of(move.other),
        items=texts.items_said(move.items),
        standing=texts.standing_of(move),
        there=f"{origin_of(other)}{reverse('portal:moves')}" if other else "",
    )


@family_page()
def moves(request: SignedInRequest) -> HttpResponse:
    """What was asked, and the two doors."""
    guardian = _guardian(request)
    asked: list[Arrival | Departure] = [
        *queries.arrivals_of(guardian),
        *queries.departures_of(guardian),
    ]
    lines = [_line(move) for move in asked]
    context = {"lines": lines, "is_possible": bool(_agreements())}
    return show(request, "portal/moves/moves.html", context)


@family_page("GET", "HEAD", "POST")
def choose(request: SignedInRequest, way: str) -> HttpResponse:
    """Step 1: which child, which département."""
    _check_way(way)
    children = [
        (str(child.public_id), child.first_name)
        for child in children_of(request.user, on=timezone.localdate())
    ]
    if way == ARRIVE:
        children.append((ANOTHER, _("Un enfant qui n'est pas encore inscrit ici")))
    departements = [(_code(one), name_of(other_party(one))) for one in _agreements()]
    form = ChoiceForm(
        request.POST if request.method == "POST" else None,
        children=children,
        departements=departements,
    )
    if request.method == "POST" and form.is_valid():
        address = reverse("portal:move-agree", args=[way])
        return redirect(f"{address}?{urlencode(form.cleaned_data)}")
    return _step(request, "choose", way, 1, form=form, is_possible=bool(departements))


@family_page("GET", "HEAD", "POST")
def agree(request: SignedInRequest, way: str) -> HttpResponse:
    """Step 2: what passes, and the agreement of the guardian."""
    _check_way(way)
    agreement = next(
        (one for one in _agreements() if _code(one) == request.GET.get("departement")), None
    )
    said = request.GET.get("child", "")
    is_named = way == ARRIVE and said == ANOTHER
    if agreement is None:
        return redirect("portal:move-choose", way)
    child = None if is_named else access_own_child(request.user, _key(said))
    name = name_of(other_party(agreement))
    words = (texts.arrival_consent if way == ARRIVE else texts.departure_consent)(name)
    form = AgreementForm(
        request.POST if request.method == "POST" else None,
        items=agreement.items,
        is_named=is_named,
        initial={"version": texts.CONSENT_VERSION, "items": agreement.items},
    )
    if request.method == "POST" and form.is_valid():
        try:
            move = _open(request, way, agreement, child or form.identity(), form, words)
        except DomainError as error:
            refuse(form, error)
        else:
            return redirect("portal:move", way, move.public_id)
    return _step(
        request, "agree", way, 2, form=form, words=words, child=child,
        details=[(texts.ITEMS[item], texts.ITEM_DETAILS[item]) for item in agreement.items],
    )  # fmt: skip


def _open(
    request: SignedInRequest,
    way: str,
    agreement: Agreement,
    child: Pupil | operations.Identity,
    form: AgreementForm,
    words: str,
) -> Arrival | Departure:
    said: dict[str, Any] = {
        "guardian": _guardian(request),
        "departement_code": _code(agreement),
        "items": form.cleaned_data["items"],
        "consent": operations.Consent(text=words, version=form.cleaned_data["version"]),
        "actor": Actor.user(request.user),
        "at": timezone.now(),
    }
    if way == ARRIVE:
        return operations.open_arrival(child=child, **said)
    assert not isinstance(child, operations.Identity)  # a child who leaves is one of here
    return operations.open_departure(pupil=child, **said)


@family_page()
def move(request: SignedInRequest, way: str, public_id: uuid.UUID) -> HttpResponse:
    """Where a half stands, and what to do in the other département."""
    return show(request, "portal/moves/move.html", {"line": _line(_own(request, way, public_id))})


@family_page("POST")
def withdraw(request: SignedInRequest, way: str, public_id: uuid.UUID) -> HttpResponse:
    """Take it back: nothing passes any more, and what waits is erased."""
    found = _own(request, way, public_id)
    actor, at = Actor.user(request.user), timezone.now()
    try:
        if isinstance(found, Arrival):
            operations.withdraw_arrival(arrival=found, actor=actor, at=at)
        else:
            operations.withdraw_departure(departure=found, actor=actor, at=at)
    except DomainError as error:
        messages.error(request, str(explain(error)))
    else:
        messages.success(request, _("C'est retiré. Rien ne passera."))
    return redirect("portal:move", way, public_id)


def _own(request: SignedInRequest, way: str, public_id: uuid.UUID) -> Arrival | Departure:
    _check_way(way)
    if way == ARRIVE:
        return access_own_arrival(request.user, public_id)
    return access_own_departure(request.user, public_id)


def _guardian(request: SignedInRequest) -> Guardian:
    found = guardian_of(request.user)
    if found is None:
        raise NotFound(guardian="")
    return found


def _agreements() -> list[Agreement]:
    found = queries.agreements_in_force(on=timezone.localdate())
    return [one for one in found if neighbour_of(other_party(one)) is not None]


def _code(agreement: Agreement) -> str:
    other = neighbour_of(other_party(agreement))
    return other.code if other else ""


def _check_way(way: str) -> None:
    if way not in {ARRIVE, LEAVE}:
        raise Http404


def _key(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound(key=text[:40]) from None


def _step(
    request: SignedInRequest, template: str, way: str, step: int, **more: object
) -> HttpResponse:
    form = more["form"]
    context = {
        "way": way,
        "is_arrival": way == ARRIVE,
        "steps": [_("L'enfant"), _("Votre accord")],
        "step": step,
        **more,
    }
    status = 422 if getattr(form, "errors", None) else 200
    return show(request, f"portal/moves/{template}.html", context, status=status)
