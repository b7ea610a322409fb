"""What the test bank knows outlives it: it is killed as our own servers are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.contract.test_bank_shapes import SESSION
from tools.standins.bank import Bank


@pytest.fixture
def again(tmp_path: Path) -> Any:
    """The bank, as often as it is started again."""
    return lambda: Bank({"sk": "acct"}, origin="http://127.0.0.1:1", state=tmp_path / "bank.json")


def test_a_bank_finds_again_what_it_knew(again: Any) -> None:
    bank = again()
    bank.have_endpoint("acct", "http://127.0.0.1:1/", "whsec_1")
    made = bank.post("acct", "checkout/sessions", SESSION, "key-1").body

    bank = again()
    bank.pay(bank.objects[made["id"]], "asks")
    bank = again()
    session = bank.objects[made["id"]]
    bank.answer_own_bank(bank.objects[session["payment_intent"]], is_accepted=True)

    bank = again()
    assert bank.objects[made["id"]]["payment_status"] == "paid"
    replayed = bank.post("acct", "checkout/sessions", SESSION, "key-1")
    assert (replayed.is_replayed, replayed.body) == (True, made)
    assert [json.loads(one["body"])["type"] for one in bank.outgoing] == [
        "payment_intent.requires_action", "payment_intent.succeeded", "checkout.session.completed",
    ]  # fmt: skip


def test_an_endpoint_agreed_on_again_is_the_same(again: Any) -> None:
    for secret in ("whsec_1", "whsec_2"):
        again().have_endpoint("acct", "http://127.0.0.1:1/", secret)

    (endpoint,) = again().of_kind("webhook_endpoint")
    assert again().secrets[endpoint["id"]] == "whsec_2"
