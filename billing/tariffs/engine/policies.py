"""How a schedule is applied: from which day a change counts, how old a proof may be, whose quotient.

These are rules of the département, dated with the schedule they stand in: a change of situation
counts from the day itself, the next day, month or term (DOMAIN 14); a certificate may be so many
months old (16); a child of separated parents is priced by the household that pays, by the lower of the two
quotients, or by each household for its days (15); and prices may follow an index once a year (12).
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import re
from collections.abc import Mapping
from typing import Any

from billing.field_reader import FieldReader
from billing.tariffs.engine.kinds import euros

# The kinds of proof whose age a schedule may bound; those of `HouseholdResources.Proof` but none.
PROOFS = (
    "TAX_NOTICE",
    "CAF_CERTIFICATE",
    "STATUS_CERTIFICATE",
    "PAYSLIPS",
    "API_IMPOT",
    "API_PARTICULIER",
)
_NO_SUCH_DAYS = ("04-31", "06-31", "09-31", "11-31")
_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")


class Effect(enum.StrEnum):
    """From when a new situation counts."""

    SAME_DAY = "SAME_DAY"
    NEXT_DAY = "NEXT_DAY"
    NEXT_MONTH = "NEXT_MONTH"
    NEXT_TERM = "NEXT_TERM"


class SharedCustody(enum.StrEnum):
    """Whose situation prices the meals of a child of two households."""

    ONE_PAYER = "ONE_PAYER"
    BEST_QF_SINGLE_BILL = "BEST_QF_SINGLE_BILL"
    TWO_PAYERS_CALENDAR = "TWO_PAYERS_CALENDAR"


@dataclasses.dataclass(frozen=True, slots=True)
class Indexation:
    """Prices follow an index, on one day of each year but those for which it was suspended."""

    index: str
    on: str
    rounding_cents: int = 1
    suspended: tuple[int, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "index": self.index,
            "on": self.on,
            "rounding": euros(self.rounding_cents),
            "suspended": list(self.suspended),
        }


@dataclasses.dataclass(frozen=True, slots=True)
class Policy:
    """The rules of a département around a price. `proof_months` is by kind of proof."""

    effect: Effect = Effect.SAME_DAY
    terms: tuple[str, ...] = ()
    shared_custody: SharedCustody = SharedCustody.ONE_PAYER
    proof_months: Mapping[str, int] = dataclasses.field(default_factory=dict)
    indexation: Indexation | None = None

    def effective_on(self, day: datetime.date) -> datetime.date:
        """The first day that a situation made known on a day counts."""
        if self.effect is Effect.SAME_DAY:
            return day
        if self.effect is Effect.NEXT_DAY:
            return day + datetime.timedelta(days=1)
        if self.effect is Effect.NEXT_MONTH:
            return (day.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)
        return next(start for start in self._terms_from(day) if start > day)

    def _terms_from(self, day: datetime.date) -> list[datetime.date]:
        """The first days of the terms of this year and of the next."""
        return [
            datetime.date.fromisoformat(f"{year}-{start}")
            for year in (day.year, day.year + 1)
            for start in sorted(self.terms)
        ]

    def is_too_old(self, proof: str, *, dated: datetime.date, on: datetime.date) -> bool:
        """Whether a proof of that kind, dated that day, is too old to be given on another."""
        months = self.proof_months.get(proof)
        return months is not None and dated < _months_before(on, months)

    def as_dict(self) -> dict[str, Any]:
        return {
            "effect": str(self.effect),
            "terms": list(self.terms),
            "shared_custody": str(self.shared_custody),
            "proof_months": dict(sorted(self.proof_months.items())),
            "indexation": None if self.indexation is None else self.indexation.as_dict(),
        }


def _months_before(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months before; the last of the month where there is no such day."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    first = datetime.date(years, month + 1, 1)
    last = (first + datetime.timedelta(days=32)).replace(day=1) - datetime.timedelta(days=1)
    return min(last, first + datetime.timedelta(days=day.day - 1))


def read_policy(fields: FieldReader) -> Policy:
    """Read the policy of a definition; what is not said is the default."""
    data = fields.raw("policy", required=False)
    if data is None:
        return Policy()
    policy = FieldReader(data, "policy", fields.problems)
    effect = policy.choice("effect", Effect, default=Effect.SAME_DAY)
    terms = tuple(str(item) for item in policy.items("terms", required=False, longest=6))
    shared = policy.choice("shared_custody", SharedCustody, default=SharedCustody.ONE_PAYER)
    proof_months = _read_proof_months(policy)
    indexation = _read_indexation(policy)
    policy.close()
    for term in terms:
        _check_month_day(policy, "terms", term)
    if effect is Effect.NEXT_TERM and not terms:
        policy.report("TERMS_MISSING", "terms")
    return Policy(
        effect=effect,
        terms=terms,
        shared_custody=shared,
        proof_months=proof_months,
        indexation=indexation,
    )


def _check_month_day(fields: FieldReader, name: str, value: str) -> None:
    """A day of every year: `09-01`, never 29 February."""
    if not _MONTH_DAY.fullmatch(value) or value in ("02-29", "02-30", "02-31", *_NO_SUCH_DAYS):
        fields.report("NOT_A_DAY_OF_YEAR", name, value=value[:40])


def _read_indexation(policy: FieldReader) -> Indexation | None:
    data = policy.raw("indexation", required=False)
    if data is None:
        return None
    fields = FieldReader(data, policy.at("indexation"), policy.problems)
    index = fields.text("index", longest=200)
    on = fields.text("on", longest=5)
    rounding_cents = fields.cents("rounding", required=False)
    suspended = fields.items("suspended", required=False)
    fields.close()
    if on:
        _check_month_day(fields, "on", on)
    if rounding_cents == 0:
        fields.report("OUT_OF_RANGE", "rounding", field="rounding", lowest=1, highest=100)
    if any(isinstance(year, bool) or not isinstance(year, int) for year in suspended):
        fields.report("NOT_AN_INTEGER", "suspended", field="suspended", value=str(suspended)[:40])
        return None
    return Indexation(index, on, rounding_cents or 1, tuple(sorted(set(suspended))))


def _read_proof_months(policy: FieldReader) -> dict[str, int]:
    data = policy.raw("proof_months", required=False)
    if data is None:
        return {}
    months = FieldReader(data, policy.at("proof_months"), policy.problems)
    read = {
        name: months.integer(name, lowest=1, highest=120) for name in PROOFS if name in months.data
    }
    months.close()
    return read
