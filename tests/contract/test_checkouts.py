"""A page where one pays: opened for a while, paid once, closed."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
import stripe

from tests.peers.knowledge import Knows, claim
from tests.peers.peer import SUCCESS, Peer


def now(peer: Peer, session: Any, *expand: str) -> Any:
    params: Any = {"expand": list(expand)} if expand else {}
    return peer.client().v1.checkout.sessions.retrieve(session["id"], params)


def choose(page: str, how: str) -> str:
    """What one chooses on the page of our bank; the address one is sent to."""
    answer = httpx.post(page, data={"how": how})
    assert answer.status_code == 303
    return str(answer.url.join(answer.headers["Location"]))


@claim(Knows.CHECKOUT)
def test_a_page_is_paid(peer: Peer) -> None:
    session = peer.session(metadata={"payment": "9"})
    assert (session["mode"], session["status"]) == ("payment", "open")
    assert session["payment_status"] == "unpaid"
    assert "Facture" in httpx.get(session["url"]).text

    back = peer.pay(session)

    assert back == SUCCESS.replace("{CHECKOUT_SESSION_ID}", session["id"])
    paid = now(peer, session)
    assert (paid["status"], paid["payment_status"]) == ("complete", "paid")
    assert paid["metadata"]["payment"] == "9"


@claim(Knows.CHECKOUT)
def test_a_closed_page_is_paid_no_more(peer: Peer) -> None:
    session = peer.session()
    closed = peer.client().v1.checkout.sessions.expire(session["id"])
    assert (closed["status"], closed["url"]) == ("expired", None)

    with pytest.raises(stripe.InvalidRequestError):
        peer.client().v1.checkout.sessions.expire(session["id"])
    peer.pay(session)

    left = now(peer, session)
    assert (left["status"], left["payment_status"]) == ("expired", "unpaid")


@claim(Knows.CHECKOUT)
def test_a_paid_page_is_not_closed(peer: Peer) -> None:
    session = peer.session()
    peer.pay(session)

    with pytest.raises(stripe.InvalidRequestError):
        peer.client().v1.checkout.sessions.expire(session["id"])
    assert now(peer, session)["payment_status"] == "paid"


@claim(Knows.CHECKOUT)
def test_nobody_pays_twice(peer: Peer) -> None:
    session = peer.session()
    peer.pay(session)

    peer.pay(session)

    assert now(peer, session)["status"] == "complete"


@claim(Knows.CHECKOUT)
def test_a_session_that_is_not_there_is_not_found(peer: Peer) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        peer.client().v1.checkout.sessions.retrieve("cs_nobody")

    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")


@claim(Knows.ORDERS)
def test_a_session_says_what_was_ordered(peer: Peer) -> None:
    session = peer.session(client_reference_id="pay-1", line_items=[peer.line(), peer.line()])

    assert (session["amount_total"], session["currency"]) == (5_400, "eur")
    assert session["client_reference_id"] == "pay-1"


@claim(Knows.ORDERS)
def test_odd_orders_are_refused(peer: Peer) -> None:
    small = peer.line()
    small["price_data"]["unit_amount"] = 49
    codes = []
    for more in ({"line_items": [small]}, {"colour": "blue"}, {"mode": None}):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            peer.session(**more)
        codes.append(refused.value.code)

    assert codes == ["amount_too_small", "parameter_unknown", "parameter_missing"]


@pytest.mark.parametrize("life", [60, 25 * 3_600])
@claim(Knows.ORDERS)
def test_a_page_lives_from_half_an_hour_to_a_day(peer: Peer, life: int) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        peer.session(expires_at=int(time.time()) + life)


@claim(Knows.SESSION_MONEY)
def test_a_paid_session_leads_to_its_charge(peer: Peer) -> None:
    session = peer.session(payment_intent_data={"metadata": {"payment": "10"}})
    peer.pay(session)

    intent = now(peer, session, "payment_intent.latest_charge")["payment_intent"]

    assert (intent["status"], intent["amount_received"]) == ("succeeded", 2_700)
    assert intent["metadata"]["payment"] == "10"
    assert (intent["latest_charge"]["paid"], intent["latest_charge"]["disputed"]) == (True, False)


@claim(Knows.SESSION_MONEY)
def test_the_intent_of_a_session_is_the_pages(peer: Peer) -> None:
    """It is neither confirmed nor given up but there; closing the page gives it up."""
    session = peer.session()
    choose(session["url"], "declined")
    intent = now(peer, session)["payment_intent"]

    for act in (peer.client().v1.payment_intents.confirm, peer.client().v1.payment_intents.cancel):
        with pytest.raises(stripe.InvalidRequestError):
            act(intent)
    peer.client().v1.checkout.sessions.expire(session["id"])

    assert peer.client().v1.payment_intents.retrieve(intent)["status"] == "canceled"


@claim(Knows.SESSION_MONEY)
def test_a_declined_card_leaves_the_page_open(peer: Peer) -> None:
    session = peer.session()

    page = choose(session["url"], "declined")

    assert "Carte refusée. Essayez une autre carte." in httpx.get(page).text
    assert (now(peer, session)["status"], now(peer, session)["payment_status"]) == (
        "open", "unpaid",
    )  # fmt: skip
    choose(page, "card")
    assert now(peer, session)["payment_status"] == "paid"


@claim(Knows.SESSION_MONEY, Knows.THREE_D_SECURE)
@pytest.mark.parametrize("is_accepted", [True, False])
def test_ones_own_bank_asks_on_the_way(peer: Peer, is_accepted: bool) -> None:
    session = peer.session()
    asking = choose(session["url"], "asks")
    shown = httpx.get(asking).text
    assert "Confirmer avec votre banque" in shown
    assert "27,00" in shown
    assert now(peer, session)["status"] == "open"

    answer = httpx.post(asking, data={"answer": "yes" if is_accepted else "no"})

    paid = now(peer, session)
    if is_accepted:
        assert answer.headers["Location"].startswith("https://portail.exemple.fr/retour/")
        assert (paid["status"], paid["payment_status"]) == ("complete", "paid")
    else:
        page = str(answer.url.join(answer.headers["Location"]))
        assert "Votre banque n'a pas confirmé." in httpx.get(page).text
        assert (paid["status"], paid["payment_status"]) == ("open", "unpaid")


@claim(Knows.SESSION_MONEY, Knows.THREE_D_SECURE)
def test_an_answer_that_comes_after_the_page_is_closed_pays_nothing(peer: Peer) -> None:
    session = peer.session()
    asking = choose(session["url"], "asks")
    peer.client().v1.checkout.sessions.expire(session["id"])

    httpx.post(asking, data={"answer": "yes"})

    left = now(peer, session, "payment_intent")
    assert (left["status"], left["payment_status"]) == ("expired", "unpaid")
    assert left["payment_intent"]["status"] == "canceled"
    assert "Cette page est fermée." in httpx.get(asking).text
