"""What a partner is paid for a ticket it validated: a rate and a ceiling by domain, of dated rules.

The rules of the day of the capture apply, whenever it is paid. The first line that fits the domain
wins, in the order of the file. Computed exactly, capped, then rounded half up once, to the cent: what is
paid and what the département keeps add up to what was validated. Without rules all of it is paid.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from billing.tariffs.engine.kinds import euros, plain
from commons.money import round_half_up
from federation.passplus.engine.campaign import Domain

WHOLE = Decimal(100)


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A rate in percent, at most so many cents a ticket; without a domain, for all of them."""

    rate: Decimal
    domain: Domain | None = None
    cap_cents: int | None = None

    def due_cents(self, captured_cents: int) -> int:
        """What is paid of an amount; the one place where it is rounded."""
        exact = captured_cents * self.rate / WHOLE
        if self.cap_cents is not None:
            exact = min(exact, Decimal(self.cap_cents))
        return int(round_half_up(exact, 0))

    def as_dict(self) -> dict[str, Any]:
        return {
            "domain": None if self.domain is None else str(self.domain),
            "rate": plain(self.rate),
            "cap": None if self.cap_cents is None else euros(self.cap_cents),
        }


ALL_OF_IT = Line(rate=WHOLE)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Pricing:
    """The rules of reimbursement of a département, from a day on."""

    code: str
    departement: str
    label: str
    valid_from: datetime.date
    is_illustrative: bool
    legal_basis: str
    source_note: str
    lines: tuple[Line, ...]

    def line_for(self, domains: Collection[Domain]) -> Line:
        """The line of a ticket that pays for one of these domains."""
        fitting = (line for line in self.lines if line.domain is None or line.domain in domains)
        return next(fitting, ALL_OF_IT)

    def as_dict(self) -> dict[str, Any]:
        """The file again, in canonical form: reading it gives these very rules."""
        return {
            "format": 1,
            "code": self.code,
            "departement": self.departement,
            "label": self.label,
            "valid_from": self.valid_from.isoformat(),
            "is_illustrative": self.is_illustrative,
            "legal_basis": self.legal_basis,
            "source_note": self.source_note,
            "lines": [line.as_dict() for line in self.lines],
        }
