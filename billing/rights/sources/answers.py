"""What is asked of a source, and all that is taken of its answer.

The questions are a closed list (`Endpoint`): those that the canteen use case of API Particulier allows
(DOMAIN.md §2.0: the quotient, and the schooling as an option), and the income tax of API Impôt
particulier. What that use case forbids has no name here, and so cannot be asked.
"""

from __future__ import annotations

import dataclasses
import enum
import uuid
from decimal import Decimal

from billing.rights.identity import CivilIdentity
from billing.rights.outcomes import Outcome


class Endpoint(enum.StrEnum):
    """The questions there are. Values are stored, and name the versions of a source."""

    QUOTIENT = "quotient_familial"
    SCHOOLING = "scolarites"
    INCOME = "situation_ir"


@dataclasses.dataclass(frozen=True, slots=True)
class QuotientFacts:
    """A quotient of the CAF or the MSA: euros, of a month."""

    euros: int
    year: int
    month: int
    provider: str


@dataclasses.dataclass(frozen=True, slots=True)
class IncomeFacts:
    """What the tax office knows of a year of incomes."""

    reference_tax_income_cents: int
    tax_parts: Decimal
    income_year: int


@dataclasses.dataclass(frozen=True, slots=True)
class BursaryFacts:
    """Whether a pupil holds a bursary, and of which level; None when the ministry does not say."""

    holds: bool | None
    level: int | None


Facts = QuotientFacts | IncomeFacts | BursaryFacts


@dataclasses.dataclass(frozen=True, slots=True)
class Witness:
    """What a reply says of other people, looked at once to see that it is the right file, then gone."""

    child_birth_dates: frozenset[str] = frozenset()
    declarants: tuple[CivilIdentity, ...] = ()

    def __repr__(self) -> str:
        return "Witness(…)"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a question ended; `facts` stand when it is found. `code` is the source's own, or ours."""

    endpoint: Endpoint
    version: str
    outcome: Outcome
    correlation_id: uuid.UUID
    code: str = ""
    http_status: int | None = None
    attempts: int = 0
    duration_ms: int = 0
    facts: Facts | None = None
    witness: Witness = dataclasses.field(default_factory=Witness)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PupilIdentity:
    """A pupil as the ministry is asked about."""

    civil: CivilIdentity
    uai: str
    school_year: int
