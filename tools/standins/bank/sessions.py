"""Checkout Sessions: opened for a while, paid on their page, closed."""

from __future__ import annotations

import json
import secrets
import time

from tools.standins.bank import intents
from tools.standins.bank.books import Books
from tools.standins.bank.wire import Json, Refused, cents, check, listed

LIFE = 24 * 3600
SHORTEST_LIFE, LONGEST_LIFE = 30 * 60, 24 * 3600
# What a person may choose on the page, and the card each is.
CHOSEN = {
    "card": "pm_card_visa",
    "asks": "pm_card_threeDSecure2Required",
    "declined": "pm_card_visa_chargeDeclined",
}
_PARAMETERS = {
    "mode", "client_reference_id", "metadata", "payment_intent_data", "line_items", "success_url",
    "cancel_url", "expires_at", "locale", "customer_email", "payment_method_types", "expand",
}  # fmt: skip


def create(books: Books, account: str, params: Json) -> Json:
    """A session in payment mode, and the address of its page."""
    check(params, known=_PARAMETERS, required=("mode", "line_items", "success_url"))
    if params["mode"] != "payment":
        raise Refused(400, "parameter_invalid", "This bank only knows mode=payment", param="mode")
    now = int(time.time())
    expires_at = int(params.get("expires_at") or now + LIFE)
    if not now + SHORTEST_LIFE - 60 <= expires_at <= now + LONGEST_LIFE:
        raise Refused(
            400, "", "The `expires_at` timestamp must be between 30 minutes and 24 hours from"
            " Checkout Session creation.", param="expires_at",
        )  # fmt: skip
    lines = [_line(item) for item in listed(params["line_items"])]
    total = sum(amount for _label, amount in lines)
    if total < intents.LEAST_CENTS:
        raise Refused(
            400, "amount_too_small", "The Checkout Session's total amount must convert to at least"
            " 50 cents.", param="line_items",
        )  # fmt: skip
    session_id = f"cs_test_{secrets.token_hex(24)}"
    ours = (params.get("payment_intent_data") or {}).get("metadata") or {}
    books.secrets[session_id] = json.dumps({"lines": lines, "intent": ours})
    return books.keep(account, {
        "id": session_id, "object": "checkout.session", "mode": "payment", "status": "open",
        "payment_status": "unpaid", "amount_subtotal": total, "amount_total": total,
        "currency": "eur", "created": now, "expires_at": expires_at, "livemode": False,
        "client_reference_id": params.get("client_reference_id"),
        "metadata": params.get("metadata") or {}, "locale": params.get("locale"),
        "customer_email": params.get("customer_email"), "customer": None,
        "success_url": params["success_url"], "cancel_url": params.get("cancel_url"),
        "payment_method_types": ["card", "sepa_debit"], "payment_intent": None,
        "url": f"{books.origin}/c/pay/{session_id}",
    })  # fmt: skip


def _line(item: Json) -> tuple[str, int]:
    price = item.get("price_data") or {}
    if price.get("currency") != "eur":
        raise Refused(400, "parameter_invalid", "This bank only knows euros", param="line_items")
    return price["product_data"]["name"], cents(price, "unit_amount") * int(
        item.get("quantity") or 1
    )


def expire(books: Books, session: Json) -> None:
    """
    Close a session.

    :raises Refused: if it is not open
    """
    if session["status"] != "open":
        raise Refused(
            400, "", "Only Checkout Sessions with a status in [\"open\"] can be expired.",
        )  # fmt: skip
    _end(books, session)


def expire_if_late(books: Books, session: Json) -> None:
    """Close a session whose time is over."""
    if session["status"] == "open" and session["expires_at"] <= time.time():
        _end(books, session)


def _end(books: Books, session: Json) -> None:
    session["status"], session["url"] = "expired", None
    books.announce(books.owners[session["id"]], "checkout.session.expired", session)
    if session["payment_intent"] is not None:
        intents.give_up(books, books.objects[session["payment_intent"]], reason="automatic")


def pay(books: Books, session: Json, how: str) -> None:
    """`debit`, or one of `CHOSEN`: what the person chose on a page that is open."""
    expire_if_late(books, session)
    if session["status"] != "open":
        return
    intent = _intent(books, session)
    if how == "debit":
        intent.update(
            payment_method_types=["sepa_debit"], status="processing", next_action=None,
            last_payment_error=None,
        )  # fmt: skip
        session["status"] = "complete"
        books.announce(books.owners[session["id"]], "checkout.session.completed", session)
        return
    try:
        intents.attempt(books, intent, CHOSEN[how])
    except Refused:  # the page says so: the intent has its error
        return
    follow(books, session, intent)


def follow(books: Books, session: Json, intent: Json) -> None:
    """A session whose intent is paid is paid; it completes, unless a direct debit had it do so."""
    if intent["status"] != "succeeded" or session["payment_status"] == "paid":
        return
    session["payment_status"] = "paid"
    if session["status"] == "open":
        session["status"] = "complete"
        books.announce(books.owners[session["id"]], "checkout.session.completed", session)


def of_intent(books: Books, intent: Json) -> Json | None:
    """The session an intent pays, if any."""
    return books.objects.get(books.secrets.get(intent["id"], ""))


def _intent(books: Books, session: Json) -> Json:
    if session["payment_intent"] is None:
        made = intents.opened(
            books,
            books.owners[session["id"]],
            amount=session["amount_total"],
            metadata=json.loads(books.secrets[session["id"]])["intent"],
        )
        session["payment_intent"] = made["id"]
        books.secrets[made["id"]] = session["id"]
    return books.objects[session["payment_intent"]]
