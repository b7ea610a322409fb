"""What is known of a household on a day, and which figure a schedule reads of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from billing.tariffs.engine.quotients import Basis, InvalidResources, Reading, check_children
from billing.tariffs.engine.steps import Step, make_step

NO_PROOF = "NONE"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is known of a household on a day, and from what proof.

    Either a stated quotient, or what it is computed from (never both): reference tax income and
    parts for `FISCAL_QF`; income and benefits of a month and parts for `CAF_QF`. A reference tax
    income alone, for `RFR`. `children` are those of the household; `full_price_cents` is the price
    an aid is taken off, where the schedule does not state it.
    """

    basis: Basis | None = None
    stated_quotient: Decimal | None = None
    reference_tax_income_cents: int | None = None
    monthly_income_cents: int | None = None
    monthly_benefits_cents: int | None = None
    parts: Decimal | None = None
    children: int | None = None
    full_price_cents: int | None = None
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
            "children": self.children,
            "full_price_cents": self.full_price_cents,
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
            children=inputs.get("children"),
            full_price_cents=inputs.get("full_price_cents"),
            statuses=frozenset(inputs.get("statuses", ())),
            chooses_maximum=bool(inputs.get("chooses_maximum", False)),
            source=str(inputs["source"]),
        )

    @property
    def has_figures(self) -> bool:
        """Whether anything is known of the household's resources."""
        figures = (self.stated_quotient, self.reference_tax_income_cents, self.monthly_income_cents)
        return any(figure is not None for figure in figures)

    def quotient_step(self) -> Step | None:
        """How the figure of this situation's own basis was found, or None without proof of it.

        :raises InvalidResources: if an income, the parts, the children or the quotient are impossible
        """
        return None if self.basis is None else self.reading_step(self.basis)

    def reading_step(self, basis: Basis) -> Step | None:
        """How the figure that a schedule of that basis reads was found, or None.

        A tax notice gives both the fiscal quotient and the income it is computed from.

        :raises InvalidResources: if an income, the parts, the children or the quotient are impossible
        """
        if self.children is not None:
            check_children(self.children)
        if basis is Basis.RFR:
            return self._income_step()
        if self.basis is not basis:
            return None
        if self.stated_quotient is not None:
            return make_step(
                "QUOTIENT_STATED", source=self.source, stated=str(self.stated_quotient)
            )
        if basis is Basis.FISCAL_QF and self.reference_tax_income_cents is not None:
            return make_step(
                "QUOTIENT_FROM_TAX_NOTICE",
                source=self.source,
                reference_tax_income_cents=self.reference_tax_income_cents,
                parts=self._parts_text(),
            )
        if basis is Basis.CAF_QF and self.monthly_income_cents is not None:
            return make_step(
                "QUOTIENT_FROM_RESOURCES",
                source=self.source,
                monthly_income_cents=self.monthly_income_cents,
                monthly_benefits_cents=self.monthly_benefits_cents or 0,
                parts=self._parts_text(),
            )
        return None

    def _income_step(self) -> Step | None:
        if self.reference_tax_income_cents is None or self.basis is Basis.CAF_QF:
            return None
        return make_step(
            "INCOME_FROM_TAX_NOTICE",
            source=self.source,
            reference_tax_income_cents=self.reference_tax_income_cents,
        )

    def reading(self, found: Step) -> Reading:
        """The figure that a step of `reading_step` found."""
        name = "income" if "income" in found.gives else "quotient"
        return Reading(name, Decimal(str(found.gives[name])), self.children)

    def _parts_text(self) -> str:
        if self.parts is None:
            raise InvalidResources(field="tax_parts", reason="MISSING")
        return str(self.parts)
