"""The tariff engine: pure functions, frozen values; no database, clock, tenant or float."""

from billing.tariffs.engine.aids import Aid, AidKind
from billing.tariffs.engine.deciding import (
    CHOICE,
    Decision,
    MaximumNotOffered,
    Nature,
    decide,
    recompute,
)
from billing.tariffs.engine.definition import (
    Definition,
    InvalidDefinition,
    Multiple,
    StatusPrice,
    Unit,
    WithoutProof,
    parse_definition,
)
from billing.tariffs.engine.kinds import (
    Bracket,
    Brackets,
    BracketsByChildren,
    FamilyGrid,
    Flat,
    Linear,
    Rule,
)
from billing.tariffs.engine.modifiers import Modifier
from billing.tariffs.engine.policies import Effect, Policy, SharedCustody
from billing.tariffs.engine.quotients import (
    Basis,
    InvalidResources,
    Reading,
    basis_named,
    caf_quotient,
    fiscal_quotient,
    rounded_quotient,
)
from billing.tariffs.engine.situations import NO_PROOF, Situation
from billing.tariffs.engine.steps import ExplanationBroken, Step, replay

__all__ = [
    "CHOICE",
    "NO_PROOF",
    "Aid",
    "AidKind",
    "Basis",
    "Bracket",
    "Brackets",
    "BracketsByChildren",
    "Decision",
    "Definition",
    "Effect",
    "ExplanationBroken",
    "FamilyGrid",
    "Flat",
    "InvalidDefinition",
    "InvalidResources",
    "Linear",
    "MaximumNotOffered",
    "Modifier",
    "Multiple",
    "Nature",
    "Policy",
    "Reading",
    "Rule",
    "SharedCustody",
    "Situation",
    "StatusPrice",
    "Step",
    "Unit",
    "WithoutProof",
    "basis_named",
    "caf_quotient",
    "decide",
    "fiscal_quotient",
    "parse_definition",
    "recompute",
    "replay",
    "rounded_quotient",
]
