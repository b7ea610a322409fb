"""The tariff engine: pure functions, frozen values; no database, clock, tenant or float."""

from billing.tariffs.engine.deciding import (
    CHOICE,
    NO_PROOF,
    Decision,
    MaximumNotOffered,
    Situation,
    decide,
    recompute,
)
from billing.tariffs.engine.definition import (
    Definition,
    InvalidDefinition,
    StatusPrice,
    Unit,
    parse_definition,
)
from billing.tariffs.engine.kinds import Bracket, Brackets, Flat, Linear, Rule
from billing.tariffs.engine.quotients import (
    Basis,
    InvalidResources,
    caf_quotient,
    fiscal_quotient,
    rounded_quotient,
)
from billing.tariffs.engine.steps import ExplanationBroken, Step, replay

__all__ = [
    "CHOICE",
    "NO_PROOF",
    "Basis",
    "Bracket",
    "Brackets",
    "Decision",
    "Definition",
    "ExplanationBroken",
    "Flat",
    "InvalidDefinition",
    "InvalidResources",
    "Linear",
    "MaximumNotOffered",
    "Rule",
    "Situation",
    "StatusPrice",
    "Step",
    "Unit",
    "caf_quotient",
    "decide",
    "fiscal_quotient",
    "parse_definition",
    "recompute",
    "replay",
    "rounded_quotient",
]
