"""What a provider of payments is to Socle. Amounts are integer euro cents.

The Protocol asks for what every provider can do, PayFiP included (docs/adr/0029): make a page where
the person pays, say how that payment stands, and tell that something may have happened. It does not
ask that a notice be signed or complete, that it come at all, or that a page can be closed: what a
provider says when asked again is the only truth. None of these calls is made inside a transaction.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import uuid
from collections.abc import Mapping
from typing import Protocol

from commons.errors import DomainError, RetryLater


class ProviderUnavailable(RetryLater):
    """The provider did not answer, or asks us to come back: the same call may be made again."""

    code = "PAYMENT_PROVIDER_UNAVAILABLE"


class ProviderRefused(DomainError):
    """The provider refuses this call, and would refuse it again."""

    code = "PAYMENT_PROVIDER_REFUSED"


class NoticeRefused(DomainError):
    """A notice that nothing proves, or that is another account's."""

    code = "PAYMENT_NOTICE_REFUSED"


class Progress(enum.StrEnum):
    """How a payment stands at the provider's."""

    OPEN = "OPEN"
    PROCESSING = "PROCESSING"
    PAID = "PAID"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"
    RETURNED = "RETURNED"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be paid. The same `key` with the same content gives the same page."""

    key: uuid.UUID
    lines: tuple[tuple[str, int], ...]
    email: str
    return_url: str
    expires_at: datetime.datetime

    @property
    def amount_cents(self) -> int:
        """The whole."""
        return sum(cents for _label, cents in self.lines)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """The provider's page: its name there, and its address."""

    ref: str
    url: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a payment stands, as the provider said when asked. `key` is that of its order.

    `method` is one of `Payment.Method`, or empty when it is unknown, or none of them.
    """

    key: str
    progress: Progress
    amount_cents: int
    currency: str
    provider_ref: str = ""
    refunded_cents: int = 0
    method: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RefundOrder:
    """What is to be given back of a payment. The same `key` is given back once, however often asked."""

    key: uuid.UUID
    provider_ref: str
    amount_cents: int


class RefundProgress(enum.StrEnum):
    """How a refund stands at the provider's."""

    SENT = "SENT"
    DONE = "DONE"
    FAILED = "FAILED"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RefundOutcome:
    """How a refund stands, as the provider said when asked; `reason` is why it failed."""

    ref: str
    progress: RefundProgress
    amount_cents: int
    reason: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFacts:
    """What a notice says, once verified: which event, and which payment it is about, if any."""

    event_ref: str
    kind: str
    checkout_ref: str = ""
    provider_ref: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """What one payment may be, in cents."""

    least_cents: int
    most_cents: int


class Provider(Protocol):
    """One merchant's dealings with a provider."""

    limits: Limits
    # Whether it gives money back when asked; else the régie does so by transfer.
    refunds: bool

    def open_checkout(self, order: Order) -> Checkout:
        """Make the page where the person pays.

        :raises ProviderUnavailable: if no answer came
        :raises ProviderRefused: if the order is refused
        """

    def read(self, checkout_ref: str) -> Outcome:
        """How the payment stands now.

        :raises ProviderUnavailable: if no answer came
        :raises ProviderRefused: if the provider does not know it
        """

    def close_checkout(self, checkout_ref: str) -> Outcome:
        """Close the page if the provider can, and say how the payment stands.

        :raises ProviderUnavailable: if no answer came
        :raises ProviderRefused: if the provider does not know it
        """

    def refund(self, order: RefundOrder) -> RefundOutcome:
        """Give a part of a payment back, once per key; how it stands, when that was done already.

        :raises ProviderUnavailable: if no answer came
        :raises ProviderRefused: if it will not be given back
        """

    def read_refund(self, refund_ref: str) -> RefundOutcome:
        """How a refund stands now.

        :raises ProviderUnavailable: if no answer came
        :raises ProviderRefused: if the provider does not know it
        """

    def verify(self, headers: Mapping[str, str], body: bytes) -> NoticeFacts:
        """What a notice says.

        :raises NoticeRefused: if it is not the provider's, or another account's
        """
