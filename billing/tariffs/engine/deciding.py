"""Deciding a price: a definition, a situation, and the steps from one to the other.

Order matters: a proven status first; then the maximum a family chose; then the figure that is read,
rounded to cents, through the rule; without a usable proof, what the schedule says. A multiple of
another service comes next, then what changes prices on that day; the share borne by the Département
comes last and changes nothing. The worked tables in docs/pricing.md are the tests.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from billing.tariffs.engine import steps as steps_module
from billing.tariffs.engine.aids import Aid
from billing.tariffs.engine.definition import Definition, Unit, WithoutProof
from billing.tariffs.engine.quotients import InvalidResources, Reading
from billing.tariffs.engine.situations import NO_PROOF, Situation
from billing.tariffs.engine.steps import ExplanationBroken, Step, make_step

CHOICE = "CHOICE"


class MaximumNotOffered(InvalidResources):
    """The family chose the maximum where the schedule offers no such choice."""

    code = "TARIFF_MAXIMUM_NOT_OFFERED"


class Nature(enum.StrEnum):
    """What the amount of a decision is: what a family pays, or what it is helped by."""

    PRICE = "price"
    AID = "aid"


@dataclasses.dataclass(frozen=True, slots=True)
class Decision:
    """A price and its whole story. `source` is the proof it rests on, `NONE` or `CHOICE`."""

    unit_price_cents: int
    steps: tuple[Step, ...]
    inputs: Mapping[str, Any]
    source: str
    unit: Unit = Unit.MEAL
    nature: Nature = Nature.PRICE

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


def decide(
    definition: Definition, situation: Situation, *, day: datetime.date | None = None
) -> Decision:
    """Price a situation, on a day where the schedule has modifiers.

    :raises InvalidResources: if an income, the parts, the children or the quotient are impossible
    :raises MaximumNotOffered: if the maximum is chosen where the schedule does not offer it
    """
    source, steps = _story(definition, situation)
    nature = _nature(definition, steps)
    if definition.multiple is not None:
        steps.append(
            make_step(
                "MULTIPLIED",
                source="multiple.factor",
                amount_cents=_amount(steps),
                factor=definition.multiple.as_dict()["factor"],
            )
        )
        steps.append(make_step("ROUNDED", product=steps[-1].gives["product"]))
    for rank, modifier in enumerate(definition.modifiers):
        if nature is Nature.PRICE and day is not None and modifier.holds_on(day):
            steps.append(modifier.step(_amount(steps), place=f"modifiers[{rank}]"))
    amount_cents = _amount(steps)
    is_shared = definition.unit is Unit.MEAL and nature is Nature.PRICE
    if definition.cost_cents is not None and is_shared:
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
        nature=nature,
    )


def _amount(steps: Sequence[Step]) -> int:
    return steps[-1].cents("amount_cents")


def _nature(definition: Definition, steps: Sequence[Step]) -> Nature:
    """An aid stays one as long as no price is known that it is taken off."""
    is_aid = definition.is_aid and steps[-1].code not in ("STATUS_APPLIED", "AID_DEDUCTED")
    return Nature.AID if is_aid else Nature.PRICE


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
        maximum_cents = definition.rule.highest_cents
        return CHOICE, [make_step("MAXIMUM_CHOSEN", maximum_cents=maximum_cents)]
    if not definition.rule.reads_quotient:
        return NO_PROOF, definition.rule.steps(Reading("quotient", Decimal(0)))
    found, reason = _reading(definition, situation)
    if found is None:
        return NO_PROOF, _without_proof(definition, situation, reason)
    step, reading = found
    return situation.source, [step, *_apply(definition, situation, reading)]


def _reading(
    definition: Definition, situation: Situation
) -> tuple[tuple[Step, Reading] | None, str]:
    """The figure the rule is applied to and how it was found, or why there is none."""
    for basis in (definition.basis, *definition.accepts):
        found = situation.reading_step(basis)
        if found is None:
            continue
        if definition.rule.reads_children and situation.children is None:
            return None, "CHILDREN_UNKNOWN"
        return (found, situation.reading(found)), ""
    return None, "OTHER_BASIS" if situation.has_figures else "NO_PROOF"


def _apply(definition: Definition, situation: Situation, reading: Reading) -> list[Step]:
    rule = definition.rule
    if isinstance(rule, Aid):
        return rule.steps(reading, situation.full_price_cents)
    return rule.steps(reading)


def _without_proof(definition: Definition, situation: Situation, reason: str) -> list[Step]:
    rule = definition.rule
    if (
        definition.without_proof is WithoutProof.FIXED
        and definition.without_proof_cents is not None
    ):
        fixed = make_step(
            "PRICE_WITHOUT_PROOF",
            source="without_proof_price",
            reason=reason,
            price_cents=definition.without_proof_cents,
        )
        return [fixed]
    if isinstance(rule, Aid):
        none = make_step("NO_AID_WITHOUT_PROOF", source="without_proof", reason=reason)
        return [none, *rule.taken_off(0, situation.full_price_cents)]
    maximum = make_step(
        "MAXIMUM_WITHOUT_PROOF",
        source="without_proof",
        reason=reason,
        maximum_cents=rule.highest_cents,
    )
    return [maximum]


def recompute(decision: Decision) -> int:
    """The price again, from the stored steps alone, checked against the stored inputs.

    :raises ExplanationBroken: if the steps do not follow from each other or from the inputs
    """
    for step in decision.steps:
        for name, value in step.given.items():
            if name in decision.inputs and decision.inputs[name] != value:
                raise ExplanationBroken(step=step.code, name=name)
    return steps_module.replay(decision.steps)
