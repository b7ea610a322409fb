"""How a bank is called, whatever for: keys, accounts, parameters, errors, idempotency."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import stripe

from tests.banks import KEY, OTHER_KEY, PLATFORM_KEY
from tests.peers.knowledge import Knows, claim
from tests.peers.peer import DECLINED, PAYS, Peer

OWN, OTHER = "acct_own", "acct_other"


def ask(peer: Peer, *, cents: int = 2_700, key: str = "", **more: Any) -> Any:
    """An intent that waits for a card."""
    options: Any = {"idempotency_key": key} if key else {}
    params: Any = {"amount": cents, "currency": "eur", **more}
    return peer.client().v1.payment_intents.create(params, options=options)


@claim(Knows.INTENTS)
def test_what_is_missing_is_asked_for(peer: Peer) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        peer.client().v1.payment_intents.create({"amount": 2_700})  # type: ignore[typeddict-item]

    assert refused.value.http_status == 400


@claim(Knows.UNKNOWN_PARAMETERS)
def test_what_is_unknown_is_refused(peer: Peer) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        ask(peer, colour="blue")

    assert refused.value.http_status == 400


@claim(Knows.INTENTS)
def test_what_is_not_there_is_not_found(peer: Peer) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        peer.client().v1.payment_intents.retrieve("pi_nobody")

    assert refused.value.http_status == 404


@claim(Knows.ERROR_CODES)
def test_an_error_has_a_code(peer: Peer) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        peer.client().v1.payment_intents.retrieve("pi_nobody")

    assert refused.value.code == "resource_missing"


@claim(Knows.KEYS)
def test_a_key_that_is_none_is_refused(peer: Peer) -> None:
    with pytest.raises(stripe.AuthenticationError) as refused:
        peer.client("nobody").v1.payment_intents.retrieve("pi_nobody")

    assert refused.value.http_status == 401


@claim(Knows.IDEMPOTENCY)
def test_a_key_does_something_once(peer: Peer) -> None:
    first, again = ask(peer, key="once-1"), ask(peer, key="once-1")

    assert first["id"] == again["id"]
    assert ask(peer, key="once-2")["id"] != first["id"]


@claim(Knows.IDEMPOTENCY)
def test_a_key_is_of_one_demand(peer: Peer) -> None:
    ask(peer, key="one-demand")

    with pytest.raises(stripe.IdempotencyError) as refused:
        ask(peer, key="one-demand", cents=2_701)
    assert refused.value.http_status == 400


@claim(Knows.IDEMPOTENCY)
def test_an_answer_is_replayed_as_it_was(peer: Peer) -> None:
    """Not as things are since: who asks again learns what came of the first call."""
    first = ask(peer, key="as-it-was", payment_method=PAYS)
    peer.client().v1.payment_intents.confirm(first["id"])

    again = ask(peer, key="as-it-was", payment_method=PAYS)

    assert again["status"] == first["status"] == "requires_confirmation"
    assert again.last_response.headers["Idempotent-Replayed"] == "true"


@claim(Knows.IDEMPOTENCY, Knows.DECLINES)
def test_a_declined_card_is_tried_once_per_key(peer: Peer) -> None:
    declined = []
    for _time in range(2):
        with pytest.raises(stripe.CardError) as refused:
            ask(peer, key="declined-once", payment_method=DECLINED, confirm=True)
        declined.append(refused.value.json_body["error"]["payment_intent"]["id"])

    assert len(set(declined)) == 1


@claim(Knows.IDEMPOTENCY)
def test_what_was_refused_may_be_asked_better_under_the_same_key(peer: Peer) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        ask(peer, key="better", cents=1)

    assert ask(peer, key="better", cents=2_700)["amount"] == 2_700


@claim(Knows.ACCOUNTS)
def test_a_key_opens_its_own_account(peer: Peer) -> None:
    intent = ask(peer)["id"]

    assert peer.client(KEY, OWN).v1.payment_intents.retrieve(intent)["id"] == intent
    with pytest.raises(stripe.InvalidRequestError) as refused:
        peer.client(OTHER_KEY).v1.payment_intents.retrieve(intent)
    assert refused.value.http_status == 404
    with pytest.raises(stripe.PermissionError):
        peer.client(KEY, OTHER).v1.payment_intents.retrieve(intent)


@claim(Knows.ACCOUNTS)
def test_a_platform_names_the_account(peer: Peer) -> None:
    own, other = peer.client(PLATFORM_KEY, OWN), peer.client(PLATFORM_KEY, OTHER)
    intent = own.v1.payment_intents.create({"amount": 2_700, "currency": "eur"})["id"]

    assert peer.client().v1.payment_intents.retrieve(intent)["id"] == intent
    with pytest.raises(stripe.InvalidRequestError):
        other.v1.payment_intents.retrieve(intent)


@claim(Knows.ACCOUNTS, Knows.REFUNDS)
def test_no_account_gives_back_what_was_paid_to_another(peer: Peer) -> None:
    intent = peer.intent()["id"]
    other = peer.client(PLATFORM_KEY, OTHER)

    with pytest.raises(stripe.InvalidRequestError):
        other.v1.refunds.create({"payment_intent": intent})

    assert other.v1.refunds.list({"payment_intent": intent})["data"] == []
    assert peer.charge_of(peer.client().v1.payment_intents.retrieve(intent))["amount_refunded"] == 0


@claim(Knows.ACCOUNTS, Knows.IDEMPOTENCY)
def test_the_keys_of_two_accounts_are_not_the_same(peer: Peer) -> None:
    first, others, again = (
        peer.client(PLATFORM_KEY, account).v1.payment_intents.create(
            {"amount": 2_700, "currency": "eur"}, options={"idempotency_key": "of-two-accounts"}
        )["id"]
        for account in (OWN, OTHER, OWN)
    )

    assert first == again != others


@claim(Knows.INTENTS)
def test_addresses_that_lead_nowhere_say_so(peer: Peer) -> None:
    answer = httpx.get(f"{peer.address}/v1/nowhere", auth=(KEY, ""))

    assert answer.status_code == 404
