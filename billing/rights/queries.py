"""Reads of rights: what is configured, what a family may choose, where a request stands, the queue."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from billing.rights import consents
from billing.rights.consents import ConsentText
from billing.rights.models import (
    BursaryAnswer,
    Consent,
    ProofDocument,
    RightsRequest,
    RightsRules,
    RightsSource,
    SourceCall,
)
from billing.rights.sources.answers import Endpoint
from billing.tariffs.engine import Basis
from billing.tariffs.models import Service
from billing.tariffs.queries import definition_of, version_on
from tenants.people.models import Guardian, HouseholdMember

if TYPE_CHECKING:
    from tenants.people.models import Household, Pupil

State = RightsRequest.State
Way = RightsRequest.Way
# What a département that said nothing does (DOMAIN §2.4).
DEFAULT_RULES = RightsRules(
    sla_hours=72,
    longest_days=10,
    lasting=RightsRules.Lasting.SCHOOL_YEAR,
    document_days=0,
)


@dataclasses.dataclass(frozen=True, slots=True)
class WhatIsAgreed:
    """The text a person must agree to now, and whether they did."""

    text: ConsentText
    standing: Consent | None


def rules() -> RightsRules:
    """How the département treats requests."""
    return RightsRules.objects.order_by("-pk").first() or DEFAULT_RULES


def open_source(kind: str) -> RightsSource | None:
    """The source of a kind that the département asks, if it asks one."""
    return RightsSource.objects.filter(kind=kind, closed_at__isnull=True).first()


def sources() -> QuerySet[RightsSource]:
    """Every source, the open ones first."""
    return RightsSource.objects.order_by("closed_at", "kind", "-pk")


def ways_offered(*, on: datetime.date) -> tuple[str, ...]:
    """
    What a family may choose on a day: the sources whose figure the tariff reads, then the rest.

    The two quotients are not the same (DOMAIN §2.0): a source whose quotient the tariff does not
    read would lead to the highest price, and is not offered.
    """
    version = version_on(Service.HALF_BOARD, on)
    definition = definition_of(version) if version else None
    found: list[str] = []
    read = {definition.basis, *definition.accepts} if definition else set()
    if Basis.CAF_QF in read:
        caf = open_source(RightsSource.Kind.API_PARTICULIER)
        found += [Way.CAF_MSA] if caf and Endpoint.QUOTIENT in caf.versions else []
    if Basis.FISCAL_QF in read:
        tax = open_source(RightsSource.Kind.API_IMPOT)
        found += [Way.TAX] if tax and Endpoint.INCOME in tax.versions else []
    found.append(Way.DOCUMENT)
    if definition is not None and definition.may_choose_maximum:
        found.append(Way.MAXIMUM)
    return tuple(found)


def asks_bursaries() -> bool:
    """Whether the ministry may be asked about bursaries in this département."""
    source = open_source(RightsSource.Kind.API_PARTICULIER)
    return source is not None and Endpoint.SCHOOLING in source.versions


def agreement_of(request: RightsRequest) -> WhatIsAgreed | None:
    """What the person must agree to before the source is asked; none for a way that asks nobody."""
    text = consents.text_of(request)
    return None if text is None else WhatIsAgreed(text=text, standing=standing_consent(request))


def standing_consent(request: RightsRequest) -> Consent | None:
    """What the person agreed to and did not take back."""
    return Consent.objects.filter(request=request, withdrawn_at__isnull=True).first()


def standing_consents(keys: Sequence[int]) -> dict[int, Consent]:
    """What was agreed to and not taken back for several requests, by their keys."""
    found = Consent.objects.filter(request__in=keys, withdrawn_at__isnull=True)
    return {consent.request_id: consent for consent in found}


def guardians_of(household: Household, *, on: datetime.date) -> QuerySet[Guardian]:
    """The adults of a household on a day."""
    members = HouseholdMember.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=on), household=household, valid_from__lte=on
    )
    return Guardian.objects.filter(pk__in=members.values("guardian_id")).order_by("sort_key", "pk")


def pupils_of(household: Household) -> QuerySet[Pupil]:
    """The pupils that a household prices, eldest first."""
    return household.pupils.order_by("birth_date", "sort_key", "pk")


def requests() -> QuerySet[RightsRequest]:
    """Every request with its household and who made it, latest first."""
    return RightsRequest.objects.select_related("household", "guardian", "resources").order_by(
        "-created_at", "-pk"
    )


def requests_of(household: Household) -> QuerySet[RightsRequest]:
    """What a household asked, latest first."""
    return requests().filter(household=household)


def open_request_of(household: Household) -> RightsRequest | None:
    """What a household is asking now."""
    return requests().filter(household=household, closed_at__isnull=True).first()


def queue() -> QuerySet[RightsRequest]:
    """What waits for an agent: the one whose day comes first is first."""
    return requests().filter(state=State.TO_INSPECT).order_by("due_at", "pk")


def being_asked_since(before: datetime.datetime) -> QuerySet[RightsRequest]:
    """The requests whose source was asked before a moment, and has not answered."""
    return RightsRequest.objects.filter(state=State.ASKING, asked_at__lte=before).order_by("pk")


def request_by_id(request_id: int) -> RightsRequest:
    """A request by its number in the database, for the worker and for messages.

    :raises RightsRequest.DoesNotExist: if there is none
    """
    return requests().select_related("guardian__user").get(pk=request_id)


def consents_of(request: RightsRequest) -> QuerySet[Consent]:
    """What was agreed to for a request, latest first."""
    return Consent.objects.filter(request=request).order_by("-given_at", "-pk")


def calls_of(request: RightsRequest) -> QuerySet[SourceCall]:
    """When a request's sources were asked, latest first."""
    return SourceCall.objects.filter(request=request).order_by("-called_at", "-pk")


def bursaries_of(request: RightsRequest) -> QuerySet[BursaryAnswer]:
    """What the ministry said of the pupils of a request."""
    return (
        BursaryAnswer.objects.filter(request=request)
        .select_related("pupil")
        .order_by("pupil__sort_key", "pk")
    )


def documents_of(request: RightsRequest) -> QuerySet[ProofDocument]:
    """The documents of a request that are still there, latest first."""
    return ProofDocument.objects.filter(request=request, deleted_at__isnull=True).order_by(
        "-received_at", "-pk"
    )
