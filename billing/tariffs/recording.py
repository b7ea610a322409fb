"""Recording what a household proved or chose, inside the transaction of an act.

These functions are building blocks: `tariffs.operations` and `canteen.operations` call them inside
their own transaction, after locking the household (`lock_household`). What stood before ends on the
first day of what is recorded; prices do not change by themselves.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from billing.tariffs import queries
from billing.tariffs.engine import InvalidResources, Policy, Situation
from billing.tariffs.models import HouseholdResources, Service
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from tenants.people.models import Household

if TYPE_CHECKING:
    import uuid

Proof = HouseholdResources.Proof


class ResourcesOverlap(DomainError):
    """The household already has resources that start later than these."""

    code = "RESOURCES_OVERLAP"


class ProofMissing(InvalidResources):
    """A quotient or a status was given without the document or source that proves it."""

    code = "RESOURCES_PROOF_MISSING"


class ProofTooOld(DomainError):
    """The document is older than the tariff lets it be (DOMAIN 16: three months for the CAF's)."""

    code = "RESOURCES_PROOF_TOO_OLD"


# A status is proven by a document that states it: API Particulier may not be asked for it in this
# use (DOMAIN §2.0: RSA, AAH and the like are forbidden there), and no tax document says it.
PROVES_A_STATUS = (Proof.STATUS_CERTIFICATE, Proof.CAF_CERTIFICATE)


def lock_household(public_id: uuid.UUID) -> Household:
    """Lock a household: the aggregate that resources belong to."""
    return Household.objects.select_for_update(of=("self",), no_key=True).get(public_id=public_id)


def record_maximum(
    *, household: Household, valid_from: datetime.date, actor: Actor, at: datetime.datetime
) -> HouseholdResources:
    """Record that a locked household chooses the highest price; the same choice twice is one.

    :raises ResourcesOverlap: if resources that start later are already recorded
    """
    standing = queries.resources_on(household.pk, valid_from)
    if standing is not None and standing.choose_maximum:
        return standing
    return record_situation(
        household=household,
        situation=Situation(chooses_maximum=True),
        valid_from=valid_from,
        actor=actor,
        at=at,
    )


def record_situation(
    *,
    household: Household,
    situation: Situation,
    proof_dated_on: datetime.date | None = None,
    proof_note: str = "",
    valid_from: datetime.date,
    valid_until: datetime.date | None = None,
    actor: Actor,
    at: datetime.datetime,
) -> HouseholdResources:
    """Record the situation of a locked household from a day on.

    :raises InvalidResources: if a figure is negative, absurd or missing
    :raises ProofMissing: if a figure or a status comes without a proof of its own
    :raises ProofTooOld: if the tariff bounds the age of such a proof, and it is older
    :raises ResourcesOverlap: if resources that start later are already recorded
    """
    quotient = _checked_quotient(situation)
    check_age(
        situation.source,
        proof_dated_on,
        given_on=timezone.localdate(at),
        policy=queries.policy_on(Service.HALF_BOARD, valid_from),
    )
    _close_resources_at(household, valid_from, valid_until)
    recorded = HouseholdResources.objects.create(
        household=household,
        basis=situation.basis or "",
        quotient_familial=quotient,
        reference_tax_income_cents=situation.reference_tax_income_cents,
        monthly_income_cents=situation.monthly_income_cents,
        monthly_benefits_cents=situation.monthly_benefits_cents,
        tax_parts=situation.parts,
        children=situation.children,
        statuses=sorted(situation.statuses),
        proof_kind=situation.source,
        proof_dated_on=proof_dated_on,
        proof_note=proof_note,
        choose_maximum=situation.chooses_maximum,
        valid_from=valid_from,
        valid_until=valid_until,
        recorded_at=at,
    )
    record_audit(
        actor=actor,
        action="tariffs.resources.recorded",
        subject_type="HouseholdResources",
        subject_id=recorded.public_id,
        at=at,
        household=str(household.public_id),
        proof_kind=str(situation.source),
        valid_from=valid_from.isoformat(),
    )
    return recorded


def check_age(
    proof: str, dated: datetime.date | None, *, given_on: datetime.date, policy: Policy
) -> None:
    """Refuse a proof too old for the tariff of the day it counts from, or without its date.

    :raises InvalidResources: if its date is missing, or still to come
    :raises ProofTooOld: if it is older than the policy lets it be
    """
    if proof not in policy.proof_months:
        return
    if dated is None:
        raise InvalidResources(field="proof_dated_on", reason="MISSING")
    if dated > given_on:
        raise InvalidResources(field="proof_dated_on", reason="TOO_HIGH")
    if policy.is_too_old(proof, dated=dated, on=given_on):
        raise ProofTooOld(dated=dated, months=policy.proof_months[proof])


def _checked_quotient(situation: Situation) -> Decimal | None:
    """The quotient of a situation, once its parts make sense together."""
    figures = (
        situation.stated_quotient,
        situation.reference_tax_income_cents,
        situation.monthly_income_cents,
    )
    given = [figure for figure in figures if figure is not None]
    if len(given) > 1:
        raise InvalidResources(field="quotient_familial", reason="GIVEN_TWICE")
    has_proof = situation.source in Proof.values and situation.source != Proof.NONE
    if (given or situation.statuses) and not has_proof:
        raise ProofMissing
    if situation.statuses and situation.source not in PROVES_A_STATUS:
        raise ProofMissing(reason="STATUS", source=str(situation.source))
    if situation.chooses_maximum:
        if given or situation.statuses:
            raise InvalidResources(field="choose_maximum", reason="WITH_FIGURES")
        return None
    if given and situation.basis is None:
        raise InvalidResources(field="basis", reason="MISSING")
    step = situation.quotient_step()
    if step is None:
        if given:
            raise InvalidResources(field="basis", reason="OTHER_BASIS")
        if not situation.statuses:
            raise InvalidResources(field="quotient_familial", reason="MISSING")
        return None
    return Decimal(str(step.gives["quotient"]))


def _close_resources_at(
    household: Household, valid_from: datetime.date, valid_until: datetime.date | None
) -> None:
    overlapping = HouseholdResources.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=valid_from), household=household
    )
    later = overlapping.filter(valid_from__gt=valid_from)
    if valid_until is not None:
        later = later.filter(valid_from__lt=valid_until)
    first = later.order_by("valid_from").values_list("valid_from", flat=True).first()
    if first is not None:
        raise ResourcesOverlap(valid_from=first)
    overlapping.filter(valid_from__lte=valid_from).update(valid_until=valid_from)
