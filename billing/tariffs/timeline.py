"""What a pupil pays from a day on, piece by piece: versions and proofs begin and end. No writing.

A price rests on a version and on what the household proved. When either ends, or when the version
changes its prices for some days, the price ends with it, and what holds from that day on is decided
at once: the next version, the next proof, or the maximum once nothing is proven. Days that no
version prices have no price.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from billing.tariffs.engine import (
    NO_PROOF,
    Basis,
    Decision,
    MaximumNotOffered,
    SharedCustody,
    Situation,
    decide,
)
from billing.tariffs.models import HouseholdResources, PriceDecision, TariffVersion

if TYPE_CHECKING:
    from billing.tariffs.engine import Definition


class _Dated(Protocol):
    @property
    def valid_from(self) -> datetime.date: ...
    @property
    def valid_until(self) -> datetime.date | None: ...


DatedT = TypeVar("DatedT", bound=_Dated)


@dataclasses.dataclass(frozen=True, slots=True)
class PricedVersion:
    """A version and its rule, parsed."""

    version: TariffVersion
    definition: Definition

    @property
    def valid_from(self) -> datetime.date:
        return self.version.valid_from

    @property
    def valid_until(self) -> datetime.date | None:
        return self.version.valid_until


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """Days over which one version and one proof hold."""

    valid_from: datetime.date
    valid_until: datetime.date | None
    priced: PricedVersion
    resources: HouseholdResources | None


def situation_of(resources: HouseholdResources | None) -> Situation:
    """What the engine needs of the resources in force; none means no proof."""
    if resources is None:
        return Situation()
    has_income = resources.reference_tax_income_cents is not None
    has_monthly = resources.monthly_income_cents is not None
    stated = None if has_income or has_monthly else resources.quotient_familial
    return Situation(
        basis=Basis(resources.basis) if resources.basis else None,
        stated_quotient=stated,
        reference_tax_income_cents=resources.reference_tax_income_cents,
        monthly_income_cents=resources.monthly_income_cents,
        monthly_benefits_cents=resources.monthly_benefits_cents,
        parts=resources.tax_parts,
        children=resources.children,
        statuses=frozenset(resources.statuses),
        chooses_maximum=resources.choose_maximum,
        source=resources.proof_kind or NO_PROOF,
    )


def looks_at_both(versions: Sequence[PricedVersion]) -> bool:
    """Whether a version prices a child of separated parents by the lower of the two quotients."""
    best = SharedCustody.BEST_QF_SINGLE_BILL
    return any(version.definition.policy.shared_custody is best for version in versions)


def cheapest(
    definition: Definition, proofs: Sequence[HouseholdResources | None], *, day: datetime.date
) -> HouseholdResources | None:
    """Of what some households proved, the one that gives the lowest price; the first of equals."""

    def price(resources: HouseholdResources | None) -> int:
        return _priced(definition, situation_of(resources), day=day).unit_price_cents

    return min(proofs, key=price) if len(proofs) > 1 else next(iter(proofs), None)


def pieces(
    *,
    start: datetime.date,
    end: datetime.date | None,
    versions: Sequence[PricedVersion],
    proofs: Sequence[HouseholdResources],
    others: Sequence[Sequence[HouseholdResources]] = (),
) -> Iterator[Piece]:
    """Cut `[start, end)` where a version, a modifier of it or a proof begins or ends.

    Days that no version prices are left out. `others` are the proofs of the pupil's other household,
    which count where the version looks at both.
    """
    bounds: list[tuple[datetime.date, datetime.date | None]] = [
        (version.valid_from, version.valid_until) for version in versions
    ]
    bounds += [
        (modifier.starts_on, modifier.ends_on)
        for version in versions
        for modifier in version.definition.modifiers
    ]
    bounds += [
        (proof.valid_from, proof.valid_until)
        for timeline in (proofs, *others)
        for proof in timeline
    ]
    cuts = {day for bound in bounds for day in bound if day is not None and day > start}
    days = [start, *sorted(day for day in cuts if end is None or day < end)]
    for day, next_day in zip(days, [*days[1:], end], strict=True):
        priced = holding(versions, day)
        if priced is None:
            continue
        resources = holding(proofs, day)
        if others and looks_at_both([priced]):
            known = [resources, *(holding(timeline, day) for timeline in others)]
            resources = cheapest(priced.definition, known, day=day)
        yield Piece(day, next_day, priced, resources)


def holding(rows: Sequence[DatedT], day: datetime.date) -> DatedT | None:
    """The one of some dated rows that holds on a day."""
    for row in rows:
        if row.valid_from <= day and (row.valid_until is None or day < row.valid_until):
            return row
    return None


def decided(piece: Piece, situation: Situation, *, is_asked: bool) -> Decision:
    """Price a piece.

    A family that chose the maximum is asked to choose again only where somebody decides today
    (`is_asked`); under a later tariff that offers no such choice it pays the maximum all the same.

    :raises MaximumNotOffered: if it is chosen today and the tariff offers no such choice
    """
    definition = piece.priced.definition
    if is_asked:
        return decide(definition, situation, day=piece.valid_from)
    return _priced(definition, situation, day=piece.valid_from)


def _priced(definition: Definition, situation: Situation, *, day: datetime.date) -> Decision:
    """The price, or the highest where the maximum was chosen and is offered no more."""
    try:
        return decide(definition, situation, day=day)
    except MaximumNotOffered:
        return decide(definition, Situation(), day=day)


def says_the_same(standing: PriceDecision, piece: Piece, decision: Decision) -> bool:
    """Whether a decision that stands says of a piece what would be decided again."""
    return (
        standing.tariff_version_id == piece.priced.version.pk
        and standing.valid_until == piece.valid_until
        and standing.inputs == decision.inputs
        and standing.steps == [step.as_dict() for step in decision.steps]
    )
