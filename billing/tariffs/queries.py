"""Reads of tariffs: which version, resources and price are in force on a day, and why."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import json
import uuid
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from django.db.models import F, Q, QuerySet

from billing.tariffs.engine import Decision, Definition, Policy, Step, parse_definition
from billing.tariffs.models import (
    HouseholdResources,
    PriceContest,
    PriceDecision,
    TariffVersion,
)
from billing.tariffs.timeline import PricedVersion
from tenants.people.models import Guardianship, HouseholdMember

if TYPE_CHECKING:
    from tenants.accounts.models import User
    from tenants.people.models import Pupil

Decisions = QuerySet[PriceDecision]


class Dated(Protocol):
    """What holds over `[valid_from, valid_until)`."""

    @property
    def valid_from(self) -> datetime.date: ...

    @property
    def valid_until(self) -> datetime.date | None: ...


DatedT = TypeVar("DatedT", bound=Dated)


@dataclasses.dataclass(frozen=True, slots=True)
class ExplainedPrice:
    """A price with its whole story: what the interfaces show and the API answers.

    `household_id` is whose resources it rests on, if any: theirs alone to read (`access.price_for`).
    """

    public_id: uuid.UUID
    service: str
    unit_price_cents: int
    valid_from: datetime.date
    valid_until: datetime.date | None
    decided_at: datetime.datetime
    source: str
    household_id: int | None
    quotient: Decimal | None
    borne_cents: int | None
    steps: tuple[Step, ...]
    definition: Definition
    version_from: datetime.date
    legal_basis: str
    source_note: str
    is_illustrative: bool


def on_day(day: datetime.date) -> Q:
    """The condition "in force on that day" of a `[valid_from, valid_until)` table."""
    return Q(valid_from__lte=day) & (Q(valid_until__isnull=True) | Q(valid_until__gt=day))


def in_force_some_day(decisions: Decisions) -> Decisions:
    """Leave out the decisions replaced on their first day."""
    return decisions.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")))


def with_version(decisions: Decisions) -> Decisions:
    """Read what a page says of the version of each price, not what it is made of."""
    return decisions.select_related("tariff_version").defer(
        "tariff_version__definition",
        "tariff_version__legal_basis",
        "tariff_version__source_note",
    )


def version_on(service: str, day: datetime.date) -> TariffVersion | None:
    """The version that prices a service on a day."""
    return (
        TariffVersion.objects.filter(on_day(day), schedule__service=service)
        .select_related("schedule")
        .order_by("valid_from")
        .first()
    )


@functools.lru_cache(maxsize=256)
def _definition(canonical: str) -> Definition:
    return parse_definition(json.loads(canonical))


def definition_of(version: TariffVersion) -> Definition:
    """The rule of a version, parsed once per process and content."""
    return _definition(json.dumps(version.definition, sort_keys=True))


def policy_on(service: str, day: datetime.date) -> Policy:
    """How the schedule of a service is applied on a day; the plain policy where there is none."""
    version = version_on(service, day)
    return Policy() if version is None else definition_of(version).policy


def effect_day(service: str, day: datetime.date) -> datetime.date:
    """The first day that a situation made known on a day counts, for a service."""
    return policy_on(service, day).effective_on(day)


def resources_on(household_id: int | None, day: datetime.date) -> HouseholdResources | None:
    """What a household proved that is valid on a day; nothing for a pupil without a household."""
    if household_id is None:
        return None
    return (
        HouseholdResources.objects.filter(on_day(day), household_id=household_id)
        .order_by("valid_from")
        .first()
    )


def proofs_since(household_id: int | None, day: datetime.date) -> list[HouseholdResources]:
    """What a household proved that is valid on a day or later, in order of days."""
    if household_id is None:
        return []
    return proofs_of_households([household_id], day).get(household_id, [])


def proofs_of_households(
    household_ids: Collection[int], day: datetime.date
) -> dict[int, list[HouseholdResources]]:
    """What some households proved that is valid on a day or later, in order of days."""
    rows = HouseholdResources.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=day),
        Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
        household_id__in=household_ids,
    )
    found: dict[int, list[HouseholdResources]] = {}
    for row in rows.order_by("valid_from"):
        found.setdefault(row.household_id, []).append(row)
    return found


def other_proofs_since(
    pupil_ids: Collection[int], day: datetime.date
) -> dict[int, list[list[HouseholdResources]]]:
    """What the other households of some pupils proved, valid on a day or later, by pupil.

    The other household of a pupil is that of a legal guardian who is not of the one that prices the
    pupil. A pupil without another household is left out.
    """
    lasting = Q(valid_until__isnull=True) | Q(valid_until__gt=day)
    parents = Guardianship.objects.filter(lasting, pupil_id__in=pupil_ids, legal_role__gte=1)
    links = list(parents.values_list("pupil_id", "pupil__household_id", "guardian_id"))
    memberships = HouseholdMember.objects.filter(
        lasting, guardian_id__in={guardian_id for *_pupil, guardian_id in links}
    )
    homes: dict[int, set[int]] = {}
    for guardian_id, household_id in memberships.values_list("guardian_id", "household_id"):
        homes.setdefault(guardian_id, set()).add(household_id)
    others: dict[int, set[int]] = {}
    for pupil_id, own_id, guardian_id in links:
        others.setdefault(pupil_id, set()).update(homes.get(guardian_id, set()) - {own_id})
    proofs = proofs_of_households(set().union(*others.values()), day)
    return {
        pupil_id: [proofs[household_id] for household_id in sorted(ids) if household_id in proofs]
        for pupil_id, ids in others.items()
        if ids
    }


def priced_versions(service: str, day: datetime.date) -> list[PricedVersion]:
    """The versions that price a service on a day or later, in order of days."""
    rows = TariffVersion.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=day), schedule__service=service
    )
    return [PricedVersion(row, definition_of(row)) for row in rows.order_by("valid_from")]


def price_on(pupil: Pupil, service: str, day: datetime.date) -> PriceDecision | None:
    """The decision in force for a pupil and a service on a day."""
    return (
        PriceDecision.objects.filter(on_day(day), pupil=pupil, service=service)
        .select_related("tariff_version", "resources")
        .order_by("valid_from")
        .first()
    )


def prices_on(
    pupil_ids: Iterable[int], service: str, day: datetime.date
) -> dict[int, PriceDecision]:
    """The decisions in force on a day for several pupils, by the pupil's primary key."""
    decisions = PriceDecision.objects.filter(
        on_day(day), pupil_id__in=list(pupil_ids), service=service
    ).select_related("tariff_version")
    return {decision.pupil_id: decision for decision in decisions}


def held_or_to_come(service: str, *, on: datetime.date) -> Decisions:
    """The decisions for a service that are in force on a day or later, in order of their days."""
    return in_force_some_day(
        PriceDecision.objects.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gt=on), service=service
        )
    ).order_by("valid_from")


def prices_since(
    pupil_ids: Iterable[int], service: str, day: datetime.date
) -> dict[int, list[PriceDecision]]:
    """The decisions in force on a day or later for several pupils, in order of their days."""
    decisions = held_or_to_come(service, on=day).filter(pupil_id__in=list(pupil_ids))
    found: dict[int, list[PriceDecision]] = {}
    for decision in with_version(decisions):
        found.setdefault(decision.pupil_id, []).append(decision)
    return found


def in_force(decisions: Iterable[DatedT], day: datetime.date) -> DatedT | None:
    """The one of some decisions, or of what was read of them, that holds on a day."""
    for decision in decisions:
        if decision.valid_from <= day and (
            decision.valid_until is None or day < decision.valid_until
        ):
            return decision
    return None


def price_history(pupil: Pupil, service: str) -> Decisions:
    """The decisions of a pupil for a service that were or are in force, latest first."""
    return (
        in_force_some_day(PriceDecision.objects.filter(pupil=pupil, service=service))
        .select_related("tariff_version", "resources")
        .order_by("-valid_from")
    )


def latest_contest(user: User, pupil: Pupil, service: str) -> PriceContest | None:
    """What a guardian last said of the price of a pupil, with its answer; nobody else's."""
    return (
        PriceContest.objects.filter(
            guardian__user=user, decision__pupil=pupil, decision__service=service
        )
        .select_related("new_decision__tariff_version")
        .order_by("-opened_at", "-pk")
        .first()
    )


def contest_with_guardian(pk: int) -> PriceContest | None:
    """A contest, with whom its answer is told to."""
    return (
        PriceContest.objects.filter(pk=pk)
        .select_related("guardian__user", "decision__pupil", "new_decision__tariff_version")
        .first()
    )


def explained_price(decision: PriceDecision) -> ExplainedPrice:
    """A decision with its steps, its scale and the text it rests on."""
    version = decision.tariff_version
    steps = tuple(Step.from_dict(step) for step in decision.steps)
    return ExplainedPrice(
        public_id=decision.public_id,
        service=decision.service,
        unit_price_cents=decision.unit_price_cents,
        valid_from=decision.valid_from,
        valid_until=decision.valid_until,
        decided_at=decision.decided_at,
        source=decision.source,
        household_id=decision.resources.household_id if decision.resources else None,
        quotient=_quotient(steps),
        borne_cents=_borne_cents(steps),
        steps=steps,
        definition=definition_of(version),
        version_from=version.valid_from,
        legal_basis=version.legal_basis,
        source_note=version.source_note,
        is_illustrative=version.is_illustrative,
    )


def foreseen_price(
    decision: Decision,
    version: TariffVersion,
    *,
    public_id: uuid.UUID,
    service: str,
    valid_from: datetime.date,
    decided_at: datetime.datetime,
    household_id: int | None = None,
) -> ExplainedPrice:
    """A price that would be decided by a version, told as one that is. Nothing refers to it."""
    return ExplainedPrice(
        public_id=public_id,
        service=service,
        unit_price_cents=decision.unit_price_cents,
        valid_from=valid_from,
        valid_until=version.valid_until,
        decided_at=decided_at,
        source=decision.source,
        household_id=household_id,
        quotient=decision.quotient,
        borne_cents=decision.borne_cents,
        steps=decision.steps,
        definition=definition_of(version),
        version_from=version.valid_from,
        legal_basis=version.legal_basis,
        source_note=version.source_note,
        is_illustrative=version.is_illustrative,
    )


def _quotient(steps: tuple[Step, ...]) -> Decimal | None:
    given = next((step.gives["quotient"] for step in steps if "quotient" in step.gives), None)
    return None if given is None else Decimal(str(given))


def _borne_cents(steps: tuple[Step, ...]) -> int | None:
    return next((step.cents("borne_cents") for step in steps if step.code == "COST_SHARED"), None)


def without_resources(price: ExplainedPrice) -> ExplainedPrice:
    """The same price for a person who may not read the household's resources."""
    hidden: dict[str, Any] = {"quotient": None, "steps": (), "source": ""}
    return dataclasses.replace(price, **hidden)
