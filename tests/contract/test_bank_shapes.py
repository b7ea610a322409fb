"""The test bank against Stripe's published fixtures: its names and its types, whatever happens."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tools.standins.bank import Bank
from tools.standins.bank.intents import CARDS

ROOT = Path(__file__).resolve().parents[2]
SPECS = Path(os.environ.get("SOCLE_SPECS", ROOT.parent / "shared" / "specs"))
FIXTURES = SPECS / "stripe" / "fixtures3.json"
SESSION = {
    "mode": "payment",
    "success_url": "https://portail.exemple.fr/retour/",
    "line_items": {
        "0": {
            "quantity": "1",
            "price_data": {
                "currency": "eur",
                "unit_amount": "1240",
                "product_data": {"name": "Facture 2026-000001"},
            },
        }
    },
}
# What a person does on the page, then what happens.
LIVES = (
    ("card", "refund"),
    ("card", "refund", "unrefunded"),
    ("card", "dispute"),
    ("debit", "succeed", "refund", "refunded"),
    ("debit", "fail"),
    ("declined",),
    ("asks",),
)
# What billing.payments.providers.stripe reads.
READ = {
    "checkout.session": (
        "id", "url", "status", "payment_status", "client_reference_id", "amount_total", "currency",
        "payment_intent",
    ),
    "payment_intent": ("id", "status", "latest_charge"),
    "charge": ("amount_refunded", "disputed", "payment_intent"),
    "refund": ("id", "status", "amount", "metadata", "payment_intent"),
    "dispute": ("payment_intent",),
    "event": ("id", "type", "livemode", "data"),
}  # fmt: skip
# What has every name that Stripe publishes.
WHOLE = ("refund", "dispute", "webhook_endpoint")
# What Stripe's reference has, and its sample objects have not.
ALSO = {
    "webhook_endpoint": {"secret"},  # said when it is made, and never again
    "refund": {"failure_reason"},  # there when it failed
}


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    if not FIXTURES.exists():
        pytest.skip(f"les modèles publiés de Stripe sont absents : {FIXTURES}")
    found: dict[str, Any] = json.loads(FIXTURES.read_text(encoding="utf-8"))["resources"]
    return found


@pytest.fixture
def said() -> list[dict[str, Any]]:
    """What the bank says of payments that go well, and of those that do not."""
    bank = Bank({"sk": "acct"}, origin="http://127.0.0.1:1")

    def post(path: str, **params: Any) -> dict[str, Any]:
        return bank.post("acct", path, params, "").body

    endpoint = post("webhook_endpoints", url="http://127.0.0.1:1/")
    for how, *later in LIVES:
        session = bank.objects[post("checkout/sessions", **SESSION)["id"]]
        bank.pay(session, how)
        for what in later:
            if what == "refund":
                post("refunds", payment_intent=session["payment_intent"])
            else:
                bank.later(session, what)
    for card in CARDS:
        post("payment_intents", amount="2700", currency="eur", payment_method=card, confirm="true")
    given_up = post("payment_intents", amount="2700", currency="eur")["id"]
    post(f"payment_intents/{given_up}/cancel")
    events = [json.loads(message["body"]) for message in bank.outgoing]
    return [endpoint, *bank.objects.values(), *events, *(one["data"]["object"] for one in events)]


def test_the_bank_says_one_of_each(said: list[dict[str, Any]]) -> None:
    assert {one["object"] for one in said} == {
        "webhook_endpoint", "checkout.session", "payment_intent", "charge", "refund", "dispute",
        "event",
    }  # fmt: skip


def test_every_name_is_stripes(published: dict[str, Any], said: list[dict[str, Any]]) -> None:
    strange = {
        (one["object"], name)
        for one in said
        for name in one.keys() - published[one["object"]].keys() - ALSO.get(one["object"], set())
    }
    assert strange == set()


@pytest.mark.parametrize("kind", WHOLE)
def test_what_goes_back_is_said_whole(
    published: dict[str, Any], said: list[dict[str, Any]], kind: str
) -> None:
    for one in said:
        assert one["object"] != kind or published[kind].keys() <= one.keys()


def test_every_value_is_of_stripes_type(
    published: dict[str, Any], said: list[dict[str, Any]]
) -> None:
    """Where both say something."""
    wrong = {
        (one["object"], name, type(value), type(published[one["object"]][name]))
        for one in said
        for name, value in one.items()
        if value is not None
        and published[one["object"]].get(name) is not None
        and not isinstance(value, type(published[one["object"]][name]))
    }
    assert wrong == set()


def test_what_the_product_reads_is_there(
    published: dict[str, Any], said: list[dict[str, Any]]
) -> None:
    """A name that Stripe publishes and the bank forgets would be read as nothing by the product."""
    forgotten = {
        (one["object"], name)
        for one in said
        for name in READ.get(one["object"], ())
        if name not in one or name not in published[one["object"]]
    }
    assert forgotten == set()
