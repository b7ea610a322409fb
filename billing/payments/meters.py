"""What is counted of payments: how each ended, what is odd, and the notices (docs/telemetry.md)."""

from billing.payments.models import Merchant, Payment
from commons.meters import Counter

_State = Payment.State
_PROVIDERS = Merchant.Provider.values
_ENDS = (_State.PAID, _State.FAILED, _State.EXPIRED, _State.RETURNED)
PROBLEMS = (
    "OTHER_ORDER",
    "OTHER_CURRENCY",
    "OTHER_AMOUNT",
    "PAID_AFTER_END",
    "NOT_KNOWN_THERE",
    "REFUNDED_ELSEWHERE",
)

SETTLED = Counter(
    "socle.payments.settled",
    unit="{payment}",
    description="Payments that ended, by how they did.",
    attributes={"state": _ENDS, "provider": _PROVIDERS},
)
SETTLED_CENTS = Counter(
    "socle.payments.settled.amount",
    unit="{cent}",
    description="Euro cents of the payments that ended, by how they did.",
    attributes={"state": _ENDS, "provider": _PROVIDERS},
)
DIFFERING = Counter(
    "socle.payments.differing",
    unit="{payment}",
    description="Payments of which the provider says what we did not ask for.",
    attributes={"problem": PROBLEMS, "provider": _PROVIDERS},
)
NOTICES = Counter(
    "socle.notices.received",
    unit="{notice}",
    description="Verified notices, new or received before.",
    attributes={"outcome": ("KEPT", "REPEATED"), "provider": _PROVIDERS},
)
NOTICES_REFUSED = Counter(
    "socle.notices.refused",
    unit="{notice}",
    description="Notices that nothing proves, or that are not for this account.",
    attributes={
        "reason": ("signature", "account", "livemode", "content"),
        "provider": _PROVIDERS,
    },
)


def count_settled(payment: Payment, *, state: str) -> None:
    """Count a payment that ends so, and its cents."""
    provider = payment.merchant.provider
    SETTLED.add(state=state, provider=provider)
    SETTLED_CENTS.add(payment.amount_cents, state=state, provider=provider)
