"""A family's request of rights: where it resumes, and what its page says."""

from __future__ import annotations

import dataclasses
import datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from billing.rights import queries
from billing.rights.models import BursaryAnswer, ProofDocument, RightsRequest
from billing.rights.outcomes import PASSING
from billing.rights.requesting import CHANGEABLE
from billing.tariffs.models import Service
from billing.tariffs.queries import price_on
from ui.rights_texts import reason_words

if TYPE_CHECKING:
    from tenants.people.models import Pupil

State = RightsRequest.State
Way = RightsRequest.Way


@dataclasses.dataclass(frozen=True, slots=True)
class ChildPrice:
    """What a decision gives a child. Cents; None until they are enrolled."""

    child: Pupil
    unit_price_cents: int | None


@dataclasses.dataclass(frozen=True, slots=True)
class RightsPage:
    """The page of a request."""

    request: RightsRequest
    why: str
    todo: str
    prices: tuple[ChildPrice, ...]
    may_ask_again: bool
    may_change: bool
    may_give_up: bool
    has_consent: bool
    due_on: datetime.date | None
    documents: tuple[ProofDocument, ...]
    bursaries: tuple[BursaryAnswer, ...]
    may_add_document: bool


def resumes_at(request: RightsRequest) -> str:
    """The page where a request is taken up again."""
    if request.state == State.CONSENTED or (request.state == State.DRAFT and request.way):
        return "rights-agreement"
    if request.state == State.DRAFT:
        return "rights-way"
    return "rights-request"


def page_of(request: RightsRequest) -> RightsPage:
    """What the page of a request says."""
    is_waiting = request.state in {State.TO_COMPLETE, State.TO_INSPECT}
    why, todo = reason_words(request) if is_waiting else ("", "")
    consent = queries.standing_consent(request)
    return RightsPage(
        request=request,
        why=why,
        todo=todo,
        prices=_prices(request),
        may_ask_again=request.state == State.TO_COMPLETE
        and request.outcome in PASSING
        and request.sealed_identity is not None
        and consent is not None,
        may_change=request.state in CHANGEABLE,
        may_give_up=request.is_open,
        has_consent=consent is not None,
        due_on=timezone.localdate(request.latest_at) if request.latest_at else None,
        documents=tuple(queries.documents_of(request)),
        bursaries=tuple(queries.bursaries_of(request)),
        may_add_document=is_waiting,
    )


def _prices(request: RightsRequest) -> tuple[ChildPrice, ...]:
    if request.state != State.DECIDED or request.effective_from is None:
        return ()
    found = []
    for child in queries.pupils_of(request.household):
        decision = price_on(child, Service.HALF_BOARD, request.effective_from)
        found.append(ChildPrice(child, decision.unit_price_cents if decision else None))
    return tuple(found)
