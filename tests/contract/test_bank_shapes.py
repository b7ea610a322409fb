"""The test bank against Stripe's published fixtures: nothing it says has a name Stripe does not have."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tools.standins.bank import Bank

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
ALSO = {"webhook_endpoint": {"secret"}}  # said when it is made, and never again


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    if not FIXTURES.exists():
        pytest.skip(f"les modèles publiés de Stripe sont absents : {FIXTURES}")
    found: dict[str, Any] = json.loads(FIXTURES.read_text(encoding="utf-8"))["resources"]
    return found


@pytest.fixture
def said() -> dict[str, dict[str, Any]]:
    """One of each thing the bank says."""
    bank = Bank({"sk": "acct"}, origin="http://127.0.0.1:1")
    endpoint = bank.create("acct", "webhook_endpoints", {"url": "http://127.0.0.1:1/"}, "")
    session = bank.create("acct", "checkout/sessions", SESSION, "")
    bank.pay(session, "card")
    intent = bank.objects[session["payment_intent"]]
    return {
        "webhook_endpoint": endpoint,
        "checkout.session": session,
        "payment_intent": intent,
        "charge": bank.objects[intent["latest_charge"]],
        "refund": bank.create("acct", "refunds", {"payment_intent": intent["id"]}, ""),
        "event": json.loads(bank.outgoing[0]["body"]),
    }


def test_every_name_is_stripes(published: dict[str, Any], said: dict[str, Any]) -> None:
    strange = {
        kind: sorted(found.keys() - published[kind].keys() - ALSO.get(kind, set()))
        for kind, found in said.items()
        if found.keys() - published[kind].keys() - ALSO.get(kind, set())
    }
    assert strange == {}


def test_every_value_is_of_stripes_type(published: dict[str, Any], said: dict[str, Any]) -> None:
    """Where both say something."""
    wrong = [
        (kind, name, value, published[kind][name])
        for kind, found in said.items()
        for name, value in found.items()
        if value is not None
        and published[kind].get(name) is not None
        and not isinstance(value, type(published[kind][name]))
    ]
    assert wrong == []
