"""Deciding a price: a definition, a situation, and the steps from one to the other.

Order matters: a proven status first; then the maximum a family chose; then the quotient, rounded to
cents, through the rule; without a usable proof, the maximum. The share borne by the Département
comes last and changes nothing. The worked tables in docs/pricing.md are the tests.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from billing.tariffs.engine import steps as steps_module
from billing.tariffs.engine.definition import Definition, Unit
from billing.tariffs.engine.quotients import Basis, InvalidResources
from billing.tariffs.engine.steps import ExplanationBroken, Step, make_step

NO_PROOF = "NONE"
CHOICE = "CHOICE"


class MaximumNotOffered(InvalidResources):
    """The family chose the maximum where the schedule offers no such choice."""

    code = "TARIFF_MAXIMUM_NOT_OFFERED"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is known of a household on a day, and from what proof.

    Either a stated quotient, or what it is computed from (never both): reference tax income and
    parts for `FISCAL_QF`; income and benefits of a month and parts for `CAF_QF`.
    """

    basis: Basis | None = None
    stated_quotient: Decimal | None = None
    reference_tax_income_cents: int | None = None
    monthly_income_cents: int | None = None
    monthly_benefits_cents: int | None = None
    parts: Decimal | None = None
    statuses: frozenset[str] = frozenset()
    chooses_maximum: bool = False
    source: str = NO_PROOF

    def as_inputs(self) -> dict[str, Any]:
        """The situation as a decision keeps it: only what was given."""
        given = {
            "basis": None if self.basis is None else str(self.basis),
            "stated": None if self.stated_quotient is None else str(self.stated_quotient),
            "reference_tax_income_cents": self.reference_tax_income_cents,
            "monthly_income_cents": self.monthly_income_cents,
            "monthly_benefits_cents": self.monthly_benefits_cents,
            "parts": None if self.parts is None else str(self.parts),
            "statuses": sorted(self.statuses) or None,
            "chooses_maximum": self.chooses_maximum or None,
            "source": self.source,
        }
        return {name: value for name, value in given.items() if value is not None}

    @classmethod
    def from_inputs(cls, inputs: Mapping[str, Any]) -> Situation:
        """The situation a stored decision was made of."""

        def decimal(name: str) -> Decimal | None:
            return None if inputs.get(name) is None else Decimal(str(inputs[name]))

        return cls(
            basis=Basis(inputs["basis"]) if inputs.get("basis") else None,
            stated_quotient=decimal("stated"),
            reference_tax_income_cents=inputs.get("reference_tax_income_cents"),
            monthly_income_cents=inputs.get("monthly_income_cents"),
            monthly_benefits_cents=inputs.get("monthly_benefits_cents"),
            parts=decimal("parts"),
            statuses=frozenset(inputs.get("statuses", ())),
            chooses_maximum=bool(inputs.get("chooses_maximum", False)),
            source=str(inputs["source"]),
        )

    def quotient_step(self) -> Step | None:
        """How the quotient was found, or None when there is no proof of it.

        :raises InvalidResources: if an income, the parts or the quotient are impossible
        """
        if self.stated_quotient is not None:
            return make_step(
                "QUOTIENT_STATED", source=self.source, stated=str(self.stated_quotient)
            )
        if self.basis is Basis.FISCAL_QF and self.reference_tax_income_cents is not None:
            return make_step(
                "QUOTIENT_FROM_TAX_NOTICE",
                source=self.source,
                reference_tax_income_cents=self.reference_tax_income_cents,
                parts=self._parts_text(),
            )
        if self.basis is Basis.CAF_QF and self.monthly_income_cents is not None:
            return make_step(
                "QUOTIENT_FROM_RESOURCES",
                source=self.source,
                monthly_income_cents=self.monthly_income_cents,
                monthly_benefits_cents=self.monthly_benefits_cents or 0,
                parts=self._parts_text(),
            )
        return None

    def _parts_text(self) -> str:
        if self.parts is None:
            raise InvalidResources(field="tax_parts", reason="MISSING")
        return str(self.parts)


@dataclasses.dataclass(frozen=True, slots=True)
class Decision:
    """A price and its whole story. `source` is the proof it rests on, `NONE` or `CHOICE`."""

    unit_price_cents: int
    steps: tuple[Step, ...]
    inputs: Mapping[str, Any]
    source: str
    unit: Unit = Unit.MEAL

    @property
    def quotient(self) -> Decimal | None:
        """The quotient the price was read from, if it was."""
        for step in self.steps:
            if "quotient" in step.gives:
                return Decimal(str(step.gives["quotient"]))
        return None

    @property
    def borne_cents(self) -> int | None:
        """What the Département bears of one meal, where its cost is stated."""
        for step in self.steps:
            if step.code == "COST_SHARED":
                return step.cents("borne_cents")
        return None


def decide(definition: Definition, situation: Situation) -> Decision:
    """Price a situation.

    :raises InvalidResources: if an income, the parts or the quotient are impossible
    :raises MaximumNotOffered: if the maximum is chosen where the schedule does not offer it
    """
    source, steps = _story(definition, situation)
    amount_cents = steps[-1].cents("amount_cents")
    if definition.cost_cents is not None and definition.unit is Unit.MEAL:
        steps.append(
            make_step(
                "COST_SHARED",
                source="cost",
                amount_cents=amount_cents,
                cost_cents=definition.cost_cents,
            )
        )
    return Decision(
        unit_price_cents=amount_cents,
        steps=tuple(steps),
        inputs=situation.as_inputs(),
        source=source,
        unit=definition.unit,
    )


def _story(definition: Definition, situation: Situation) -> tuple[str, list[Step]]:
    for rank, status in enumerate(definition.statuses):
        if status.status in situation.statuses:
            step = make_step(
                "STATUS_APPLIED",
                source=f"statuses[{rank}]",
                status=status.status,
                price_cents=status.price_cents,
            )
            return situation.source, [step]
    if situation.chooses_maximum:
        if not definition.may_choose_maximum:
            raise MaximumNotOffered
        return CHOICE, [make_step("MAXIMUM_CHOSEN", maximum_cents=definition.highest_cents)]
    if not definition.rule.reads_quotient:
        return NO_PROOF, definition.rule.steps(Decimal(0))
    found = situation.quotient_step()
    if found is None or situation.basis is not definition.basis:
        reason = "NO_PROOF" if found is None else "OTHER_BASIS"
        step = make_step(
            "MAXIMUM_WITHOUT_PROOF",
            source="without_proof",
            reason=reason,
            maximum_cents=definition.highest_cents,
        )
        return NO_PROOF, [step]
    quotient = Decimal(str(found.gives["quotient"]))
    return situation.source, [found, *definition.rule.steps(quotient)]


def recompute(decision: Decision) -> int:
    """The price again, from the stored steps alone, checked against the stored inputs.

    :raises ExplanationBroken: if the steps do not follow from each other or from the inputs
    """
    for step in decision.steps:
        for name, value in step.given.items():
            if name in decision.inputs and decision.inputs[name] != value:
                raise ExplanationBroken(step=step.code, name=name)
    return steps_module.replay(decision.steps)
