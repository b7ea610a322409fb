"""Correcting an issued month: what was missing is billed, what was too much is given back, once."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from billing.canteen import operations as canteen
from billing.invoicing import operations, queries
from billing.invoicing.models import (
    Anomaly,
    BillingRun,
    CreditNote,
    DraftCreditNote,
    DraftInvoice,
    Invoice,
)
from billing.invoicing.operations import LineCredit
from billing.ledger import queries as ledger
from billing.ledger.models import Transfer
from billing.tariffs import operations as tariffs
from billing.tariffs.issued_months import AlreadyBilled
from commons.models import OutboxEvent
from tests.factories.canteen import Family
from tests.factories.invoicing import DUE_ON, ISSUE_AT, issue, make_billed_family, prepare
from tests.factories.ledger import make_account, move
from tests.factories.payments import make_merchant, start
from tests.factories.tariffs import ACTOR, make_resources

pytestmark = pytest.mark.usefixtures("tenant_db")
LATER = ISSUE_AT + datetime.timedelta(days=8)
SECOND, FIFTH = datetime.date(2024, 9, 2), datetime.date(2024, 9, 5)


def september() -> BillingRun:
    return BillingRun.objects.get(corrects=None)


def correct(run: BillingRun | None = None, *, reason: str = "Absences tardives") -> BillingRun:
    return operations.prepare_correction(
        run=run or september(), reason=reason, actor=ACTOR, at=LATER
    )


def issue_correction(run: BillingRun | None = None) -> operations.IssuedRun:
    correction = run or correct()
    operations.review_run(run=correction, actor=ACTOR, at=LATER)
    for anomaly in correction.anomalies.filter(severity=Anomaly.Severity.BLOCKING):
        operations.answer_anomaly(anomaly=anomaly, answer="Vu.", actor=ACTOR, at=LATER)
    return operations.issue_run(run=correction, due_on=DUE_ON, actor=ACTOR, at=LATER)


def excuse(family: Family, *days: datetime.date) -> None:
    canteen.excuse_absences(
        enrolment=family.pupil.enrolments.get(),
        days=days or [FIFTH],
        reason="Certificat médical",
        actor=ACTOR,
        at=LATER,
    )


def price(family: Family, cents: int, since: datetime.date = SECOND) -> None:
    """Another tax notice, found afterwards: quotient × 0.005 is the price."""
    make_resources(
        family.household,
        valid_from=since,
        reference_tax_income_cents=cents * 2 * 30 * 100,
        tax_parts=Decimal("2.5"),
    )
    tariffs.decide_price(
        pupil=family.pupil,
        service="HALF_BOARD",
        valid_from=since,
        actor=ACTOR,
        at=LATER,
        correcting=True,
    )


def due(invoice: Invoice) -> int:
    return queries.due_cents(Invoice.objects.select_related("ledger_account").get(pk=invoice.pk))


@pytest.fixture
def family() -> Family:
    """Nine meals at 3.00 euros in September, issued."""
    made = make_billed_family()
    issue(prepare())
    return made


@pytest.fixture
def invoice(family: Family) -> Invoice:
    return Invoice.objects.get()


def test_nothing_new_is_nothing_to_correct(family):
    correction = correct()

    assert correction.counts["invoices"] == correction.counts["credits"] == 0
    with pytest.raises(operations.NothingToIssue):
        issue_correction(correction)


def test_an_absence_told_too_late_is_given_back(family, invoice):
    excuse(family)

    issued = issue_correction()

    note = CreditNote.objects.get()
    (line,) = note.lines.all()
    assert (issued.credits, issued.credit_cents, issued.invoices) == (1, 300, 0)
    assert (note.kind, note.reason, note.number) == (
        "ADJUSTMENT",
        "Absences tardives",
        "AV-2024-000001",
    )
    assert (line.quantity, line.amount_cents, line.days) == (1, 300, [FIFTH])
    assert (due(invoice), ledger.trial_balance().is_balanced) == (2_400, True)
    assert OutboxEvent.objects.filter(name="billing.credit_note.issued").count() == 1


def test_a_meal_nobody_billed_is_billed_besides(family, invoice):
    canteen.add_meal(
        enrolment=family.pupil.enrolments.get(),
        day=datetime.date(2024, 9, 3),
        actor=ACTOR,
        at=LATER,
        by_agent=True,
        correcting=True,
    )

    issued = issue_correction()

    other = Invoice.objects.exclude(pk=invoice.pk).get()
    (line,) = other.lines.all()
    assert (issued.invoices, issued.total_cents, issued.credits) == (1, 300, 0)
    assert (other.number, other.total_cents, other.month) == ("2024-000002", 300, invoice.month)
    assert (line.quantity, line.unit_price_cents, line.already_billed_cents) == (10, 300, 2_700)
    assert (due(other), due(invoice)) == (300, 2_700)
    assert OutboxEvent.objects.filter(name="billing.invoice.issued").count() == 2


@pytest.mark.parametrize(
    ("cents", "billed", "credited"), [(345, 405, 0), (250, 0, 450), (300, 0, 0)]
)
def test_a_price_corrected_is_billed_or_given_back(family, invoice, cents, billed, credited):
    price(family, cents)
    correction = correct()

    assert (correction.counts["total_cents"], correction.counts["credit_cents"]) == (
        billed,
        credited,
    )
    if billed or credited:
        issue_correction(correction)
        total = due(invoice) + sum(due(other) for other in Invoice.objects.exclude(pk=invoice.pk))
        assert total == 9 * cents


def test_two_parents_are_corrected_to_the_cent():
    family = make_billed_family(guardians=2)
    price(family, 301)
    first = issue(prepare())
    excuse(family, FIFTH)

    issue_correction()

    assert sum(invoice.total_cents for invoice in first) == 9 * 301
    assert sum(due(invoice) for invoice in first) == 8 * 301
    excuse(family, SECOND)
    issue_correction()
    assert sum(due(invoice) for invoice in first) == 7 * 301


def test_corrections_follow_each_other_and_each_counts_the_others(family, invoice):
    excuse(family)
    issue_correction()
    price(family, 345)
    issue_correction()

    assert sum(due(found) for found in Invoice.objects.all()) == 8 * 345
    assert correct().counts["total_cents"] == correct().counts["credit_cents"] == 0


def test_the_same_correction_is_issued_once(family):
    excuse(family)
    correction = correct()
    issue_correction(correction)
    before = Transfer.objects.count()

    with pytest.raises(operations.RunAlreadyIssued):
        operations.issue_run(run=correction, due_on=DUE_ON, actor=ACTOR, at=LATER)

    assert (Transfer.objects.count(), CreditNote.objects.count()) == (before, 1)


def test_preparing_again_replaces_the_drafts(family):
    excuse(family)
    first = correct()
    excuse(family, SECOND)

    again = correct(first, reason="Deux absences")

    assert (again.pk, again.reason, again.counts["credit_cents"]) == (
        first.pk,
        "Deux absences",
        600,
    )
    assert DraftCreditNote.objects.get().total_cents == 600
    assert not DraftInvoice.objects.filter(run=again).exists()


def test_drafts_that_no_longer_say_what_the_month_says_are_not_issued(family):
    excuse(family)
    correction = operations.review_run(run=correct(), actor=ACTOR, at=LATER)
    excuse(family, SECOND)

    with pytest.raises(operations.RunOutOfDate):
        operations.issue_run(run=correction, due_on=DUE_ON, actor=ACTOR, at=LATER)
    assert not CreditNote.objects.exists()


def test_a_credit_note_made_meanwhile_is_seen(family, invoice):
    excuse(family)
    correction = operations.review_run(run=correct(), actor=ACTOR, at=LATER)
    operations.cancel_invoice(invoice=invoice, reason="Erreur", actor=ACTOR, at=LATER)

    with pytest.raises(operations.RunOutOfDate):
        operations.issue_run(run=correction, due_on=DUE_ON, actor=ACTOR, at=LATER)


def _by_hand(invoice: Invoice, meals: int) -> None:
    operations.credit_invoice(
        invoice=invoice,
        lines=[LineCredit(invoice.lines.get(), meals=meals)],
        reason="Réclamation",
        actor=ACTOR,
        at=LATER,
    )


def test_what_was_credited_by_hand_is_not_billed_again(family, invoice):
    _by_hand(invoice, 2)

    assert correct().counts["total_cents"] == 0


def test_what_was_credited_by_hand_counts_when_the_fact_comes(family, invoice):
    """Two meals by hand, then the absence of three is told: one is left to give back."""
    _by_hand(invoice, 2)
    excuse(family, SECOND, FIFTH, datetime.date(2024, 9, 9))

    issue_correction()

    assert due(invoice) == 6 * 300


def test_a_cancelled_invoice_is_billed_again_and_asked_about(family, invoice):
    operations.cancel_invoice(invoice=invoice, reason="Mauvais prix", actor=ACTOR, at=LATER)
    price(family, 250)
    correction = operations.review_run(run=correct(), actor=ACTOR, at=LATER)

    anomaly = correction.anomalies.get()
    assert (anomaly.code, anomaly.details) == (
        "billed_again",
        {"total_cents": 2_250, "numbers": [invoice.number]},
    )
    with pytest.raises(operations.AnomaliesUnanswered):
        operations.issue_run(run=correction, due_on=DUE_ON, actor=ACTOR, at=LATER)
    issue_correction(correction)
    assert Invoice.objects.exclude(pk=invoice.pk).get().total_cents == 2_250


def test_what_was_paid_is_owed_back(family, invoice):
    move(make_account(), invoice.ledger_account, 2_700)
    excuse(family)

    issue_correction()

    assert (due(invoice), queries.over_paid_cents(invoice)) == (0, 300)


def test_a_payment_under_way_leaves_its_credit_note_for_the_next(family, invoice):
    make_merchant(invoice.regie)
    start((invoice, 2_700))
    excuse(family)

    issued = issue_correction()

    assert (issued.credits, issued.left_out) == (0, 1)
    assert (due(invoice), CreditNote.objects.count()) == (2_700, 0)
    assert correct().counts["credit_cents"] == 300


def test_what_cannot_be_corrected_is_refused(family):
    with pytest.raises(operations.CorrectionReasonMissing):
        correct(reason=" ")
    october = prepare(month=datetime.date(2024, 10, 1), at=LATER)
    with pytest.raises(operations.RunNotIssued):
        correct(october)
    assert not BillingRun.objects.exclude(corrects=None).exists()


def test_the_month_stays_closed_and_its_first_run_alone(family):
    excuse(family)
    issue_correction()

    with pytest.raises(operations.RunAlreadyIssued):
        prepare(at=LATER)
    with pytest.raises(AlreadyBilled):
        canteen.cancel_meals(
            enrolment=family.pupil.enrolments.get(), days=[SECOND], actor=ACTOR, at=LATER
        )
    first = september()
    with pytest.raises(IntegrityError, match="one_run_per_month"), transaction.atomic():
        BillingRun.objects.create(
            regie=first.regie, month=first.month, state="PREPARED", prepared_at=LATER
        )


def test_one_correction_waits_at_a_time(family):
    first = correct()

    with pytest.raises(IntegrityError, match="one_correction_at_a_time"), transaction.atomic():
        BillingRun.objects.create(
            regie=first.regie,
            month=first.month,
            corrects=first.corrects,
            reason="Encore",
            state="PREPARED",
            prepared_at=LATER,
        )
