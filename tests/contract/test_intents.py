"""Cards: paid, declined, asked about by the person's bank."""

from __future__ import annotations

import pytest
import stripe

from tests.peers.knowledge import Knows, claim
from tests.peers.peer import DECLINED, PAYS, Peer

UNCONFIRMED = "payment_intent_authentication_failure"


def wait(peer: Peer, **more: object) -> stripe.PaymentIntent:
    params: object = {"amount": 2_700, "currency": "eur", **more}
    return peer.client().v1.payment_intents.create(params)  # type: ignore[arg-type]


def now(peer: Peer, intent: stripe.PaymentIntent) -> stripe.PaymentIntent:
    return peer.client().v1.payment_intents.retrieve(intent["id"])


@claim(Knows.INTENTS)
def test_an_intent_waits_for_a_card_then_for_a_word(peer: Peer) -> None:
    assert wait(peer)["status"] == "requires_payment_method"
    intent = wait(peer, payment_method=PAYS, metadata={"payment": "8"})
    assert (intent["status"], intent["amount"]) == ("requires_confirmation", 2_700)

    peer.client().v1.payment_intents.confirm(intent["id"])

    paid = now(peer, intent)
    assert (paid["status"], paid["metadata"]["payment"]) == ("succeeded", "8")


@claim(Knows.INTENTS)
def test_what_is_paid_is_paid_once(peer: Peer) -> None:
    intent = wait(peer, payment_method=PAYS)
    peer.client().v1.payment_intents.confirm(intent["id"])

    with pytest.raises(stripe.InvalidRequestError):
        peer.client().v1.payment_intents.confirm(intent["id"])
    with pytest.raises(stripe.InvalidRequestError):
        peer.client().v1.payment_intents.cancel(intent["id"])


@claim(Knows.INTENTS)
def test_what_is_given_up_is_paid_no_more(peer: Peer) -> None:
    intent = wait(peer, payment_method=PAYS)
    assert peer.client().v1.payment_intents.cancel(intent["id"])["status"] == "canceled"

    with pytest.raises(stripe.InvalidRequestError):
        peer.client().v1.payment_intents.confirm(intent["id"])
    assert now(peer, intent)["status"] == "canceled"


@claim(Knows.CHARGES)
def test_a_card_that_pays_leaves_a_charge(peer: Peer) -> None:
    intent = peer.intent(PAYS)
    charge = peer.charge_of(intent)

    assert intent["status"] == "succeeded"
    assert (charge["paid"], charge["amount"], charge["currency"]) == (True, 2_700, "eur")
    assert charge["payment_intent"] == intent["id"]


@claim(Knows.DECLINES)
def test_a_declined_card_leaves_the_intent_unpaid(peer: Peer) -> None:
    intent = wait(peer, payment_method=DECLINED)
    with pytest.raises(stripe.CardError) as declined:
        peer.client().v1.payment_intents.confirm(intent["id"])

    assert (declined.value.http_status, declined.value.code) == (402, "card_declined")
    left = now(peer, intent)
    assert left["status"] == "requires_payment_method"
    assert left["last_payment_error"]["code"] == "card_declined"
    assert peer.charge_of(left)["paid"] is False


@claim(Knows.DECLINE_BODIES)
def test_a_decline_says_why_and_of_what(peer: Peer) -> None:
    with pytest.raises(stripe.CardError) as declined:
        peer.intent(DECLINED)

    error = declined.value.json_body["error"]
    assert (error["type"], error["decline_code"]) == ("card_error", "generic_decline")
    assert error["payment_intent"]["status"] == "requires_payment_method"
    assert error["charge"] == error["payment_intent"]["latest_charge"]


@claim(Knows.OTHER_CARD)
def test_another_card_pays_what_one_did_not(peer: Peer) -> None:
    intent = wait(peer)
    with pytest.raises(stripe.CardError):
        peer.client().v1.payment_intents.confirm(intent["id"], {"payment_method": DECLINED})

    paid = peer.client().v1.payment_intents.confirm(intent["id"], {"payment_method": PAYS})

    assert (paid["status"], paid["last_payment_error"]) == ("succeeded", None)


@claim(Knows.THREE_D_SECURE)
def test_a_bank_that_asks_is_answered(peer: Peer) -> None:
    intent = peer.intent(peer.card_that_asks())
    assert (intent["status"], intent["latest_charge"]) == ("requires_action", None)
    assert intent["next_action"]["type"] == "use_stripe_sdk"

    peer.answer_own_bank(intent, is_accepted=True)

    paid = now(peer, intent)
    assert (paid["status"], paid["next_action"]) == ("succeeded", None)
    assert peer.charge_of(paid)["paid"] is True


@claim(Knows.THREE_D_SECURE)
def test_a_bank_that_is_refused_lets_nothing_be_paid(peer: Peer) -> None:
    intent = peer.intent(peer.card_that_asks())

    peer.answer_own_bank(intent, is_accepted=False)

    left = now(peer, intent)
    assert (left["status"], left["latest_charge"]) == ("requires_payment_method", None)
    assert left["last_payment_error"]["code"] == UNCONFIRMED
