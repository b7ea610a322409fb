"""Stripe: Checkout Sessions on the account of the régie (https://docs.stripe.com/api).

The key is the account's own, or a platform's that acts for it (`Stripe-Account`). Every call that
makes something bears an idempotency key. A notice is verified by its signature, then by the account
and the mode it names.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Self

import stripe
from django.conf import settings

from billing.payments.credentials import Credentials, credentials_of
from billing.payments.models import Merchant, Payment
from billing.payments.providers.protocol import (
    Checkout,
    Limits,
    NoticeFacts,
    NoticeRefused,
    Order,
    Outcome,
    Progress,
    ProviderRefused,
    ProviderUnavailable,
    RefundOrder,
    RefundOutcome,
    RefundProgress,
)

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams

API_VERSION = "2026-10-28.endive"
CURRENCY = "eur"
TIMEOUT_SECONDS = 10
TOLERANCE_SECONDS = 300
_EXPANDED = ["payment_intent.latest_charge"]
_SESSIONS = "checkout.session."
_METHODS = {"card": Payment.Method.CARD, "sepa_debit": Payment.Method.DIRECT_DEBIT}


class StripeProvider:
    """The dealings of one merchant with Stripe."""

    # The least a euro charge may be, and the most that eight figures write.
    limits = Limits(least_cents=50, most_cents=99_999_999)
    refunds = True

    def __init__(self, credentials: Credentials, *, account_ref: str, is_live: bool) -> None:
        self._credentials = credentials
        self._account_ref = account_ref
        self._is_live = is_live
        self._client = stripe.StripeClient(
            credentials.api_key,
            stripe_account=account_ref or None,
            stripe_version=API_VERSION,
            max_network_retries=1,
            base_addresses={"api": settings.STRIPE_API_BASE} if settings.STRIPE_API_BASE else {},
            http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
        )

    @classmethod
    def of(cls, merchant: Merchant) -> Self:
        """With the merchant's own keys."""
        return cls(
            credentials_of(merchant), account_ref=merchant.account_ref, is_live=merchant.is_live
        )

    def open_checkout(self, order: Order) -> Checkout:
        """A Checkout Session in payment mode, one line per invoice."""
        key = str(order.key)
        ours = {"payment": key}
        params: SessionCreateParams = {
            "mode": "payment",
            "client_reference_id": key,
            "metadata": ours,
            "payment_intent_data": {"metadata": ours},
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": CURRENCY,
                        "unit_amount": cents,
                        "product_data": {"name": label},
                    },
                }
                for label, cents in order.lines
            ],
            "success_url": order.return_url,
            "cancel_url": order.return_url,
            "expires_at": int(order.expires_at.timestamp()),
            "locale": "fr",
        }
        if order.email:
            params["customer_email"] = order.email
        session = _asked(
            lambda: self._client.v1.checkout.sessions.create(
                params, options={"idempotency_key": f"checkout-{key}"}
            )
        )
        return Checkout(ref=session["id"], url=session["url"])

    def read(self, checkout_ref: str) -> Outcome:
        """The session, its payment intent and its charge."""
        return _outcome(
            _asked(
                lambda: self._client.v1.checkout.sessions.retrieve(
                    checkout_ref, {"expand": _EXPANDED}
                )
            )
        )

    def close_checkout(self, checkout_ref: str) -> Outcome:
        """Expire the session; one that is over already stays what it is."""
        with contextlib.suppress(ProviderRefused):  # no longer open: read says what it became
            _asked(lambda: self._client.v1.checkout.sessions.expire(checkout_ref))
        return self.read(checkout_ref)

    def refund(self, order: RefundOrder) -> RefundOutcome:
        """A refund of the payment intent. One made under this key is found again by its metadata:
        Stripe forgets idempotency keys after a day or more, an outage may last longer."""
        key = str(order.key)
        intent = order.provider_ref
        known = _asked(
            lambda: self._client.v1.refunds.list({"payment_intent": intent, "limit": 100})
        )
        for refund in known["data"]:
            if (refund.get("metadata") or {}).get("refund") == key:
                return _refund_outcome(refund)
        return _refund_outcome(
            _asked(
                lambda: self._client.v1.refunds.create(
                    {
                        "payment_intent": intent,
                        "amount": order.amount_cents,
                        "metadata": {"refund": key},
                    },
                    options={"idempotency_key": f"refund-{key}"},
                )
            )
        )

    def read_refund(self, refund_ref: str) -> RefundOutcome:
        """The refund, by its identifier."""
        return _refund_outcome(_asked(lambda: self._client.v1.refunds.retrieve(refund_ref)))

    def verify(self, headers: Mapping[str, str], body: bytes) -> NoticeFacts:
        """By any of the merchant's secrets; another account's event is refused."""
        signature = headers.get("Stripe-Signature", "")
        if not any(_is_signed(body, signature, secret) for secret in self._secrets()):
            raise NoticeRefused(reason="signature")
        event = _json_object(body)
        if str(event.get("account") or "") != self._account_ref:
            raise NoticeRefused(reason="account")
        if event.get("livemode") is not self._is_live:
            raise NoticeRefused(reason="livemode")
        kind = str(event.get("type") or "")
        data = event.get("data")
        found = data.get("object") if isinstance(data, dict) else None
        about = found if isinstance(found, dict) else {}
        return NoticeFacts(
            event_ref=str(event.get("id") or hashlib.sha256(body).hexdigest())[:200],
            kind=kind[:100],
            checkout_ref=_text(about, "id") if kind.startswith(_SESSIONS) else "",
            provider_ref=_text(about, "id")
            if kind.startswith("payment_intent.")
            else _text(about, "payment_intent"),
        )

    def _secrets(self) -> tuple[str, ...]:
        return self._credentials.webhook_secrets


def _is_signed(body: bytes, signature: str, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(
            body.decode(), signature, secret, tolerance=TOLERANCE_SECONDS
        )
    except (stripe.SignatureVerificationError, UnicodeDecodeError):
        return False
    return True


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise NoticeRefused(reason="content")
    return found


def _text(about: Mapping[str, Any], name: str) -> str:
    """An identifier, whether the object named is given whole or by its identifier."""
    found = about.get(name)
    if isinstance(found, dict):
        found = found.get("id")
    return found[:200] if isinstance(found, str) else ""


def _asked(call: Callable[[], Any]) -> dict[str, Any]:
    """The answer of Stripe as plain data.

    :raises ProviderUnavailable: if no answer came, or it is one to ask again
    :raises ProviderRefused: if it refuses
    """
    try:
        answer: dict[str, Any] = call().to_dict()
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise ProviderUnavailable from error
    except stripe.StripeError as error:
        if error.http_status is None or error.http_status >= 500 or error.http_status == 409:
            raise ProviderUnavailable from error
        raise ProviderRefused(reason=error.code or type(error).__name__) from error
    return answer


def _outcome(session: Mapping[str, Any]) -> Outcome:
    intent = session.get("payment_intent")
    intent = intent if isinstance(intent, dict) else {}
    charge = intent.get("latest_charge")
    return Outcome(
        key=session.get("client_reference_id") or "",
        progress=_progress(session, intent),
        amount_cents=session.get("amount_total") or 0,
        currency=session.get("currency") or "",
        provider_ref=_text(session, "payment_intent"),
        refunded_cents=charge.get("amount_refunded") or 0 if isinstance(charge, dict) else 0,
        method=_method(intent),
    )


_REFUND_PROGRESS = {
    "succeeded": RefundProgress.DONE,
    "failed": RefundProgress.FAILED,
    "canceled": RefundProgress.FAILED,
}


def _refund_outcome(refund: Mapping[str, Any]) -> RefundOutcome:
    """`pending` and `requires_action` go on; they end days later as the others."""
    return RefundOutcome(
        ref=_text(refund, "id"),
        progress=_REFUND_PROGRESS.get(refund.get("status") or "", RefundProgress.SENT),
        amount_cents=refund.get("amount") or 0,
        reason=str(refund.get("failure_reason") or refund.get("status") or ""),
    )


def _method(intent: Mapping[str, Any]) -> str:
    """What the charge was made with: the intent itself only says what it allows."""
    charge = intent.get("latest_charge")
    details = charge.get("payment_method_details") if isinstance(charge, dict) else None
    kind = details.get("type") if isinstance(details, dict) else None
    return _METHODS.get(str(kind), "")


def _progress(session: Mapping[str, Any], intent: Mapping[str, Any]) -> Progress:
    """A direct debit completes its session unpaid: its intent says the rest, days later."""
    charge = intent.get("latest_charge")
    if isinstance(charge, dict) and charge.get("disputed"):
        return Progress.RETURNED
    if session.get("payment_status") == "paid":
        return Progress.PAID
    if session.get("status") == "expired":
        return Progress.EXPIRED
    if session.get("status") == "open":
        return Progress.OPEN
    if intent.get("status") in ("requires_payment_method", "canceled"):
        return Progress.FAILED
    return Progress.PROCESSING
