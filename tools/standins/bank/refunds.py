"""Money that goes back: refunds, as far as what was paid, and what a bank takes back."""

from __future__ import annotations

import secrets
import time

from tools.standins.bank.books import Books
from tools.standins.bank.wire import Json, Refused, cents, check

LONGEST_LIST = 100
_PARAMETERS = {"payment_intent", "charge", "amount", "reason", "metadata", "expand"}
REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def create(books: Books, account: str, params: Json) -> Json:
    """
    Give back all that is left of a charge, or a part.

    :raises Refused: if nothing was paid, it is disputed, or less than that is left
    """
    check(params, known=_PARAMETERS)
    charge = _charge(books, account, params)
    if params.get("reason") not in (None, *REASONS):
        raise Refused(400, "", f"Invalid reason: must be one of {REASONS}", param="reason")
    if charge["disputed"]:
        raise Refused(400, "charge_disputed", "Charge has been charged back.")
    left = charge["amount"] - charge["amount_refunded"]
    amount = cents(params) if "amount" in params else left
    if left == 0:
        raise Refused(400, "charge_already_refunded", f"Charge {charge['id']} has been refunded.")
    if not 0 < amount <= left:
        raise Refused(
            400, "", f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
            param="amount",
        )  # fmt: skip
    intent = books.objects[charge["payment_intent"]]
    is_debit = "sepa_debit" in intent["payment_method_types"]
    refund = books.keep(account, {
        "id": f"re_{secrets.token_hex(12)}", "object": "refund", "amount": amount, "currency": "eur",
        "charge": charge["id"], "payment_intent": intent["id"],
        "status": "pending" if is_debit else "succeeded",
        "created": int(time.time()), "metadata": params.get("metadata") or {},
        "reason": params.get("reason"), "balance_transaction": None, "destination_details": None,
        "receipt_number": None, "source_transfer_reversal": None, "transfer_reversal": None,
        "customer": None, "customer_account": None, "payment_method": intent["payment_method"],
    })  # fmt: skip
    _count(charge, amount)
    books.announce(account, "refund.created", refund)
    books.announce(account, "charge.refunded", charge)
    return refund


def _charge(books: Books, account: str, params: Json) -> Json:
    """What is to be given back of, by its name or by its intent's."""
    if "charge" in params:
        charge = books.find(account, params["charge"], "charge")
    elif "payment_intent" in params:
        intent = books.find(account, params["payment_intent"], "payment_intent")
        charge = books.objects.get(intent["latest_charge"] or "") or {"paid": False}
    else:
        raise Refused(400, "parameter_missing", "One of charge or payment_intent must be given.")
    if not charge["paid"]:
        raise Refused(400, "charge_not_captured", "This PaymentIntent has no successful charge.")
    return charge


def _count(charge: Json, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]


def found(books: Books, account: str, asked: dict[str, str]) -> Json:
    """The refunds of an account, of an intent or of a charge, latest first; Stripe's list."""
    wanted = {name: asked[name] for name in ("payment_intent", "charge") if asked.get(name)}
    refunds = [
        one
        for one in books.of_kind("refund", account)
        if all(one[name] == value for name, value in wanted.items())
    ]
    limit = min(int(asked.get("limit") or 10), LONGEST_LIST)
    return {
        "object": "list", "url": "/v1/refunds", "has_more": len(refunds) > limit,
        "data": refunds[:limit],
    }  # fmt: skip


def settle(books: Books, intent: Json, *, is_done: bool) -> None:
    """
    The last refund of an intent arrived, or could not.

    :raises Refused: if there is none
    """
    account = books.owners[intent["id"]]
    refund = next(
        (one for one in books.of_kind("refund") if one["payment_intent"] == intent["id"]), None
    )
    if refund is None:
        raise Refused(400, "", "Nothing is being refunded")
    if is_done:
        refund["status"] = "succeeded"
        books.announce(account, "refund.updated", refund)
    else:
        refund["status"], refund["failure_reason"] = "failed", "expired_or_canceled_card"
        _count(books.objects[refund["charge"]], -refund["amount"])
        books.announce(account, "refund.failed", refund)


def dispute(books: Books, intent: Json) -> None:
    """The person's bank takes a charge back, and it is lost."""
    account = books.owners[intent["id"]]
    charge = books.objects[intent["latest_charge"]]
    charge["disputed"] = True
    made = books.keep(account, {
        "id": f"du_{secrets.token_hex(12)}", "object": "dispute", "amount": charge["amount"],
        "balance_transactions": [], "charge": charge["id"], "created": int(time.time()),
        "currency": "eur", "enhanced_eligibility_types": [], "evidence": {},
        "evidence_details": {
            "due_by": None, "enhanced_eligibility": {}, "has_evidence": False, "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False, "livemode": False, "metadata": {},
        "payment_intent": intent["id"], "payment_method_details": None, "reason": "general",
        "status": "lost",
    })  # fmt: skip
    books.announce(account, "charge.dispute.created", made)
