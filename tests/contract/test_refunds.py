"""Money given back by a bank: a part, the rest, no more."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.peers.knowledge import Knows, claim
from tests.peers.peer import DECLINED, Peer


def give_back(peer: Peer, intent: Any, cents: int | None = None, **more: Any) -> Any:
    params: Any = {"payment_intent": intent["id"], **more}
    return peer.client().v1.refunds.create(params if cents is None else params | {"amount": cents})


@claim(Knows.REFUNDS)
def test_a_part_then_the_rest(peer: Peer) -> None:
    intent = peer.intent(cents=2_700)
    part = give_back(peer, intent, 1_000, metadata={"refund": "7"})
    charge = peer.charge_of(intent)
    assert (part["status"], part["amount"], part["currency"]) == ("succeeded", 1_000, "eur")
    assert (charge["amount_refunded"], charge["refunded"]) == (1_000, False)

    give_back(peer, intent, 1_700)

    charge = peer.charge_of(intent)
    assert (charge["amount_refunded"], charge["refunded"]) == (2_700, True)


@claim(Knows.REFUNDS)
def test_a_refund_is_found_again(peer: Peer) -> None:
    intent, other = peer.intent(), peer.intent()
    first = give_back(peer, intent, 100, metadata={"refund": "a"})
    second = give_back(peer, intent, 200, metadata={"refund": "b"})
    give_back(peer, other, 300)

    listed = peer.client().v1.refunds.list({"payment_intent": intent["id"], "limit": 100})
    alone = peer.client().v1.refunds.retrieve(first["id"])

    assert {(one["id"], one["metadata"]["refund"]) for one in listed["data"]} == {
        (first["id"], "a"), (second["id"], "b"),
    }  # fmt: skip
    assert (alone["amount"], alone["payment_intent"]) == (100, intent["id"])
    assert alone["charge"] == peer.charge_of(intent)["id"]


@claim(Knows.REFUNDS)
def test_what_was_not_paid_is_not_given_back(peer: Peer) -> None:
    intent = peer.client().v1.payment_intents.create(
        {"amount": 2_700, "currency": "eur", "payment_method": DECLINED}
    )
    with pytest.raises(stripe.CardError):
        peer.client().v1.payment_intents.confirm(intent["id"])

    with pytest.raises(stripe.InvalidRequestError) as refused:
        give_back(peer, intent)
    assert refused.value.http_status == 400


@claim(Knows.REFUNDS)
def test_an_amount_is_some_cents(peer: Peer) -> None:
    intent = peer.intent()

    for cents in (0, -1):
        with pytest.raises(stripe.InvalidRequestError):
            give_back(peer, intent, cents)
    assert peer.charge_of(intent)["amount_refunded"] == 0


@claim(Knows.REFUND_LIMIT)
def test_no_more_than_what_was_paid(peer: Peer) -> None:
    intent = peer.intent(cents=2_700)
    give_back(peer, intent, 2_000)

    with pytest.raises(stripe.InvalidRequestError):
        give_back(peer, intent, 701)
    give_back(peer, intent, 700)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        give_back(peer, intent)

    assert refused.value.code == "charge_already_refunded"
    assert peer.charge_of(intent)["amount_refunded"] == 2_700
