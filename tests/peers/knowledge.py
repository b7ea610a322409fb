"""What a claim of the suite asks of a peer, and what each peer lacks.

The gaps are those that `shared/STANDARDS.md` §2 found when it tried the peers; those marked (here)
were found by this suite, with the same versions. A claim runs on every peer. Where the peer lacks
what the claim asks for, it must fail: the day it passes, the gap below is closed, and is struck out.
"""

from __future__ import annotations

import enum

import pytest
import stripe

from commons.errors import DomainError


class Knows(enum.Enum):
    """What a peer may know of Stripe."""

    INTENTS = "payment intents: made, confirmed, cancelled"
    CHARGES = "an intent confirmed as it is made, and its charge"
    DECLINES = "cards that are declined"
    DECLINE_BODIES = "card errors that say why, and about which intent"
    OTHER_CARD = "a declined intent that takes another card"
    THREE_D_SECURE = "cards whose bank asks the person"
    REFUNDS = "refunds"
    REFUND_LIMIT = "no refund beyond what was paid"
    CHECKOUT = "Checkout Sessions and their page"
    ORDERS = "lines with their amount, and a session that says what was ordered"
    SESSION_MONEY = "a session that leads to its intent, its charge and its refunds"
    KEYS = "keys that are refused"
    UNKNOWN_PARAMETERS = "parameters that are refused"
    ERROR_CODES = "errors that have a code"
    IDEMPOTENCY = "idempotency keys"
    ACCOUNTS = "accounts, kept apart, a platform's key acting for them"
    EVENTS = "events sent, signed"
    WHOLE_EVENTS = "events with an identifier, and whether they are live"


BANK, EMULATE, LOCALSTRIPE = "bank", "emulate", "localstripe"
GAPS: dict[str, dict[Knows, str]] = {
    BANK: {},  # what a claim asks for and the bank lacks is added to the bank
    EMULATE: {
        Knows.CHARGES: "`confirm` is ignored, and an intent has no `latest_charge`",
        Knows.DECLINES: "every card pays",
        Knows.DECLINE_BODIES: "every card pays",
        Knows.OTHER_CARD: "every card pays",
        Knows.THREE_D_SECURE: "no card asks",
        Knows.REFUNDS: "404",
        Knows.REFUND_LIMIT: "404",
        Knows.ORDERS: "`price` identifiers only, no `price_data`; no amount, no `client_reference_id`",
        Knows.SESSION_MONEY: "no `payment_intent`",
        Knows.KEYS: "any key is accepted",
        Knows.UNKNOWN_PARAMETERS: "accepted",
        Knows.IDEMPOTENCY: "ignored",
        Knows.ACCOUNTS: "`Stripe-Account` is ignored",
        Knows.WHOLE_EVENTS: "no `id`, no `api_version`, no `livemode`",
    },
    LOCALSTRIPE: {
        Knows.DECLINE_BODIES: "402 with `invalid_request_error`, no `decline_code` (here)",
        Knows.OTHER_CARD: "`confirm` with a `payment_method`: 500, « Not implemented »",
        Knows.REFUND_LIMIT: "a refund larger than the charge is accepted",
        Knows.CHECKOUT: "404",
        Knows.ORDERS: "404",
        Knows.SESSION_MONEY: "404",
        Knows.ERROR_CODES: "404 without a code (here)",
        Knows.IDEMPOTENCY: "ignored",
        Knows.ACCOUNTS: "`Stripe-Account` is ignored",
    },
}
# How a peer shows that it lacks something: an answer that is an error, or not the one claimed.
_SHOWS = (
    stripe.StripeError, DomainError, AssertionError, AttributeError, KeyError, pytest.fail.Exception,
)  # fmt: skip


def claim(*asked: Knows) -> pytest.MarkDecorator:
    """A test that runs on every peer, and must fail on those that lack what it asks for."""
    return pytest.mark.parametrize(
        "peer", [pytest.param(name, marks=_marks(name, asked)) for name in GAPS], indirect=True
    )


def _marks(name: str, asked: tuple[Knows, ...]) -> list[pytest.MarkDecorator]:
    lacking = [f"{need.value}: {GAPS[name][need]}" for need in asked if need in GAPS[name]]
    if not lacking:
        return []
    reason = f"{name}, STANDARDS.md §2: {'; '.join(lacking)}"
    return [pytest.mark.xfail(reason=reason, raises=_SHOWS, strict=True)]
