"""The product's own adapter to Stripe, driven from one end to the other on every peer."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
import stripe

from billing.payments.providers.protocol import (
    NoticeRefused,
    Order,
    Progress,
    ProviderRefused,
    RefundOrder,
    RefundProgress,
)
from billing.payments.providers.stripe import StripeProvider
from tests.banks import PLATFORM_KEY
from tests.peers.knowledge import Knows, claim
from tests.peers.peer import DECLINED, PAYS, Peer

RETURN = "https://portail.exemple.fr/paiements/retour/"


def order(**more: Any) -> Order:
    in_an_hour = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
    given = {
        "key": uuid.uuid4(), "lines": (("Facture 1", 1_500), ("Facture 2", 1_200)),
        "email": "parent@exemple.fr", "return_url": RETURN, "expires_at": in_an_hour,
    }  # fmt: skip
    return Order(**(given | more))


def refund_order(intent: Any, cents: int, key: uuid.UUID | None = None) -> RefundOrder:
    return RefundOrder(key=key or uuid.uuid4(), provider_ref=intent["id"], amount_cents=cents)


@claim(Knows.ORDERS)
def test_an_order_is_paid_and_read_as_such(peer: Peer, settings: Any) -> None:
    provider, wanted = peer.provider(settings), order()
    checkout = provider.open_checkout(wanted)
    opened = provider.read(checkout.ref)
    assert (opened.progress, opened.key) == (Progress.OPEN, str(wanted.key))
    assert (opened.amount_cents, opened.currency) == (2_700, "eur")

    back = peer.pay({"url": checkout.url})

    paid = provider.read(checkout.ref)
    assert (back, paid.progress, paid.amount_cents) == (RETURN, Progress.PAID, 2_700)
    assert paid.provider_ref.startswith("pi_")
    assert provider.close_checkout(checkout.ref) == paid


@claim(Knows.ORDERS, Knows.IDEMPOTENCY)
def test_the_same_order_has_one_page(peer: Peer, settings: Any) -> None:
    provider, wanted = peer.provider(settings), order()

    assert provider.open_checkout(wanted) == provider.open_checkout(wanted)


@claim(Knows.CHECKOUT)
def test_a_page_opened_is_read_paid_and_left_alone(peer: Peer, settings: Any) -> None:
    """As far as a peer that does not know our orders goes: the page is one of its own."""
    provider, session = peer.provider(settings), peer.session()
    assert provider.read(session["id"]).progress == Progress.OPEN

    peer.pay(session)

    assert provider.read(session["id"]).progress == Progress.PAID
    assert provider.close_checkout(session["id"]).progress == Progress.PAID


@claim(Knows.CHECKOUT)
def test_a_page_is_closed_once_and_stays_so(peer: Peer, settings: Any) -> None:
    provider, session = peer.provider(settings), peer.session()

    for _time in range(2):
        assert provider.close_checkout(session["id"]).progress == Progress.EXPIRED


@claim(Knows.CHECKOUT)
def test_a_page_that_is_not_there_is_refused(peer: Peer, settings: Any) -> None:
    provider = peer.provider(settings)
    provider.read(peer.session()["id"])

    with pytest.raises(ProviderRefused):
        provider.read("cs_nobody")


@claim(Knows.REFUNDS)
def test_a_refund_is_made_once_and_read(peer: Peer, settings: Any) -> None:
    """On a peer that ignores idempotency keys too: it is found again by its metadata."""
    provider, intent = peer.provider(settings), peer.intent()
    wanted = refund_order(intent, 1_000)

    done = provider.refund(wanted)

    assert (done.progress, done.amount_cents) == (RefundProgress.DONE, 1_000)
    assert provider.refund(wanted) == done == provider.read_refund(done.ref)
    assert peer.charge_of(intent)["amount_refunded"] == 1_000


@claim(Knows.REFUNDS)
def test_two_refunds_of_a_payment_are_two(peer: Peer, settings: Any) -> None:
    provider, intent = peer.provider(settings), peer.intent()

    first = provider.refund(refund_order(intent, 1_000))
    second = provider.refund(refund_order(intent, 1_000))

    assert first.ref != second.ref
    assert peer.charge_of(intent)["amount_refunded"] == 2_000


@claim(Knows.REFUND_LIMIT)
def test_a_refund_beyond_what_was_paid_is_refused(peer: Peer, settings: Any) -> None:
    provider, intent = peer.provider(settings), peer.intent(cents=2_700)
    provider.refund(refund_order(intent, 700))

    with pytest.raises(ProviderRefused):
        provider.refund(refund_order(intent, 2_001))
    assert peer.charge_of(intent)["amount_refunded"] == 700


@claim(Knows.REFUNDS)
def test_a_refund_that_is_not_there_is_refused(peer: Peer, settings: Any) -> None:
    provider = peer.provider(settings)
    provider.read_refund(provider.refund(refund_order(peer.intent(), 700)).ref)

    with pytest.raises(ProviderRefused):
        provider.read_refund("re_nobody")


@claim(Knows.SESSION_MONEY)
def test_what_was_paid_on_the_page_is_given_back(peer: Peer, settings: Any) -> None:
    provider = peer.provider(settings)
    checkout = provider.open_checkout(order())
    peer.pay({"url": checkout.url})
    paid = provider.read(checkout.ref)

    provider.refund(refund_order({"id": paid.provider_ref}, 700))

    assert provider.read(checkout.ref).refunded_cents == 700


@claim(Knows.ACCOUNTS, Knows.SESSION_MONEY)
def test_a_platform_is_paid_on_the_account_it_names(peer: Peer, settings: Any) -> None:
    acting = {"key": PLATFORM_KEY, "account": "acct_other"}
    provider = peer.provider(settings, **acting)
    checkout = provider.open_checkout(order())
    peer.pay({"url": checkout.url})
    paid = provider.read(checkout.ref)
    refund = provider.refund(refund_order({"id": paid.provider_ref}, 700))

    for own in (
        peer.provider(settings),
        peer.provider(settings, key=PLATFORM_KEY, account="acct_own"),
    ):
        with pytest.raises(ProviderRefused):
            own.read(checkout.ref)
        with pytest.raises(ProviderRefused):
            own.read_refund(refund.ref)
        with pytest.raises(ProviderRefused):
            own.refund(refund_order({"id": paid.provider_ref}, 1))
    assert provider.read(checkout.ref).refunded_cents == 700


@claim(Knows.EVENTS)
def test_events_bear_the_signature_agreed_on(peer: Peer, settings: Any) -> None:
    """Whatever else they lack: a notice that is refused for its signature never gets further."""
    intent = peer.client().v1.payment_intents.create(
        {"amount": 2_700, "currency": "eur", "payment_method": PAYS}
    )
    peer.client().v1.payment_intents.confirm(intent["id"])
    event = peer.event("payment_intent.succeeded", intent["id"])

    assert why_refused(peer.provider(settings), event.headers, event.body + b" ") == "signature"
    assert why_refused(peer.provider(settings), event.headers, event.body) != "signature"


def why_refused(provider: StripeProvider, headers: dict[str, str], body: bytes) -> str:
    """Nothing, if the notice is taken."""
    try:
        provider.verify(headers, body)
    except NoticeRefused as refused:
        return str(refused.details["reason"])
    return ""


@claim(Knows.EVENTS, Knows.WHOLE_EVENTS)
def test_the_product_takes_what_a_peer_tells(peer: Peer, settings: Any) -> None:
    intent = peer.client().v1.payment_intents.create(
        {"amount": 2_700, "currency": "eur", "payment_method": PAYS}
    )
    peer.client().v1.payment_intents.confirm(intent["id"])
    event = peer.event("payment_intent.succeeded", intent["id"])

    facts = peer.provider(settings).verify(event.headers, event.body)

    assert (facts.kind, facts.provider_ref) == ("payment_intent.succeeded", intent["id"])
    assert facts.event_ref.startswith("evt_")


@claim(Knows.ACCOUNTS, Knows.EVENTS)
def test_a_platform_is_told_whose_payment_it_is(peer: Peer, settings: Any) -> None:
    endpoint = peer.client(PLATFORM_KEY).v1.webhook_endpoints.create(
        {
            "url": f"{peer.listener.address}/platform-of-{peer.name}",
            "enabled_events": ["payment_intent.succeeded"],
        }
    )
    intent = peer.client(PLATFORM_KEY, "acct_other").v1.payment_intents.create(
        {"amount": 2_700, "currency": "eur", "payment_method": PAYS, "confirm": True}
    )
    event = peer.listener.wait_for(
        f"platform-of-{peer.name}", "payment_intent.succeeded", intent["id"]
    )

    def refused(account: str) -> str:
        acting = peer.provider(
            settings, key=PLATFORM_KEY, account=account, secret=endpoint["secret"]
        )
        return why_refused(acting, event.headers, event.body)

    assert [refused(account) for account in ("acct_other", "acct_own", "")] == [
        "", "account", "account",
    ]  # fmt: skip


@claim(Knows.CHECKOUT, Knows.EVENTS)
def test_a_page_that_is_paid_or_closed_is_told(peer: Peer) -> None:
    paid, closed = peer.session(), peer.session()
    peer.pay(paid)
    peer.client().v1.checkout.sessions.expire(closed["id"])

    peer.event("checkout.session.completed", paid["id"])
    peer.event("checkout.session.expired", closed["id"])


@claim(Knows.DECLINES, Knows.EVENTS)
def test_a_declined_card_is_told(peer: Peer) -> None:
    intent = peer.client().v1.payment_intents.create(
        {"amount": 2_700, "currency": "eur", "payment_method": DECLINED}
    )
    with pytest.raises(stripe.CardError):
        peer.client().v1.payment_intents.confirm(intent["id"])

    peer.event("payment_intent.payment_failed", intent["id"])
