"""The definition of one price: what a schedule says for one service, checked once at the door.

A service may be priced as a multiple of another (a boarder, 2.5 half-boards): its definition then
holds the whole of the other's, and stands by itself in the database as every other does.

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
from decimal import Decimal
from typing import Any

from billing.field_reader import FieldReader
from billing.rule_files import InvalidRule, Problem
from billing.tariffs.engine.aids import Aid, AidKind
from billing.tariffs.engine.kinds import Brackets, Flat, Linear, PricedLine, Rule, euros, plain
from billing.tariffs.engine.modifiers import Modifier, read_modifiers
from billing.tariffs.engine.policies import Policy, read_policy
from billing.tariffs.engine.quotients import Basis, Reading
from billing.tariffs.engine.reading_rules import parse_rule
from commons.money import round_half_up_cents

HIGHEST_FACTOR = 20
_STATUS_NAME = re.compile(r"[A-Z][A-Z0-9_]{1,29}")


class Unit(enum.StrEnum):
    """What the amount is for."""

    MEAL = "meal"
    TERM = "term"
    YEAR = "year"


class WithoutProof(enum.StrEnum):
    """What a family pays that proves nothing."""

    MAXIMUM = "MAXIMUM"
    FIXED = "FIXED"


class InvalidDefinition(InvalidRule):
    """A schedule that cannot be applied, or must not be, as it is written."""

    code = "TARIFF_DEFINITION_INVALID"


@dataclasses.dataclass(frozen=True, slots=True)
class StatusPrice:
    """A price that goes with a proven status, looked at before any quotient.

    `bracket` (from 1) is the line of the grid the price is that of, where it is said so.
    """

    status: str
    price_cents: int
    bracket: int | None = None

    def as_dict(self) -> dict[str, Any]:
        if self.bracket is not None:
            return {"status": self.status, "bracket": self.bracket}
        return {"status": self.status, "price": euros(self.price_cents)}


@dataclasses.dataclass(frozen=True, slots=True)
class Multiple:
    """The price of another service (its name in files), so many times: 2.5 half-boards."""

    of: str
    factor: Decimal

    def times(self, cents: int) -> int:
        """The amount, rounded half up to cents."""
        return round_half_up_cents(Decimal(cents).scaleb(-2) * self.factor)

    def as_dict(self) -> dict[str, Any]:
        return {"of": self.of, "factor": plain(self.factor)}


@dataclasses.dataclass(frozen=True, slots=True)
class Definition:
    """How one service is priced.

    `basis` is the figure the rule reads, `accepts` the other bases it takes when that one is not
    known, in order. `cost_cents` is what the meal costs the Département, if stated.
    """

    unit: Unit
    basis: Basis
    rule: Rule
    accepts: tuple[Basis, ...] = ()
    statuses: tuple[StatusPrice, ...] = ()
    without_proof: WithoutProof = WithoutProof.MAXIMUM
    without_proof_cents: int | None = None
    may_choose_maximum: bool = True
    cost_cents: int | None = None
    multiple: Multiple | None = None
    modifiers: tuple[Modifier, ...] = ()
    policy: Policy = dataclasses.field(default_factory=Policy)

    @property
    def highest_cents(self) -> int:
        """The maximum: what is paid by choice, and without proof where no other price is set."""
        return self._times(self.rule.highest_cents)

    @property
    def lowest_cents(self) -> int:
        lowest = min([self.rule.lowest_cents, *(status.price_cents for status in self.statuses)])
        return self._times(lowest)

    @property
    def is_aid(self) -> bool:
        """Whether what the rule finds is an aid on a price that the schedule does not state."""
        return isinstance(self.rule, Aid) and self.rule.full_price_cents is None

    def _times(self, cents: int) -> int:
        return cents if self.multiple is None else self.multiple.times(cents)

    def with_rule(self, rule: Rule) -> Definition:
        """The same definition with another rule; a status that pays that of a line follows it."""
        lines = rule.lines if isinstance(rule, Brackets) else ()
        statuses = tuple(
            status
            if status.bracket is None
            else dataclasses.replace(status, price_cents=lines[status.bracket - 1].price_cents)
            for status in self.statuses
        )
        return dataclasses.replace(self, rule=rule, statuses=statuses)

    def price_at(self, reading: Reading) -> int:
        """What the rule makes of a figure, in cents, before any modifier."""
        return self._times(self.rule.steps(reading)[-1].cents("amount_cents"))

    def priced_lines(self) -> list[PricedLine]:
        """Every line that states a price, with its place and what is paid in the end."""
        stated = [
            PricedLine(f"statuses[{rank}].price", status.price_cents)
            for rank, status in enumerate(self.statuses)
        ]
        if self.without_proof_cents is not None:
            stated.append(PricedLine("without_proof_price", self.without_proof_cents))
        return [
            PricedLine(line.place, self._times(line.amount_cents))
            for line in [*stated, *self.rule.priced_lines()]
        ]

    def as_dict(self) -> dict[str, Any]:
        """The definition in canonical form; what is not used is left out, but for the first kinds."""
        used: dict[str, Any] = {}
        if self.accepts:
            used["accepts"] = [str(basis) for basis in self.accepts]
        if self.without_proof_cents is not None:
            used["without_proof_price"] = euros(self.without_proof_cents)
        if self.multiple is not None:
            used["multiple"] = self.multiple.as_dict()
        if self.modifiers:
            used["modifiers"] = [modifier.as_dict() for modifier in self.modifiers]
        if self.policy != Policy():
            used["policy"] = self.policy.as_dict()
        return {
            "unit": str(self.unit),
            "basis": str(self.basis),
            "cost": None if self.cost_cents is None else euros(self.cost_cents),
            "without_proof": str(self.without_proof),
            "may_choose_maximum": self.may_choose_maximum,
            "statuses": [status.as_dict() for status in self.statuses],
            "rule": self.rule.as_dict(),
            **used,
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
    rule = parse_rule(fields.raw("rule"), problems)
    definition = Definition(
        unit=fields.choice("unit", Unit, default=Unit.MEAL),
        basis=fields.choice("basis", Basis),
        rule=rule or Flat(price_cents=0),
        accepts=_read_accepts(fields),
        statuses=_read_statuses(fields, rule),
        without_proof=fields.choice("without_proof", WithoutProof),
        without_proof_cents=fields.cents("without_proof_price", required=False),
        may_choose_maximum=fields.boolean("may_choose_maximum"),
        cost_cents=fields.cents("cost", required=False),
        multiple=_read_multiple(fields),
        modifiers=read_modifiers(fields),
        policy=read_policy(fields),
    )
    fields.close()
    if problems:
        return None
    _check_whole(definition, fields)
    _check_cost(definition, problems)
    return definition


def _read_accepts(fields: FieldReader) -> tuple[Basis, ...]:
    read = []
    for item in fields.items("accepts", required=False, longest=len(Basis)):
        if item not in list(Basis) or item in read:
            allowed = ", ".join(Basis)
            fields.report(
                "NOT_A_CHOICE", "accepts", field="accepts", value=str(item)[:40], allowed=allowed
            )
        else:
            read.append(Basis(item))
    return tuple(read)


def _read_multiple(fields: FieldReader) -> Multiple | None:
    data = fields.raw("multiple", required=False)
    if data is None:
        return None
    multiple = FieldReader(data, "multiple", fields.problems)
    of = multiple.text("of", longest=20)
    factor = multiple.decimal("factor", places=4)
    multiple.close()
    if factor is not None and not 0 < factor <= HIGHEST_FACTOR:
        multiple.report("FACTOR_OUT_OF_RANGE", "factor", value=str(factor), highest=HIGHEST_FACTOR)
        return None
    return None if factor is None else Multiple(of=of, factor=factor)


def _read_statuses(fields: FieldReader, rule: Rule | None) -> tuple[StatusPrice, ...]:
    statuses: list[StatusPrice] = []
    for rank, item in enumerate(fields.items("statuses", required=False)):
        line = FieldReader(item, f"statuses[{rank}]", fields.problems)
        name = line.text("status", longest=30)
        price = _read_status_price(line, name, rule)
        line.close()
        if name and not _STATUS_NAME.fullmatch(name):
            line.report("STATUS_MISSPELT", "status", value=name)
        elif any(known.status == name for known in statuses):
            line.report("STATUS_TWICE", "status", value=name)
        elif name and price is not None:
            statuses.append(price)
    return tuple(statuses)


def _read_status_price(line: FieldReader, name: str, rule: Rule | None) -> StatusPrice | None:
    """The price of a status: written, or that of a line of the grid."""
    if "bracket" not in line.data:
        price_cents = line.cents("price")
        return None if price_cents is None else StatusPrice(name, price_cents)
    count = len(rule.lines) if isinstance(rule, Brackets) else 0
    if not count:
        line.raw("bracket")
        line.report("BRACKET_WITHOUT_GRID", "bracket")
        return None
    bracket = line.integer("bracket", lowest=1, highest=count)
    return StatusPrice(name, rule.lines[bracket - 1].price_cents, bracket=bracket)  # type: ignore[union-attr]


def _check_whole(definition: Definition, fields: FieldReader) -> None:
    """What the parts of a definition must be to each other."""
    rule = definition.rule
    fixed = definition.without_proof is WithoutProof.FIXED
    if fixed != (definition.without_proof_cents is not None):
        fields.report("WITHOUT_PROOF_PRICE", "without_proof")
    if definition.basis in definition.accepts:
        fields.report("BASIS_TWICE", "accepts", value=str(definition.basis))
    reads_income = [basis is Basis.RFR for basis in (definition.basis, *definition.accepts)]
    if any(reads_income) and not all(reads_income):
        fields.report("BASES_MIXED", "accepts")
    if reads_income[0] and isinstance(rule, Linear):
        fields.report("RATE_ON_INCOME", "basis")
    if isinstance(rule, Aid):
        yearly = rule.kind is AidKind.SUBSIDY_PER_YEAR
        if yearly != (definition.unit is Unit.YEAR):
            fields.report("UNIT_OTHER", "unit", value=str(definition.unit))
        if rule.full_price_cents is None and (definition.may_choose_maximum or fixed):
            fields.report("MAXIMUM_UNKNOWN", "may_choose_maximum")


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
        for line in [*definition.priced_lines(), *_raised_lines(definition)]
        if line.amount_cents > definition.cost_cents
    )


def _raised_lines(definition: Definition) -> list[PricedLine]:
    """The highest price under each modifier that raises prices."""
    return [
        PricedLine(f"modifiers[{rank}].change", definition.highest_cents + modifier.change_cents)
        for rank, modifier in enumerate(definition.modifiers)
        if modifier.change_cents > 0
    ]
