"""« Élèves qui déménagent »: agreements, what waits for an agent, what crossed, and who lives elsewhere."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console.acts import find, url_for
from console.views.frame import page_context, requires
from federation.agreements.reading import is_open, name_of, other_party
from federation.correspondence.models import Agreement
from federation.exchange import queries, residence
from federation.exchange.merging import candidates_for
from federation.exchange.models import Arrival, Departure
from tenants.accounts.capabilities import Capability
from tenants.registry import directory
from tenants.registry.models import Departement
from ui import wording
from ui.exchange_texts import contents_said, items_said, standing_of, terms_said
from ui.reciprocity_texts import agreement_state
from ui.requests import SignedInRequest

SHOWN = 50
Offered = list[tuple[str, str]]


@dataclasses.dataclass(frozen=True, slots=True)
class AgreementLine:
    """Another département: what is agreed, how often it served this year, and what may be done."""

    departement: Departement
    state: str
    terms: list[str]
    used: str
    acts: Offered


@dataclasses.dataclass(frozen=True, slots=True)
class MoveLine:
    """A half of a move: never a field of the other side but what came, once it came."""

    move: Arrival | Departure
    child: str
    departement: str
    state: str
    items: list[tuple[str, str, Offered]]
    acts: Offered


@require_safe
@requires(Capability.READ_FILES)
def page(request: SignedInRequest) -> HttpResponse:
    """`/console/demenagements/`"""
    latest: dict[str, Agreement] = {}
    for agreement in queries.agreements():
        latest.setdefault(other_party(agreement), agreement)
    context = page_context(
        request,
        title=_("Élèves qui déménagent"),
        agreements=[
            _agreement(request, other, latest.get(other.schema_name))
            for other in directory.neighbours()
        ],
        arrivals=[_arrival(request, one) for one in queries.arrivals()[:SHOWN]],
        departures=[_departure(request, one) for one in queries.departures()[:SHOWN]],
        crossings=[
            (
                wording.day_and_hour(one.at),
                one.get_way_display(),
                name_of(one.other),
                one.get_kind_display(),
                items_said(one.items),
                one.get_outcome_display(),
            )
            for one in queries.crossings()[:SHOWN]
        ],
        residents=residence.residents_elsewhere(on=timezone.localdate())[:SHOWN],
        owed=residence.owed_to_us(on=timezone.localdate()),
    )
    return render(request, "console/pages/moves.html", context)


def _agreement(
    request: SignedInRequest, other: Departement, agreement: Agreement | None
) -> AgreementLine:
    today = timezone.localdate()
    if agreement is None or not is_open(agreement, on=today):
        offered = _offered(request, "propose-exchange", other)
    else:
        offered = _offered(request, "sign-exchange", agreement)
        offered += _offered(request, "end-exchange", agreement)
    used = ""
    if agreement is not None:
        opened = queries.opened_this_year(agreement.public_id, at=timezone.now())
        used = _("%(opened)s sur %(most)s") % {"opened": opened, "most": agreement.most_a_year}
    return AgreementLine(
        departement=other,
        state=agreement_state(agreement, on=today) if agreement else _("Pas de convention"),
        terms=terms_said(agreement) if agreement else [],
        used=used,
        acts=offered,
    )


def _arrival(request: SignedInRequest, arrival: Arrival) -> MoveLine:
    offered: Offered = []
    if arrival.is_open and arrival.pupil is None and request.user.can(Capability.EDIT_PEOPLE):
        offered = [
            (_("Rapprocher de %(pupil)s") % {"pupil": one}, url_for("merge-arrival", arrival, one))
            for one in candidates_for(arrival)
        ]
    offered += _offered(request, "unmerge-arrival", arrival)
    offered += _offered(request, "refuse-arrival", arrival)
    return MoveLine(
        move=arrival,
        child=str(arrival.pupil or _("Pas encore rapproché")),
        departement=name_of(arrival.other),
        state=standing_of(arrival).title,
        items=[
            (
                items_said([item.item]),
                contents_said(item),
                _offered(request, "take-over-item", item)
                + _offered(request, "set-item-aside", item)
                if arrival.is_open
                else [],
            )
            for item in queries.received_items(arrival)
        ],
        acts=offered,
    )


def _departure(request: SignedInRequest, departure: Departure) -> MoveLine:
    offered = _offered(request, "confirm-departure", departure)
    return MoveLine(
        move=departure,
        child=str(departure.pupil),
        departement=name_of(departure.other),
        state=standing_of(departure).title,
        items=[(items_said(departure.items), "", [])],
        acts=offered + _offered(request, "refuse-departure", departure),
    )


def _offered(request: SignedInRequest, name: str, row: Any) -> Offered:
    """An act, where it is this agent's to do and of use to this row."""
    act = find(name)
    if not request.user.can(act.capability) or not act.is_offered(row):
        return []
    return [(str(act.verb), url_for(name, row))]
