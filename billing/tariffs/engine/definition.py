"""The definition of one price: what a schedule says for one service, checked once at the door.

`parse_definition` is the only way in: a definition that exists can be applied to every household.
`as_dict` writes it back in canonical form (decimals as text), which is what the database keeps and
what the digest is taken of: `parse_definition(definition.as_dict()) == definition`.
"""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import json
import re
from typing import Any

from billing.field_reader import FieldReader
from billing.rule_files import InvalidRule, Problem
from billing.tariffs.engine.kinds import PricedLine, Rule, euros, parse_rule
from billing.tariffs.engine.quotients import Basis

_STATUS_NAME = re.compile(r"[A-Z][A-Z0-9_]{1,29}")


class Unit(enum.StrEnum):
    """What the amount is for. Yearly and termly kinds come with the subsidies."""

    MEAL = "meal"
    TERM = "term"
    YEAR = "year"


class WithoutProof(enum.StrEnum):
    """What a family pays that proves nothing."""

    MAXIMUM = "MAXIMUM"


class InvalidDefinition(InvalidRule):
    """A schedule that cannot be applied, or must not be, as it is written."""

    code = "TARIFF_DEFINITION_INVALID"


@dataclasses.dataclass(frozen=True, slots=True)
class StatusPrice:
    """A price that goes with a proven status, looked at before any quotient."""

    status: str
    price_cents: int


@dataclasses.dataclass(frozen=True, slots=True)
class Definition:
    """How one service is priced. `cost_cents` is what the meal costs the Département, if stated."""

    unit: Unit
    basis: Basis
    rule: Rule
    statuses: tuple[StatusPrice, ...] = ()
    without_proof: WithoutProof = WithoutProof.MAXIMUM
    may_choose_maximum: bool = True
    cost_cents: int | None = None

    @property
    def highest_cents(self) -> int:
        """The maximum: what is paid without proof, or by choice."""
        return self.rule.highest_cents

    @property
    def lowest_cents(self) -> int:
        return min([self.rule.lowest_cents, *(status.price_cents for status in self.statuses)])

    def priced_lines(self) -> list[PricedLine]:
        """Every line that states a price, with its place."""
        statuses = [
            PricedLine(f"statuses[{rank}].price", status.price_cents)
            for rank, status in enumerate(self.statuses)
        ]
        return [*statuses, *self.rule.priced_lines()]

    def as_dict(self) -> dict[str, Any]:
        return {
            "unit": str(self.unit),
            "basis": str(self.basis),
            "cost": None if self.cost_cents is None else euros(self.cost_cents),
            "without_proof": str(self.without_proof),
            "may_choose_maximum": self.may_choose_maximum,
            "statuses": [
                {"status": status.status, "price": euros(status.price_cents)}
                for status in self.statuses
            ],
            "rule": self.rule.as_dict(),
        }

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical form, shared by definitions that say the same."""
        canonical = json.dumps(self.as_dict(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


def parse_definition(data: object, *, place: str = "") -> Definition:
    """Read and check a definition.

    :raises InvalidDefinition: with every problem found, each naming its line
    """
    problems: list[Problem] = []
    definition = read_definition(data, problems)
    if problems or definition is None:
        raise InvalidDefinition(
            dataclasses.replace(problem, place=_join(place, problem.place)) for problem in problems
        )
    return definition


def _join(prefix: str, place: str) -> str:
    return f"{prefix}.{place}" if prefix and place else prefix or place


def read_definition(data: object, problems: list[Problem]) -> Definition | None:
    """Read a definition, adding what is wrong to `problems`."""
    fields = FieldReader(data, "", problems)
    unit = fields.choice("unit", Unit, default=Unit.MEAL)
    basis = fields.choice("basis", Basis)
    cost_cents = fields.cents("cost", required=False)
    without_proof = fields.choice("without_proof", WithoutProof)
    may_choose_maximum = fields.boolean("may_choose_maximum")
    statuses = _read_statuses(fields)
    rule = parse_rule(fields.raw("rule"), problems)
    fields.close()
    if rule is None or problems:
        return None
    definition = Definition(
        unit=unit,
        basis=basis,
        rule=rule,
        statuses=statuses,
        without_proof=without_proof,
        may_choose_maximum=may_choose_maximum,
        cost_cents=cost_cents,
    )
    _check_cost(definition, problems)
    return definition


def _read_statuses(fields: FieldReader) -> tuple[StatusPrice, ...]:
    statuses: list[StatusPrice] = []
    for rank, item in enumerate(fields.items("statuses", required=False)):
        line = FieldReader(item, f"statuses[{rank}]", fields.problems)
        name = line.text("status", longest=30)
        price_cents = line.cents("price")
        line.close()
        if name and not _STATUS_NAME.fullmatch(name):
            line.report("STATUS_MISSPELT", "status", value=name)
        elif any(known.status == name for known in statuses):
            line.report("STATUS_TWICE", "status", value=name)
        elif name and price_cents is not None:
            statuses.append(StatusPrice(status=name, price_cents=price_cents))
    return tuple(statuses)


def _check_cost(definition: Definition, problems: list[Problem]) -> None:
    """Art. R.531-53 du code de l'éducation: no price above the cost of the meal."""
    if definition.cost_cents is None:
        return
    problems.extend(
        Problem(
            "PRICE_ABOVE_COST",
            place=line.place,
            values={"price": line.amount_cents, "cost": definition.cost_cents},
        )
        for line in definition.priced_lines()
        if line.amount_cents > definition.cost_cents
    )
