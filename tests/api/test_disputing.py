"""Disputing a line through the API, and reading corrections beside the invoice."""

from __future__ import annotations

import datetime

import pytest
import time_machine

from billing.invoicing import operations
from billing.invoicing.models import Dispute, Invoice
from tests.factories.canteen import make_family
from tests.factories.invoicing import issue, make_billed_family, prepare
from tests.factories.portal import account_of
from tests.factories.tariffs import ACTOR

NOW = datetime.datetime(2024, 10, 8, 10, 0, tzinfo=datetime.UTC)
INVOICE = """query($id: ID!) { invoice(id: $id) { due { cents } overPaid { cents }
  creditNotes { number kind reason issuedOn total { cents } overPaid { cents } }
  lines { id credited { cents } dispute { state text days answer creditNoteNumber } } } }"""
SAY = """mutation($input: DisputeInvoiceLineInput!) { disputeInvoiceLine(input: $input) {
  dispute { state text days } errors { code path message } } }"""


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def family(tenant_db):
    return make_billed_family()


@pytest.fixture
def invoice(family) -> Invoice:
    (found,) = issue(prepare())
    return found


def say(api, invoice, **traits):
    line = invoice.lines.get()
    given = {
        "invoiceId": str(invoice.public_id),
        "lineId": str(line.public_id),
        "text": "Absent",
        **traits,
    }
    return api.read(SAY, input=given)["disputeInvoiceLine"]


def test_a_payer_disputes_a_line(api, family, invoice):
    api.sign_in(account_of(family))

    done = say(api, invoice, days=["2024-09-05"])

    assert done == {
        "dispute": {"state": "OPEN", "text": "Absent", "days": ["2024-09-05"]},
        "errors": [],
    }
    assert Dispute.objects.get().guardian == family.guardians[0]


@pytest.mark.parametrize(
    ("traits", "code", "path"),
    [
        ({"text": " "}, "BILLING_DISPUTE_TEXT_MISSING", ["input", "text"]),
        ({"days": ["2024-09-03"]}, "BILLING_DISPUTED_DAY_NOT_BILLED", ["input", "days"]),
        ({"lineId": "x"}, "NOT_FOUND", ["input", "lineId"]),
    ],
)
def test_refusals_are_data(api, family, invoice, traits, code, path):
    api.sign_in(account_of(family))

    (error,) = say(api, invoice, **traits)["errors"]

    assert (error["code"], error["path"]) == (code, path)
    assert not Dispute.objects.exists()


def test_a_stranger_finds_no_line_to_dispute(api, invoice):
    api.sign_in(account_of(make_family()))

    (error,) = say(api, invoice)["errors"]

    assert error["code"] == "NOT_FOUND"
    assert not Dispute.objects.exists()


def test_corrections_are_read_beside_the_invoice(api, family, invoice):
    line = invoice.lines.get()
    one = operations.dispute_line(line=line, text="Absent", actor=ACTOR, at=NOW)
    operations.accept_dispute(dispute=one, meals=1, answer="Oui.", actor=ACTOR, at=NOW)
    api.sign_in(account_of(family))

    found = api.read(INVOICE, id=str(invoice.public_id))["invoice"]

    assert found == {
        "due": {"cents": 2_400},
        "overPaid": {"cents": 0},
        "creditNotes": [
            {
                "number": "AV-2024-000001",
                "kind": "CORRECTION",
                "reason": "Oui.",
                "issuedOn": "2024-10-08",
                "total": {"cents": 300},
                "overPaid": {"cents": 0},
            }
        ],
        "lines": [
            {
                "id": str(line.public_id),
                "credited": {"cents": 300},
                "dispute": {
                    "state": "ACCEPTED",
                    "text": "Absent",
                    "days": [],
                    "answer": "Oui.",
                    "creditNoteNumber": "AV-2024-000001",
                },
            }
        ],
    }
