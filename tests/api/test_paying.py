"""Paying through the API: the same operations as the portal's, at the test bank."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.utils import timezone

from billing.invoicing.models import Invoice
from billing.payments import operations
from billing.payments.handlers import send_refund
from billing.payments.models import Payment, PaymentPart
from commons import http
from commons.actors import Actor
from commons.models import OutboxEvent
from tests.factories.canteen import make_family
from tests.factories.payments import make_invoice, make_merchant
from tests.factories.portal import make_account

pytestmark = pytest.mark.usefixtures("tenant_db")
PAYMENT = (
    "payment { id state amount { cents } checkoutUrl parts { invoiceNumber amount { cents } } }"
)
ERRORS = "errors { code path message }"
PAY = (
    f"mutation($input: PayInvoicesInput!) {{ payInvoices(input: $input) {{ {PAYMENT} {ERRORS} }} }}"
)
RESUME = (
    f"mutation($input: PaymentInput!) {{ resumePayment(input: $input) {{ {PAYMENT} {ERRORS} }} }}"
)
LEAVE = (
    f"mutation($input: PaymentInput!) {{ leavePayment(input: $input) {{ {PAYMENT} {ERRORS} }} }}"
)
READ = """{ viewer { payments(first: 5) { nodes { id state settledAt parts { refunded { cents } } } } } }"""

REFUNDS = (
    """{ viewer { payments(first: 5) { nodes { refunds { invoiceNumber amount { cents } } } } } }"""
)


@pytest.fixture
def invoice(bank: str, api: Any) -> Invoice:
    found = make_invoice()
    make_merchant(found.regie)
    api.sign_in(make_account(found.payer))
    return found


def pay(api: Any, invoice: Invoice, **more: Any) -> dict[str, Any]:
    given = [{"invoiceId": str(invoice.public_id), **more}]
    return api.read(PAY, input={"invoices": given})["payInvoices"]


def test_a_family_pays_an_invoice(api: Any, invoice: Invoice) -> None:
    begun = pay(api, invoice)
    assert begun["errors"] == []
    assert (begun["payment"]["state"], begun["payment"]["amount"]["cents"]) == ("OPEN", 2_700)
    assert begun["payment"]["parts"] == [
        {"invoiceNumber": invoice.number, "amount": {"cents": 2_700}}
    ]
    http.request("POST", begun["payment"]["checkoutUrl"], data={"how": "card"})

    done = api.read(RESUME, input={"paymentId": begun["payment"]["id"]})["resumePayment"]

    assert (done["payment"]["state"], done["payment"]["checkoutUrl"]) == ("PAID", None)
    (seen,) = api.read(READ)["viewer"]["payments"]["nodes"]
    assert (seen["id"], seen["state"]) == (begun["payment"]["id"], "PAID")
    due = api.read(
        "query($id: ID!) { invoice(id: $id) { due { cents } } }", id=str(invoice.public_id)
    )
    assert due["invoice"]["due"]["cents"] == 0


def test_the_documents_open_where_the_api_says_and_to_whom_they_belong(
    api: Any, invoice: Invoice
) -> None:
    begun = pay(api, invoice)["payment"]
    question = "query($id: ID!) { payment(id: $id) { receiptUrl } }"
    assert api.read(question, id=begun["id"])["payment"] == {"receiptUrl": None}
    http.request("POST", begun["checkoutUrl"], data={"how": "card"})
    api.read(RESUME, input={"paymentId": begun["id"]})

    receipt = api.read(question, id=begun["id"])["payment"]["receiptUrl"]
    billed = api.read(
        "query($id: ID!) { invoice(id: $id) { documentUrl } }", id=str(invoice.public_id)
    )["invoice"]["documentUrl"]

    for url in (receipt, billed):
        assert url.startswith("http://hauts-de-seine.socle.test/")
        opened = api.get(url)
        assert (opened.status_code, opened["Content-Type"]) == (200, "application/pdf")
    api.sign_in(make_account(make_family().guardians[0]))
    assert [api.get(url).status_code for url in (receipt, billed)] == [404, 404]


def test_what_was_given_back_is_read_beside_the_payment(api: Any, invoice: Invoice) -> None:
    begun = pay(api, invoice)["payment"]
    http.request("POST", begun["checkoutUrl"], data={"how": "card"})
    api.read(RESUME, input={"paymentId": begun["id"]})
    assert api.read(REFUNDS)["viewer"]["payments"]["nodes"] == [{"refunds": []}]
    asked = operations.ask_refund(
        part=PaymentPart.objects.select_related("payment").get(), amount_cents=1_000,
        reason="Repas annulés", actor=Actor("user", "michel"), at=timezone.now(),
    )  # fmt: skip
    operations.approve_refund(refund=asked, actor=Actor("user", "nadia"), at=timezone.now())
    assert api.read(REFUNDS)["viewer"]["payments"]["nodes"] == [{"refunds": []}]  # not gone yet

    send_refund(OutboxEvent.objects.get(name="billing.refund.approved"))

    ((refund,),) = (one["refunds"] for one in api.read(REFUNDS)["viewer"]["payments"]["nodes"])
    assert refund == {"invoiceNumber": invoice.number, "amount": {"cents": 1_000}}


def test_a_part_is_paid_then_the_rest(api: Any, invoice: Invoice) -> None:
    first = pay(api, invoice, amountCents=1_000)["payment"]
    http.request("POST", first["checkoutUrl"], data={"how": "card"})
    api.read(RESUME, input={"paymentId": first["id"]})

    rest = pay(api, invoice)["payment"]

    assert (first["amount"]["cents"], rest["amount"]["cents"]) == (1_000, 1_700)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"amountCents": 2_701}, "PAYMENT_MORE_THAN_DUE"),
        ({"amountCents": 0}, "PAYMENT_NOTHING_TO_PAY"),
        ({"amountCents": -5}, "PAYMENT_NOTHING_TO_PAY"),
        ({"amountCents": 49}, "PAYMENT_AMOUNT_BEYOND_LIMITS"),
        ({"invoiceId": str(uuid.uuid4())}, "NOT_FOUND"),
    ],
)
def test_what_cannot_be_paid_is_refused_in_words(
    api: Any, invoice: Invoice, more: dict[str, Any], code: str
) -> None:
    refused = pay(api, invoice, **more)

    assert refused["payment"] is None
    ((found),) = refused["errors"]
    assert (found["code"], found["path"]) == (code, ["input", "invoices"])
    assert found["message"].endswith((".", "\u00a0!")) or found["message"]
    assert not Payment.objects.exists()


def test_the_same_invoice_twice_is_refused(api: Any, invoice: Invoice) -> None:
    one = {"invoiceId": str(invoice.public_id)}

    refused = api.read(PAY, input={"invoices": [one, one]})["payInvoices"]

    assert [error["code"] for error in refused["errors"]] == ["PAYMENT_NOTHING_TO_PAY"]


def test_a_payment_given_up_frees_the_invoice(api: Any, invoice: Invoice) -> None:
    begun = pay(api, invoice)["payment"]
    again = pay(api, invoice)
    assert [error["code"] for error in again["errors"]] == ["PAYMENT_UNDER_WAY"]

    left = api.read(LEAVE, input={"paymentId": begun["id"]})["leavePayment"]["payment"]

    assert left["state"] == "EXPIRED"
    assert pay(api, invoice)["payment"]["state"] == "OPEN"


def test_without_an_answer_the_payment_waits_for_its_page(
    api: Any, invoice: Invoice, settings: Any, bank: str
) -> None:
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    begun = pay(api, invoice)["payment"]
    assert (begun["state"], begun["checkoutUrl"]) == ("CREATED", None)

    settings.STRIPE_API_BASE = bank
    resumed = api.read(RESUME, input={"paymentId": begun["id"]})["resumePayment"]["payment"]

    assert resumed["state"] == "OPEN"
    assert resumed["checkoutUrl"].startswith(bank)
