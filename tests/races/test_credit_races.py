"""Credit notes that meet: two on one line, one and a payment of the same cents."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from billing.invoicing import crediting, disputing, operations, queries
from billing.invoicing.models import CreditNote, Invoice
from billing.ledger import queries as ledger
from billing.ledger.models import Account
from billing.payments import operations as payments
from tests.factories.ledger import make_account, move
from tests.factories.payments import make_invoice, make_merchant, start
from tests.factories.tariffs import ACTOR
from tests.threads import run_in_threads, until_somebody_waits_for_us

pytestmark = pytest.mark.usefixtures("committed_tenant_db")
AT = datetime.datetime(2024, 10, 7, 10, tzinfo=datetime.UTC)


@pytest.fixture
def invoice() -> Invoice:
    """27.00 euros: nine meals at 3.00."""
    return make_invoice()


def credit(invoice: Invoice, cents: int = 2_000) -> Callable[[], str]:
    def act() -> str:
        try:
            operations.credit_invoice(
                invoice=Invoice.objects.select_related("regie").get(pk=invoice.pk),
                lines=[operations.LineCredit(invoice.lines.get(), cents=cents)],
                reason="Absence",
                actor=ACTOR,
                at=AT,
            )
        except operations.MoreThanBilled:
            return "refused"
        except IntegrityError:
            return "refused by the database"
        return "credited"

    return act


def _credit_twice_at_once(
    invoice: Invoice, monkeypatch: pytest.MonkeyPatch, wait: Callable[[], None]
) -> list[Any]:
    """The second asks while the first has read what is left, and has not written."""
    entry_of = crediting._entry
    is_in, turns = threading.Event(), threading.Lock()

    def slowly(*args: Any) -> Any:
        found = entry_of(*args)
        with turns:
            is_first = not is_in.is_set()
            is_in.set()
        if is_first:
            wait()
        return found

    def second() -> str:
        assert is_in.wait(20)
        return credit(invoice)()

    monkeypatch.setattr(crediting, "_entry", slowly)
    return run_in_threads([credit(invoice), second])


def test_two_credit_notes_at_once_credit_a_line_once(invoice, monkeypatch):
    results = _credit_twice_at_once(invoice, monkeypatch, until_somebody_waits_for_us)

    assert results == ["credited", "refused"]
    assert CreditNote.objects.get().total_cents == 2_000
    assert ledger.balance(account_id=invoice.ledger_account_id).owed_cents == 700


def _without_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both read what is left before either writes."""
    both, entry_of = threading.Barrier(2), crediting._entry

    def read(*, account_ids: Any) -> dict[int, Account]:
        return Account.objects.in_bulk(account_ids)

    def entry_then_meet(*args: Any) -> Any:
        found = entry_of(*args)
        both.wait(20)
        return found

    monkeypatch.setattr(crediting, "lock_accounts", read)
    monkeypatch.setattr(crediting, "_entry", entry_then_meet)


def test_the_database_stops_the_second_without_the_lock(invoice, monkeypatch):
    """The unique key and the CHECK of the credited cents are a guard of their own."""
    move(make_account(), invoice.ledger_account, 2_700)  # paid: the ledger refuses nothing
    _without_the_lock(monkeypatch)

    results = run_in_threads([credit(invoice), credit(invoice)])

    assert sorted(map(str, results)) == ["credited", "refused by the database"]
    assert CreditNote.objects.get().total_cents == 2_000


def test_a_line_is_credited_twice_without_lock_nor_key(invoice, monkeypatch, owner_cursor):
    """If this fails, the tests above prove nothing."""
    move(make_account(), invoice.ledger_account, 2_700)
    _without_the_lock(monkeypatch)
    table = "d92.invoicing_creditnoteline"
    owner_cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT invoicing_cents_credited_once")
    try:
        results = run_in_threads([credit(invoice), credit(invoice)])
    finally:
        owner_cursor.execute(f"TRUNCATE {table}")
        owner_cursor.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT invoicing_cents_credited_once"
            " UNIQUE (invoice_line_id, credited_before_cents)"
        )

    assert results == ["credited", "credited"]
    assert queries.over_paid_cents(invoice) == 4_000  # of the 27.00 that were paid


def test_a_credit_note_and_a_payment_at_once_take_each_cent_once(invoice, monkeypatch):
    """The payment waits for the credit note, then asks for more than what is left."""
    make_merchant(invoice.regie)
    post = crediting.post
    is_in = threading.Event()

    def slowly(**options: Any) -> Any:
        done = post(**options)
        is_in.set()
        until_somebody_waits_for_us()
        return done

    def pay() -> str:
        assert is_in.wait(20)
        try:
            start((invoice, 2_700), at=timezone.now())
        except (payments.MoreThanDue, payments.PaymentUnderWay):
            return "refused"
        return "begun"

    monkeypatch.setattr(crediting, "post", slowly)

    assert run_in_threads([credit(invoice), pay]) == ["credited", "refused"]
    account = Account.objects.get(pk=invoice.ledger_account_id)
    assert (account.credits_posted, account.credits_pending) == (2_000, 0)


def test_a_payment_first_keeps_its_cents_from_a_credit_note(invoice, monkeypatch):
    """The credit note waits for the payment, then sees what it holds."""
    make_merchant(invoice.regie)
    post = payments.post
    is_in = threading.Event()

    def slowly(**options: Any) -> Any:
        done = post(**options)
        is_in.set()
        until_somebody_waits_for_us()
        return done

    def late() -> str:
        assert is_in.wait(20)
        try:
            return credit(invoice)()
        except operations.CreditOnPaymentUnderWay:
            return "refused: a payment holds them"

    monkeypatch.setattr(payments, "post", slowly)

    def pay() -> str:
        start((invoice, 2_700), at=timezone.now())
        return "begun"

    assert run_in_threads([pay, late]) == ["begun", "refused: a payment holds them"]
    assert not CreditNote.objects.exists()
    assert queries.over_paid_cents(invoice) == 0


def test_a_dispute_accepted_and_refused_at_once_is_one_of_them(invoice, monkeypatch):
    dispute = operations.dispute_line(line=invoice.lines.get(), text="Absent", actor=ACTOR, at=AT)
    credit_lines = disputing.credit_lines
    is_in = threading.Event()

    def slowly(**options: Any) -> Any:
        done = credit_lines(**options)
        is_in.set()
        until_somebody_waits_for_us()
        return done

    def accept() -> str:
        return operations.accept_dispute(
            dispute=dispute, meals=1, answer="Oui", actor=ACTOR, at=AT
        ).state

    def refuse() -> str:
        assert is_in.wait(20)
        try:
            operations.refuse_dispute(dispute=dispute, answer="Non", actor=ACTOR, at=AT)
        except operations.DisputeAlreadyAnswered:
            return "already answered"
        return "refused"

    monkeypatch.setattr(disputing, "credit_lines", slowly)

    assert run_in_threads([accept, refuse]) == ["ACCEPTED", "already answered"]
    assert CreditNote.objects.get().total_cents == 300
