"""A campaign: the rules of one Pass+ year, or of one card of another département, as dated data.

All days are first days *refused* (`…_before`), so that no text has to be guessed: "until 30 June" is
`2024-07-01`, "before 31 December" is `2023-12-31`. Days are those of Paris.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
from collections.abc import Mapping
from typing import Any

from billing.tariffs.engine.kinds import euros
from federation.passplus.engine.conditions import Born, Condition
from federation.passplus.engine.facts import Fact


class Domain(enum.StrEnum):
    """What a partner offers, and what a purse pays for."""

    SPORT = "SPORT"
    CULTURE = "CULTURE"
    LEISURE = "LEISURE"


class Status(enum.StrEnum):
    """What the amount depends on."""

    BASE = "BASE"
    BURSARY = "BURSARY"


class LateCancellation(enum.StrEnum):
    """A ticket given up after the last day of new tickets.

    LOST the money goes back to the département (the rule of 92 and 78). REFUSED the ticket stays, and
    can still be used. RESTORED it goes back to the purse, which is usable some days more.
    """

    LOST = "LOST"
    REFUSED = "REFUSED"
    RESTORED = "RESTORED"


class CardKind(enum.StrEnum):
    """What a holder shows."""

    PHYSICAL = "PHYSICAL"
    VIRTUAL = "VIRTUAL"
    BADGE = "BADGE"  # the badge of the canteen


class DocumentKind(enum.StrEnum):
    """What a family may be asked for."""

    PROOF_OF_ADDRESS = "PROOF_OF_ADDRESS"
    SCHOOL_CERTIFICATE = "SCHOOL_CERTIFICATE"
    PROOF_OF_AGE = "PROOF_OF_AGE"
    BURSARY_NOTICE = "BURSARY_NOTICE"
    CHILD_WELFARE_CERTIFICATE = "CHILD_WELFARE_CERTIFICATE"


@dataclasses.dataclass(frozen=True, slots=True)
class Purse:
    """A part of the credit that pays only for some domains; a ticket draws on one purse."""

    code: str
    label: str
    domains: tuple[Domain, ...]

    def as_dict(self) -> dict[str, Any]:
        return {"code": self.code, "label": self.label, "domains": list(map(str, self.domains))}


@dataclasses.dataclass(frozen=True, slots=True)
class LateWindow:
    """Those born then must be registered before a day of their own."""

    born: Born
    registered_before: datetime.date

    def as_dict(self) -> dict[str, Any]:
        return {
            "born": self.born.as_dict(),
            "registered_before": self.registered_before.isoformat(),
        }


@dataclasses.dataclass(frozen=True, slots=True)
class Registration:
    """When one may register; without `registered_before`, all through the campaign."""

    opens_on: datetime.date
    registered_before: datetime.date
    windows: tuple[LateWindow, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "opens_on": self.opens_on.isoformat(),
            "registered_before": self.registered_before.isoformat(),
            "windows": [window.as_dict() for window in self.windows],
        }


@dataclasses.dataclass(frozen=True, slots=True)
class TicketRules:
    """When tickets are made and validated, and what becomes of those given up too late.

    `restored_days`: how long a purse stays usable when a ticket comes back to it after the last day
    of new tickets; nothing but RESTORED reads it. `warning_days`: how long before the last day of new
    tickets a family with credit left is warned.
    """

    issued_from: datetime.date
    issued_before: datetime.date
    captured_before: datetime.date
    late_cancellation: LateCancellation
    restored_days: int = 0
    warning_days: tuple[int, ...] = ()
    lowest_cents: int = 1
    step_cents: int = 1

    def as_dict(self) -> dict[str, Any]:
        return {
            "issued_from": self.issued_from.isoformat(),
            "issued_before": self.issued_before.isoformat(),
            "captured_before": self.captured_before.isoformat(),
            "late_cancellation": str(self.late_cancellation),
            "restored_days": self.restored_days,
            "warning_days": list(self.warning_days),
            "lowest": euros(self.lowest_cents),
            "step": euros(self.step_cents),
        }


@dataclasses.dataclass(frozen=True, slots=True)
class DocumentRule:
    """One of these documents proves these facts."""

    any_of: tuple[DocumentKind, ...]
    proves: tuple[Fact, ...]

    def as_dict(self) -> dict[str, Any]:
        return {"any_of": list(map(str, self.any_of)), "proves": list(map(str, self.proves))}


@dataclasses.dataclass(frozen=True, slots=True)
class CardRules:
    """Which cards there are; `physical_before`: for those registered before that day only."""

    kinds: tuple[CardKind, ...]
    physical_before: datetime.date | None = None
    reissue_cents: int | None = None

    def as_dict(self) -> dict[str, Any]:
        before = self.physical_before
        return {
            "kinds": list(map(str, self.kinds)),
            "physical_before": None if before is None else before.isoformat(),
            "reissue": None if self.reissue_cents is None else euros(self.reissue_cents),
        }


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """The rules of a campaign, whole.

    `scheme` is what stays from year to year ("pass-plus-92"): it is what somebody *was awarded*.
    `amounts` are cents by status and purse. `automatic`: who is granted the card without asking.
    """

    code: str
    scheme: str
    departement: str
    label: str
    is_illustrative: bool
    legal_basis: str
    source_note: str
    purses: tuple[Purse, ...]
    amounts: Mapping[Status, Mapping[str, int]]
    eligibility: Condition
    automatic: Condition | None
    registration: Registration
    tickets: TicketRules
    documents: tuple[DocumentRule, ...]
    card: CardRules
    photo_megabytes: int | None

    def purse(self, code: str) -> Purse | None:
        """A purse by its code."""
        return next((purse for purse in self.purses if purse.code == code), None)

    def amount_of(self, status: Status) -> Mapping[str, int]:
        """The credit of each purse for a status; a campaign without bursaries gives the base."""
        return self.amounts.get(status, self.amounts[Status.BASE])

    def as_dict(self) -> dict[str, Any]:
        """The file again, in canonical form: reading it gives this very campaign."""
        return {
            "format": 1,
            "code": self.code,
            "scheme": self.scheme,
            "departement": self.departement,
            "label": self.label,
            "is_illustrative": self.is_illustrative,
            "legal_basis": self.legal_basis,
            "source_note": self.source_note,
            "purses": [purse.as_dict() for purse in self.purses],
            "amounts": {
                str(status).lower(): {code: euros(cents) for code, cents in by_purse.items()}
                for status, by_purse in self.amounts.items()
            },
            "eligibility": self.eligibility.as_dict(),
            "automatic": None if self.automatic is None else self.automatic.as_dict(),
            "registration": self.registration.as_dict(),
            "tickets": self.tickets.as_dict(),
            "documents": [document.as_dict() for document in self.documents],
            "card": self.card.as_dict(),
            "photo_megabytes": self.photo_megabytes,
        }
