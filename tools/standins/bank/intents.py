"""Payment intents and their charges: made, confirmed by a card, by the person's bank, or declined.

The cards are Stripe's test cards, under the names it publishes
(https://docs.stripe.com/testing?testing-method=payment-methods). One whose bank asks for 3-D Secure
leaves its intent in `requires_action`, with the address of a page where the person answers.
"""

from __future__ import annotations

import dataclasses
import secrets
import time

from tools.standins.bank.books import Books
from tools.standins.bank.wire import Json, Refused, cents, check, unexpected_state

LEAST_CENTS = 50
_PARAMETERS = {
    "amount", "currency", "payment_method", "payment_method_types", "confirm", "return_url",
    "metadata", "description", "expand",
}  # fmt: skip
_WAITING = ("requires_payment_method", "requires_confirmation", "requires_action")
AUTHENTICATION_FAILURE = "payment_intent_authentication_failure"


@dataclasses.dataclass(frozen=True, slots=True)
class Card:
    """What a test card's bank answers: `decline` is its reason, "" if it pays."""

    last4: str
    decline: str = ""
    asks: bool = False


CARDS = {
    "pm_card_visa": Card("4242"),
    "pm_card_threeDSecure2Required": Card("3220", asks=True),
    "pm_card_chargeCustomerFail": Card("0341", decline="generic_decline"),
    "pm_card_visa_chargeDeclined": Card("0002", decline="generic_decline"),
    "pm_card_visa_chargeDeclinedInsufficientFunds": Card("9995", decline="insufficient_funds"),
}


def create(books: Books, account: str, params: Json) -> Json:
    """An intent, confirmed at once when `confirm` says so."""
    check(params, known=_PARAMETERS, required=("amount", "currency"))
    if params["currency"] != "eur":
        raise Refused(400, "parameter_invalid", "This bank only knows euros", param="currency")
    amount = cents(params)
    if amount < LEAST_CENTS:
        raise Refused(400, "amount_too_small", "Amount must be at least €0.50 eur", param="amount")
    confirms = params.get("confirm") == "true"
    if confirms and "payment_method" not in params:
        raise Refused(
            400, "parameter_missing", "You cannot confirm this PaymentIntent because it's missing a"
            " payment method.", param="payment_method",
        )  # fmt: skip
    method = _method(params)
    made = opened(
        books, account, amount=amount, metadata=params.get("metadata") or {},
        description=params.get("description"),
    )  # fmt: skip
    if method:
        made.update(payment_method=method, status="requires_confirmation")
    if confirms:
        attempt(books, made, method, return_url=params.get("return_url"))
    return made


def opened(
    books: Books, account: str, *, amount: int, metadata: Json, description: str | None = None
) -> Json:
    """An intent that waits for a card."""
    intent_id = f"pi_{secrets.token_hex(12)}"
    return books.keep(account, {
        "id": intent_id, "object": "payment_intent", "amount": amount, "amount_capturable": 0,
        "amount_received": 0, "canceled_at": None, "cancellation_reason": None,
        "capture_method": "automatic", "client_secret": f"{intent_id}_secret_{secrets.token_hex(12)}",
        "confirmation_method": "automatic", "created": int(time.time()), "currency": "eur",
        "customer": None, "description": description, "last_payment_error": None,
        "latest_charge": None, "livemode": False, "metadata": metadata, "next_action": None,
        "payment_method": None, "payment_method_types": ["card"],
        "status": "requires_payment_method",
    })  # fmt: skip


def confirm(books: Books, account: str, intent_id: str, params: Json) -> Json:
    """
    Have an intent paid by the card it has, or by another.

    :raises Refused: if it waits for no card, or the card is declined
    """
    check(params, known=("payment_method", "return_url", "expand"))
    intent = books.find(account, intent_id, "payment_intent")
    _refuse_of_session(books, intent)
    if intent["status"] not in _WAITING:
        raise unexpected_state("confirmation", intent["status"])
    method = _method(params) or intent["payment_method"]
    if not method:
        raise unexpected_state("confirmation without a payment method", intent["status"])
    attempt(books, intent, method, return_url=params.get("return_url"))
    return intent


def cancel(books: Books, account: str, intent_id: str, params: Json) -> Json:
    """
    Give an intent up.

    :raises Refused: if it is over
    """
    check(params, known=("cancellation_reason", "expand"))
    intent = books.find(account, intent_id, "payment_intent")
    _refuse_of_session(books, intent)
    if intent["status"] not in _WAITING:
        raise unexpected_state("cancellation", intent["status"])
    give_up(books, intent, reason=params.get("cancellation_reason"))
    return intent


def give_up(books: Books, intent: Json, *, reason: str | None) -> None:
    """Cancel what still waits for a card; anything else stays what it is."""
    if intent["status"] not in _WAITING:
        return
    intent.update(
        status="canceled",
        canceled_at=int(time.time()),
        cancellation_reason=reason,
        next_action=None,
    )
    books.announce(books.owners[intent["id"]], "payment_intent.canceled", intent)


def attempt(books: Books, intent: Json, method: str, *, return_url: str | None = None) -> None:
    """
    Try a card: the intent is paid, or waits for the person's bank.

    :raises Refused: if the card is declined; the intent then waits for another
    """
    card = CARDS[method]
    intent.update(payment_method=method, last_payment_error=None, next_action=None)
    if card.asks:
        address = f"{books.origin}/c/confirm/{intent['id']}"
        intent["status"] = "requires_action"
        if return_url:
            there: Json = {"url": address, "return_url": return_url}
            intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": there}
        else:
            there = {"type": "three_d_secure_redirect", "stripe_js": address}
            intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": there}
        books.announce(books.owners[intent["id"]], "payment_intent.requires_action", intent)
    elif card.decline:
        _decline(books, intent, card.decline)
    else:
        succeed(books, intent)


def authenticate(books: Books, intent: Json, *, is_accepted: bool) -> None:
    """What the person answered to their bank; nothing, if it asks no more."""
    if intent["status"] != "requires_action":
        return
    intent["next_action"] = None
    if is_accepted:
        succeed(books, intent)
        return
    error = {
        "type": "invalid_request_error", "code": AUTHENTICATION_FAILURE,
        "message": "The provided PaymentMethod has failed authentication.",
    }  # fmt: skip
    _fail(books, intent, error)


def succeed(books: Books, intent: Json) -> None:
    """The money is there, by card or by direct debit."""
    charge = _charge(books, intent)
    intent.update(
        status="succeeded", latest_charge=charge["id"], amount_received=intent["amount"],
        last_payment_error=None,
    )  # fmt: skip
    books.announce(books.owners[intent["id"]], "payment_intent.succeeded", intent)


def _decline(books: Books, intent: Json, reason: str) -> None:
    message = "Your card was declined."
    charge = _charge(books, intent, failure=message)
    intent["latest_charge"] = charge["id"]
    said = {"decline_code": reason, "charge": charge["id"]}
    error = {"type": "card_error", "code": "card_declined", "message": message, **said}
    _fail(books, intent, error)
    raise Refused(
        402, "card_declined", message, kind="card_error", more=said | {"payment_intent": intent}
    )


def _fail(books: Books, intent: Json, error: Json) -> None:
    intent.update(status="requires_payment_method", last_payment_error=error, payment_method=None)
    books.announce(books.owners[intent["id"]], "payment_intent.payment_failed", intent)


def _charge(books: Books, intent: Json, *, failure: str = "") -> Json:
    is_paid = not failure
    return books.keep(books.owners[intent["id"]], {
        "id": f"ch_{secrets.token_hex(12)}", "object": "charge", "amount": intent["amount"],
        "amount_captured": intent["amount"] if is_paid else 0, "amount_refunded": 0,
        "refunded": False, "captured": is_paid, "paid": is_paid, "disputed": False,
        "currency": "eur", "created": int(time.time()), "livemode": False,
        "metadata": intent["metadata"], "payment_intent": intent["id"],
        "failure_code": None if is_paid else "card_declined", "failure_message": failure or None,
        "status": "succeeded" if is_paid else "failed",
        "payment_method_details": {"type": intent["payment_method_types"][0]},
    })  # fmt: skip


def _method(params: Json) -> str:
    method: str = params.get("payment_method") or ""
    if method and method not in CARDS:
        raise Refused(
            400, "resource_missing", f"No such PaymentMethod: '{method}'", param="payment_method"
        )
    return method


def _refuse_of_session(books: Books, intent: Json) -> None:
    """The page of a session is where its intent is confirmed; expiring it gives it up."""
    if intent["id"] in books.secrets:
        raise Refused(
            400,
            "payment_intent_unexpected_state",
            "This PaymentIntent belongs to a Checkout Session.",
        )
