"""The money of one département: its keys, and what is said of its payments, are of no other."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.test import Client

from billing.payments.credentials import credentials_of
from billing.payments.models import Merchant, Notice
from commons.sealing import CannotUnseal
from tests.factories.payments import SECRET, event, make_merchant
from tools.standins.bank import signature

pytestmark = pytest.mark.usefixtures("tenant_db")
NOTICES = "/paiements/avis/stripe/"


def send(host: str, said: dict[str, Any]) -> int:
    body = json.dumps(said)
    signed = {"Stripe-Signature": signature(body, SECRET, at=int(time.time())), "Host": host}
    answer = Client().post(NOTICES, body, content_type="application/json", headers=signed)
    return answer.status_code


def test_sealed_keys_carried_to_another_departement_do_not_open(in_tenant: Any) -> None:
    carried = bytes(make_merchant().sealed_credentials)

    with in_tenant("d94"), pytest.raises(CannotUnseal):
        credentials_of(Merchant(sealed_credentials=carried))


def test_a_notice_is_taken_by_the_host_whose_secret_signed_it_and_no_other(in_tenant: Any) -> None:
    make_merchant()
    with in_tenant("d94"):
        make_merchant(secret="whsec_of_94")
    said = event("payout.paid", {"id": "po_1"})

    assert send("hauts-de-seine.socle.test", said) == 200
    assert send("val-de-marne.socle.test", said) == 400
    with in_tenant("d94"):
        assert Notice.objects.count() == 0


def test_an_account_named_in_a_notice_must_be_the_departements() -> None:
    make_merchant()

    said = event("payout.paid", {"id": "po_1"}, account="acct_of_another")
    assert send("hauts-de-seine.socle.test", said) == 400
