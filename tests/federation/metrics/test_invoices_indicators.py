"""What is counted of invoices, payments and what families say of them, by hand."""

from __future__ import annotations

import datetime

import pytest

from billing.invoicing import operations as invoicing
from billing.invoicing.crediting import LineCredit
from billing.invoicing.models import Invoice
from billing.payments import operations as payments
from billing.payments.models import Payment, PaymentPart, Refund
from billing.tariffs import operations as tariffs
from billing.tariffs.models import PriceDecision
from commons.actors import Actor
from tests.factories.canteen import make_college, make_enrolment, make_family
from tests.factories.invoicing import issue, make_regie, prepare
from tests.factories.metrics import OCTOBER, SEPTEMBER, figures, units
from tests.factories.payments import make_merchant, paid
from tests.factories.tariffs import ACTOR, make_resources, make_version

pytestmark = pytest.mark.usefixtures("tenant_db")
NOON = datetime.time(12, tzinfo=datetime.UTC)
NADIA = Actor("user", "nadia")


def on(day: str) -> datetime.datetime:
    return datetime.datetime.combine(datetime.date.fromisoformat(day), NOON)


def invoices() -> list[Invoice]:
    """Three invoices of September 2024, of 27.00 each, issued on 2 October and due on 1 November.

    Two are of 0920001A, one of 0920002B; both collèges are in Nanterre.
    """
    make_version("92")
    here, there = make_college(uai="0920001A"), make_college(uai="0920002B")
    for college in (here, here, there):
        family = make_family(college=college)
        make_resources(family.household)
        make_enrolment(family)
    regie = make_regie()
    made = issue(prepare(regie))
    make_merchant(regie)
    order = {one.payer_id: one for one in made}
    return [order[payer] for payer in sorted(order)]


def test_what_is_paid_of_what_is_billed():
    first, second, _third = invoices()
    paid((first, 27_00), at=on("2024-10-12"))
    paid((second, 7_00), at=on("2024-10-12"))

    told = figures("collection-rate", SEPTEMBER)
    assert told["0920001A"] == (34_00, 54_00)
    assert told["0920002B"] == (0, 27_00)
    assert told["COM-NANTERRE"] == (34_00, 81_00)
    assert told["TOTAL"] == (34_00, 81_00)
    assert units("collection-rate", SEPTEMBER)["TOTAL"] == (2, 3)


def test_a_credit_note_after_the_month_lowers_what_is_to_be_paid():
    first, *_others = invoices()
    credited(first, cents=7_00)

    assert figures("collection-rate", SEPTEMBER)["0920001A"] == (0, 47_00)


def credited(invoice: Invoice, *, cents: int) -> None:
    invoicing.credit_invoice(
        invoice=invoice,
        lines=[LineCredit(invoice.lines.get(), cents=cents)],
        reason="Erreur",
        actor=ACTOR,
        at=on("2024-10-20"),
    )


def test_days_between_an_invoice_and_its_payment():
    first, second, third = invoices()
    paid((first, 27_00), at=on("2024-10-12"))  # ten days
    paid((second, 7_00), at=on("2024-10-12"))  # not whole
    paid((third, 20_00), at=on("2024-10-03"))
    paid((third, 7_00), at=on("2024-10-05"))  # three days

    told = figures("collection-delay", SEPTEMBER)
    assert told["0920001A"] == (10 * 24, 1)
    assert told["0920002B"] == (3 * 24, 1)
    assert told["TOTAL"] == (13 * 24, 2)


def test_invoices_that_are_paid_late_or_not():
    first, second, _third = invoices()
    paid((first, 27_00), at=on("2024-11-01"))  # the day it is due
    paid((second, 27_00), at=on("2024-11-02"))

    told = figures("overdue-invoices", SEPTEMBER)
    assert told["0920001A"] == (1, 2)
    assert told["0920002B"] == (1, 1)
    assert told["TOTAL"] == (2, 3)


def test_invoices_that_a_credit_note_corrected():
    first, *_others = invoices()
    credited(first, cents=3_00)

    told = figures("corrected-invoices", SEPTEMBER)
    assert told["0920001A"] == (1, 2)
    assert told["0920002B"] == (0, 1)
    assert told["TOTAL"] == (1, 3)


def test_invoices_that_a_payer_disputes_and_how_long_an_answer_takes():
    first, *_others = invoices()
    line = first.lines.get()
    dispute = invoicing.dispute_line(
        line=line, text="Mon fils était malade.", actor=ACTOR, at=on("2024-10-10")
    )
    invoicing.refuse_dispute(
        dispute=dispute, answer="Le repas a été servi.", actor=ACTOR, at=on("2024-10-12")
    )

    assert figures("disputed-invoices", SEPTEMBER)["0920001A"] == (1, 2)
    assert figures("disputed-invoices", SEPTEMBER)["TOTAL"] == (1, 3)
    assert figures("disputes-response-time", OCTOBER) == {"": (48, 1)}
    assert figures("disputes-response-time", SEPTEMBER) == {}


def test_pupils_whose_price_is_contested():
    invoices()
    decision = PriceDecision.objects.order_by("pk")[0]
    tariffs.contest_price(
        decision=decision,
        guardian=decision.pupil.guardianships.get().guardian,
        text="Le quotient a changé.",
        actor=ACTOR,
        at=on("2024-10-10"),
    )

    told = figures("price-contests", OCTOBER)
    assert told["OTHER"] == (1, 3)
    assert told["TOTAL"] == (1, 3)
    assert figures("price-contests", SEPTEMBER)["TOTAL"] == (0, 3)


def test_what_is_given_back():
    first, *_others = invoices()
    paid((first, 27_00), at=on("2024-10-12"))
    refund = payments.ask_refund(
        part=PaymentPart.objects.select_related("payment").get(),
        amount_cents=5_00,
        reason="Repas annulés",
        actor=ACTOR,
        at=on("2024-10-20"),
    )
    payments.approve_refund(refund=refund, actor=NADIA, at=on("2024-10-21"))
    assert figures("refunds", OCTOBER) == {}

    Refund.objects.update(state=Refund.State.DONE, settled_at=on("2024-10-22"))

    assert figures("refunds", OCTOBER) == {"": (5_00,)}
    assert figures("collection-rate", SEPTEMBER)["0920001A"] == (22_00, 54_00)


def test_payments_by_direct_debit():
    first, second, _third = invoices()
    paid((first, 27_00), at=on("2024-10-12"))
    paid((second, 27_00), at=on("2024-10-12"))
    debit = Payment.objects.order_by("pk")[0]
    Payment.objects.filter(pk=debit.pk).update(method=Payment.Method.DIRECT_DEBIT)

    assert figures("direct-debit-share", OCTOBER) == {"": (1, 2)}
    assert figures("direct-debit-share", SEPTEMBER) == {}
