"""Credit notes: what is due falls, what was paid is owed back, and nothing issued changes."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from billing.invoicing import operations, queries
from billing.invoicing.models import CreditNote, CreditNoteLine, Invoice, InvoiceCounter
from billing.invoicing.operations import LineCredit
from billing.ledger import queries as ledger
from billing.ledger.models import Account, Transfer
from commons.models import AuditEntry, OutboxEvent
from tests.factories.canteen import make_enrolment, make_family
from tests.factories.invoicing import ISSUE_AT, issue, make_billed_family, prepare
from tests.factories.ledger import make_account, move
from tests.factories.payments import make_merchant, start
from tests.factories.tariffs import ACTOR, make_resources, make_version

pytestmark = pytest.mark.usefixtures("tenant_db")
LATER = ISSUE_AT + datetime.timedelta(days=5)


def again(invoice: Invoice) -> Invoice:
    return queries.with_credits(Invoice.objects.select_related("ledger_account")).get(pk=invoice.pk)


def due(invoice: Invoice) -> int:
    return queries.due_cents(again(invoice))


def pay(invoice: Invoice, cents: int) -> None:
    move(make_account(), invoice.ledger_account, cents)


def credit(invoice: Invoice, *, meals: int = 0, cents: int = 0, **traits: object) -> CreditNote:
    """Credit the one line of an invoice."""
    line = invoice.lines.get()
    return operations.credit_invoice(
        invoice=invoice,
        lines=[LineCredit(line, meals=meals, cents=cents)],
        **{"reason": "Absence signalée", "actor": ACTOR, "at": LATER, **traits},
    )


def cancel(invoice: Invoice, **traits: object) -> CreditNote:
    given = {"reason": "Mauvais payeur", "actor": ACTOR, "at": LATER, **traits}
    return operations.cancel_invoice(invoice=invoice, **given)


@pytest.fixture
def invoice() -> Invoice:
    """Nine meals at 3.00 euros."""
    make_billed_family()
    (found,) = issue(prepare())
    return found


def test_two_meals_are_taken_off_what_is_due(invoice):
    note = credit(invoice, meals=2)

    assert (note.number, note.total_cents, note.over_paid_cents) == ("AV-2024-000001", 600, 0)
    assert (note.kind, note.reason, note.issued_on) == (
        "CORRECTION",
        "Absence signalée",
        datetime.date(2024, 10, 7),
    )
    (line,) = note.lines.all()
    assert (line.quantity, line.amount_cents, line.credited_before_cents) == (2, 600, 0)
    assert (due(invoice), queries.over_paid_cents(invoice)) == (2_100, 0)
    assert ledger.trial_balance().is_balanced
    assert ledger.reconcile() == []
    assert again(invoice).total_cents == 2_700


def test_cents_are_credited_too_and_the_next_says_what_was_before(invoice):
    credit(invoice, meals=2)
    note = credit(invoice, cents=99)

    (line,) = note.lines.all()
    assert (line.quantity, line.amount_cents, line.credited_before_cents) == (0, 99, 600)
    assert (note.number, due(invoice)) == ("AV-2024-000002", 2_001)
    assert again(invoice).credited_cents == 699


def test_numbers_are_their_own_and_start_again_each_year(invoice):
    assert credit(invoice, cents=1).number == "AV-2024-000001"
    in_january = datetime.datetime(2024, 12, 31, 23, 30, tzinfo=datetime.UTC)
    assert credit(invoice, cents=1, at=in_january).number == "AV-2025-000001"
    assert credit(invoice, cents=1).number == "AV-2024-000002"
    series = dict(InvoiceCounter.objects.values_list("series", "latest_number").order_by("pk")[:2])
    assert series == {"INVOICE": 1, "CREDIT_NOTE": 2}


def test_a_refused_credit_note_takes_no_number(invoice):
    with pytest.raises(operations.MoreThanBilled):
        credit(invoice, cents=2_701)
    assert not InvoiceCounter.objects.filter(series="CREDIT_NOTE", latest_number__gt=0).exists()
    assert credit(invoice, cents=1).number == "AV-2024-000001"


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"meals": 10}, operations.MoreThanBilled),
        ({"cents": 2_701}, operations.MoreThanBilled),
        ({}, operations.NothingToCredit),
        ({"cents": -1}, operations.NothingToCredit),
        ({"meals": 1, "reason": "  "}, operations.CreditReasonMissing),
    ],
)
def test_what_cannot_be_credited_changes_nothing(invoice, asked, error):
    before = Transfer.objects.count()

    with pytest.raises(error):
        credit(invoice, **asked)

    assert (due(invoice), Transfer.objects.count()) == (2_700, before)
    assert not CreditNote.objects.exists()
    assert not OutboxEvent.objects.filter(name="billing.credit_note.issued").exists()


def test_a_line_is_credited_up_to_what_is_left_of_it(invoice):
    credit(invoice, meals=8)

    with pytest.raises(operations.MoreThanBilled) as caught:
        credit(invoice, meals=2)
    assert caught.value.details["left_meals"] == 1
    with pytest.raises(operations.MoreThanBilled):
        credit(invoice, cents=301)
    credit(invoice, cents=300)
    with pytest.raises(operations.MoreThanBilled):
        credit(invoice, cents=1)
    assert due(invoice) == 0


def test_meals_after_money_give_back_no_more_than_was_billed(invoice):
    credit(invoice, cents=100)

    note = credit(invoice, meals=9)

    assert (note.total_cents, due(invoice)) == (2_600, 0)


@pytest.mark.parametrize("price_cents", [301, 645])
@pytest.mark.parametrize("meals", [(1,), (2, 3), (1, 1, 1, 6)])
def test_two_parents_are_credited_the_price_of_the_meals_to_the_cent(price_cents, meals):
    """Each credit of a meal comes to its price, and all of them to the invoices."""
    family = make_family(guardians=2)
    make_version("92")  # 0.005 × the quotient
    make_resources(
        family.household,
        reference_tax_income_cents=price_cents * 2 * 30 * 100,
        tax_parts=Decimal("2.5"),
    )
    make_enrolment(family)
    invoices = issue(prepare())
    assert sum(invoice.total_cents for invoice in invoices) == 9 * price_cents

    for count in meals:
        notes = [credit(invoice, meals=count) for invoice in invoices]
        assert sum(note.total_cents for note in notes) == count * price_cents

    left = sum(due(invoice) for invoice in invoices)
    assert left == (9 - sum(meals)) * price_cents
    assert ledger.trial_balance().is_balanced


def test_what_was_paid_is_owed_back(invoice):
    pay(invoice, 2_700)

    note = credit(invoice, meals=2)

    assert note.over_paid_cents == 600
    assert (due(invoice), queries.over_paid_cents(invoice)) == (0, 600)
    assert ledger.trial_balance().is_balanced
    assert ledger.reconcile() == []


def test_what_was_paid_in_part_is_owed_back_in_part(invoice):
    pay(invoice, 1_000)

    note = cancel(invoice)

    assert (note.total_cents, note.over_paid_cents) == (2_700, 1_000)
    assert (due(invoice), queries.over_paid_cents(invoice)) == (0, 1_000)


def test_what_is_owed_back_adds_up_over_credit_notes(invoice):
    pay(invoice, 2_700)
    credit(invoice, meals=1)
    cancel(invoice)

    assert queries.over_paid_cents(invoice) == 2_700
    assert Account.objects.filter(kind="OVER_PAID").count() == 1


def test_an_invoice_is_cancelled_by_a_credit_note_of_all_that_is_left(invoice):
    credit(invoice, cents=99)

    note = cancel(invoice)

    (line,) = note.lines.all()
    assert (note.kind, note.total_cents) == ("CANCELLATION", 2_601)
    assert (line.quantity, line.amount_cents) == (9, 2_601)
    assert (due(invoice), again(invoice).credited_cents) == (0, 2_700)


def test_an_invoice_is_cancelled_once(invoice):
    cancel(invoice)

    with pytest.raises(operations.InvoiceAlreadyCancelled):
        cancel(invoice)
    assert CreditNote.objects.count() == 1


def test_a_payment_under_way_keeps_its_cents(invoice):
    """27.00 asked for, 20.00 held: 7.00 can be credited, and no cent more."""
    make_merchant(invoice.regie)
    start((invoice, 2_000))

    with pytest.raises(operations.CreditOnPaymentUnderWay) as caught:
        credit(invoice, cents=701)
    assert caught.value.details == {
        "invoice": invoice.number,
        "held_cents": 2_000,
        "free_cents": 700,
    }
    with pytest.raises(operations.CreditOnPaymentUnderWay):
        cancel(invoice)
    assert credit(invoice, cents=700).over_paid_cents == 0
    assert due(invoice) == 2_000


def test_it_is_written_down_and_told(invoice):
    note = credit(invoice, meals=1)

    entry = AuditEntry.objects.get(action="billing.credit_note.issued")
    assert (entry.subject_id, entry.details["number"]) == (str(note.public_id), note.number)
    assert (entry.details["total_cents"], entry.details["invoice"]) == (300, invoice.number)
    event = OutboxEvent.objects.get(name="billing.credit_note.issued")
    assert (event.payload, event.aggregate) == (
        {"credit_note_id": note.pk},
        f"invoice:{invoice.pk}",
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE invoicing_creditnote SET total_cents = 1",
        "DELETE FROM invoicing_creditnote",
        "UPDATE invoicing_creditnoteline SET amount_cents = 1",
        "DELETE FROM invoicing_creditnoteline",
    ],
)
def test_the_database_keeps_credit_notes_as_they_were_issued(invoice, statement):
    credit(invoice, meals=1)

    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert CreditNote.objects.get().total_cents == 300


@pytest.mark.parametrize(
    ("before", "cents", "constraint"),
    [
        (0, 1, "invoicing_cents_credited_once"),
        (2_000, 701, "invoicing_credit_within_the_line"),
    ],
)
def test_the_database_itself_credits_no_cent_twice(invoice, before, cents, constraint):
    note = credit(invoice, meals=1)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        CreditNoteLine.objects.create(
            credit_note=note,
            invoice_line=invoice.lines.get(),
            amount_cents=cents,
            credited_before_cents=before,
            line_cents=2_700,
        )


def test_a_line_of_another_invoice_is_refused():
    make_billed_family()
    make_billed_family()
    invoice, other = issue(prepare())

    with pytest.raises(ValueError, match="its own invoice"):
        operations.credit_invoice(
            invoice=invoice,
            lines=[LineCredit(other.lines.get(), meals=1)],
            reason="Absence",
            actor=ACTOR,
            at=LATER,
        )
    assert not CreditNote.objects.exists()
