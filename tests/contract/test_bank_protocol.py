"""The test bank over HTTP, spoken to by Stripe's own library: errors, keys, accounts, refunds."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.banks import KEY, OTHER_KEY, PLATFORM_KEY


@pytest.fixture
def client(bank_address: str) -> Callable[..., stripe.StripeClient]:
    def made(key: str = KEY, account: str | None = None) -> stripe.StripeClient:
        return stripe.StripeClient(
            key,
            base_addresses={"api": bank_address},
            stripe_account=account,
            max_network_retries=0,
            http_client=stripe.RequestsClient(),
        )

    return made


def order(cents: int = 1_240, **more: Any) -> Any:
    return {
        "mode": "payment",
        "success_url": "https://portail.exemple.fr/retour/",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": "eur",
                    "unit_amount": cents,
                    "product_data": {"name": "Facture"},
                },
            }
        ],
        **more,
    }


def create(on: stripe.StripeClient, params: Any = None, key: str | None = None) -> Any:
    options: Any = {"idempotency_key": key} if key else {}
    return on.v1.checkout.sessions.create(params or order(), options=options)


def test_a_key_gives_the_same_answer_once(client: Any) -> None:
    first, again = create(client(), key="k1"), create(client(), key="k1")

    assert first.id == again.id
    with pytest.raises(stripe.IdempotencyError):
        create(client(), order(1_241), key="k1")
    assert create(client(), key="k2").id != first.id


@pytest.mark.parametrize(
    ("params", "code"),
    [
        (order(49), "amount_too_small"),
        (order(colour="blue"), "parameter_unknown"),
        ({"mode": "payment", "success_url": "https://a.fr/"}, "parameter_missing"),
    ],
)
def test_odd_orders_are_refused_as_stripe_does(client: Any, params: Any, code: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        create(client(), params)

    assert (refused.value.http_status, refused.value.code) == (400, code)


@pytest.mark.parametrize("life", [60, 25 * 3600])
def test_a_page_lives_from_half_an_hour_to_a_day(client: Any, life: int) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        create(client(), order(expires_at=int(time.time()) + life))


def test_a_key_opens_its_own_account(client: Any) -> None:
    session = create(client())

    with pytest.raises(stripe.AuthenticationError):
        create(client("sk_test_nobody"))
    with pytest.raises(stripe.InvalidRequestError):
        client(OTHER_KEY).v1.checkout.sessions.retrieve(session.id)
    with pytest.raises(stripe.PermissionError):
        create(client(KEY, "acct_other"))


def test_a_platform_names_the_account(client: Any) -> None:
    session = create(client(PLATFORM_KEY, "acct_own"))

    assert client().v1.checkout.sessions.retrieve(session.id).id == session.id
    with pytest.raises(stripe.InvalidRequestError):
        client(PLATFORM_KEY, "acct_other").v1.checkout.sessions.retrieve(session.id)


def test_only_an_open_page_is_closed(client: Any) -> None:
    session = create(client())
    assert client().v1.checkout.sessions.expire(session.id).status == "expired"

    with pytest.raises(stripe.InvalidRequestError):
        client().v1.checkout.sessions.expire(session.id)


def test_nothing_is_refunded_beyond_what_was_paid(client: Any, bank_address: str) -> None:
    from commons import http

    session = create(client())
    http.request("POST", f"{bank_address}/c/pay/{session.id}", data={"how": "card"})
    intent = client().v1.checkout.sessions.retrieve(session.id).payment_intent

    assert client().v1.refunds.create({"payment_intent": intent, "amount": 1_000}).amount == 1_000
    with pytest.raises(stripe.InvalidRequestError):
        client().v1.refunds.create({"payment_intent": intent, "amount": 241})
    assert client().v1.refunds.create({"payment_intent": intent, "amount": 240}).amount == 240
