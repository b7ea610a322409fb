"""The keys of a merchant: given by a command, sealed, and replaced without losing a notice."""

from __future__ import annotations

import json
import time

import pytest
from click.testing import CliRunner
from django.utils import timezone

from billing.payments import operations, queries
from billing.payments.credentials import Credentials, credentials_of
from billing.payments.models import Merchant
from socle.command import main
from tests.factories.invoicing import make_regie
from tests.factories.payments import SECRET, event, make_merchant
from tests.factories.tariffs import ACTOR
from tools.standins.bank import signature


def said(secret: str) -> dict[str, str]:
    return {"Stripe-Signature": signature(body(), secret, at=int(time.time()))}


def body() -> str:
    return json.dumps(event("payout.paid", {"id": "po_1"}) | {"id": "evt_1"})


@pytest.mark.usefixtures("tenant_db")
def test_notices_signed_before_the_keys_changed_are_taken() -> None:
    merchant = make_merchant()

    for number in range(4):
        keys = Credentials(api_key=f"sk_{number}", webhook_secrets=(f"whsec_{number}",))
        operations.replace_keys(merchant=merchant, credentials=keys, actor=ACTOR, at=timezone.now())
        if number == 0:
            operations.receive_notice(
                provider="STRIPE", headers=said(SECRET), body=body().encode(), at=timezone.now()
            )

    found = credentials_of(Merchant.objects.get())
    assert found.api_key == "sk_3"
    assert found.webhook_secrets == ("whsec_3", "whsec_2", "whsec_1")
    with pytest.raises(operations.NoticeRefused):
        operations.receive_notice(
            provider="STRIPE", headers=said(SECRET), body=body().encode(), at=timezone.now()
        )


def socle(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["merchant", *arguments])
    return result.exit_code, result.output


@pytest.fixture
def regie(committed_tenant_db: None, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("STRIPE_API_KEY", "sk_test_1")
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", "whsec_1")
    return make_regie().code


def test_a_regie_is_paid_online_by_a_command(regie: str, in_tenant) -> None:
    where = ("--tenant", "hauts-de-seine", "--regie", regie)
    assert socle("close", *where)[0] != 0

    status, output = socle("open", *where, "--account", "acct_9")
    assert (status, "sk_test" in output) == (0, False), output
    assert "déjà payée en ligne" in socle("open", *where)[1]
    with in_tenant("d92"):
        merchant = Merchant.objects.get()
        assert (merchant.account_ref, merchant.is_live) == ("acct_9", False)
        assert credentials_of(merchant).api_key == "sk_test_1"

    assert socle("rekey", *where)[0] == 0
    assert socle("close", *where)[0] == 0
    with in_tenant("d92"):
        assert queries.open_merchant(merchant.regie_id) is None


@pytest.mark.parametrize(
    ("more", "key", "sentence"),
    [
        (("--live",), "sk_test_1", "Cette clé est celle d'essai"),
        ((), "sk_live_1", "Cette clé est celle de vrais paiements"),
        (("--regie", "AUTRE"), "sk_test_1", "Aucune régie n'a le code AUTRE"),
        (("--tenant", "ailleurs"), "sk_test_1", "Aucun département ne s'appelle ailleurs"),
    ],
)
def test_what_does_not_go_together_is_refused(
    regie: str, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...], key: str, sentence: str
) -> None:
    monkeypatch.setenv("STRIPE_API_KEY", key)

    status, output = socle("open", "--tenant", "hauts-de-seine", "--regie", regie, *more)

    assert status != 0
    assert sentence in output
