"""Posting: what moves, what is refused, what a replay does."""

from __future__ import annotations

import datetime
import logging

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.ledger import operations, queries
from billing.ledger.models import Account, Transfer
from billing.ledger.operations import TransferRequest
from commons import outbox
from commons.models import AuditEntry, OutboxEvent
from socle import tasks
from tests.factories.ledger import ACTOR, AT, make_account, make_wallet, move


def balances(account: Account) -> tuple[int, int, int, int]:
    found = queries.balance(account_id=account.pk)
    return (found.debits_pending, found.debits_posted, found.credits_pending, found.credits_posted)


def test_a_transfer_moves_both_accounts(tenant_db):
    source, target = make_account(), make_account()

    transfer = move(source, target, 1240)

    assert balances(source) == (0, 1240, 0, 0)
    assert balances(target) == (0, 0, 0, 1240)
    assert list(queries.statement(account_id=source.pk)) == [transfer]


def test_a_wallet_cannot_be_overdrawn_by_one_cent(tenant_db):
    wallet, club = make_wallet(8000), make_account()

    with pytest.raises(operations.InsufficientBalance):
        move(wallet, club, 8001)
    assert balances(wallet) == (0, 0, 0, 8000)
    assert balances(club) == (0, 0, 0, 0)

    move(wallet, club, 8000)
    assert queries.balance(account_id=wallet.pk).available_cents == 0


def test_an_invoice_cannot_be_paid_beyond_what_is_owed(tenant_db):
    invoice = make_account(credits_must_not_exceed_debits=True)
    revenue, bank = make_account(), make_account()
    move(invoice, revenue, 3920)

    with pytest.raises(operations.InsufficientBalance):
        move(bank, invoice, 3921)
    move(bank, invoice, 3920)

    assert queries.balance(account_id=invoice.pk).owed_cents == 0


def test_a_replay_returns_the_first_transfer_and_moves_nothing(tenant_db):
    source, target = make_account(), make_account()
    first = move(source, target, 100, reference="invoice:1")

    assert move(source, target, 100, reference="invoice:1") == first
    assert balances(target) == (0, 0, 0, 100)
    assert Transfer.objects.count() == 1


@pytest.mark.parametrize("change", ["amount", "debit", "credit", "code"])
def test_a_reference_reused_for_something_else_is_refused(tenant_db, change):
    source, target, other = make_account(), make_account(), make_account()
    move(source, target, 100, reference="invoice:1")
    request = TransferRequest(
        debit_account_id=(other if change == "debit" else source).pk,
        credit_account_id=(other if change == "credit" else target).pk,
        amount_cents=101 if change == "amount" else 100,
        code="changed" if change == "code" else "test",
        reference="invoice:1",
    )

    with pytest.raises(operations.ReferenceReused):
        operations.post(transfers=[request], actor=ACTOR, at=AT)

    assert Transfer.objects.count() == 1
    assert queries.trial_balance().debits_posted == 100


def test_a_batch_is_posted_whole_or_not_at_all(tenant_db):
    wallet, club = make_wallet(100), make_account()
    requests = [
        TransferRequest(
            debit_account_id=wallet.pk,
            credit_account_id=club.pk,
            amount_cents=60,
            code="ticket",
            reference=f"ticket:{number}",
        )
        for number in (1, 2)
    ]

    with pytest.raises(operations.InsufficientBalance):
        operations.post(transfers=requests, actor=ACTOR, at=AT)

    assert balances(wallet) == (0, 0, 0, 100)
    assert Transfer.objects.filter(code="ticket").count() == 0


def test_an_unknown_account_is_refused(tenant_db):
    source = make_account()
    request = TransferRequest(
        debit_account_id=source.pk,
        credit_account_id=10**12,
        amount_cents=1,
        code="test",
        reference="x",
    )
    with pytest.raises(operations.UnknownAccount):
        operations.post(transfers=[request], actor=ACTOR, at=AT)
    assert balances(source) == (0, 0, 0, 0)


def test_a_closed_account_takes_nothing_new(tenant_db):
    source, target = make_account(), make_account()
    operations.close_account(account_id=target.pk, actor=ACTOR, at=AT)
    operations.close_account(account_id=target.pk, actor=ACTOR, at=AT)

    with pytest.raises(operations.AccountClosed):
        move(source, target, 1)
    assert Transfer.objects.count() == 0
    assert AuditEntry.objects.filter(action="ledger.account.closed").count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"amount_cents": 0, "debit_account_id": 1, "credit_account_id": 2},
        {"amount_cents": -1, "debit_account_id": 1, "credit_account_id": 2},
        {"amount_cents": 1, "debit_account_id": 1, "credit_account_id": 1},
        {"amount_cents": 1, "debit_account_id": 1},
        {"kind": operations.TransferKind.VOID_PENDING},
    ],
)
def test_a_request_that_means_nothing_cannot_be_made(fields):
    with pytest.raises(ValueError, match=r"amount|movement|resolution"):
        TransferRequest(code="test", reference="x", **fields)


def test_no_transfers_is_nothing_to_do(tenant_db):
    assert operations.post(transfers=[], actor=ACTOR, at=AT) == []
    with pytest.raises(ValueError, match="differ"):
        source, target = make_account(), make_account()
        same = TransferRequest(
            debit_account_id=source.pk,
            credit_account_id=target.pk,
            amount_cents=1,
            code="test",
            reference="x",
        )
        operations.post(transfers=[same, same], actor=ACTOR, at=AT)


def test_opening_an_account_again_returns_it_unless_its_rules_differ(tenant_db):
    first = operations.open_account(code="regie:1", kind=operations.AccountKind.REVENUE)
    assert operations.open_account(code="regie:1", kind=operations.AccountKind.REVENUE) == first
    with pytest.raises(operations.ReferenceReused):
        operations.open_account(code="regie:1", kind=operations.AccountKind.WALLET)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_transfer SET amount_cents = 1",
        "DELETE FROM ledger_transfer",
        "TRUNCATE ledger_transfer",
        "UPDATE ledger_account SET debits_must_not_exceed_credits = false",
        "UPDATE ledger_account SET code = 'x'",
        "DELETE FROM ledger_account",
        "SELECT * FROM ledger_transfer FOR UPDATE",
    ],
)
def test_the_database_keeps_the_books_append_only(tenant_db, statement):
    move(make_account(), make_account(), 100)
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Transfer.objects.get().amount_cents == 100


def test_reconciliation_finds_a_balance_that_was_tampered_with(tenant_db):
    source, target = make_account(), make_account()
    move(source, target, 100)
    assert operations.check_ledger(actor=ACTOR, at=AT) == []

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_account SET credits_posted = credits_posted + 7 WHERE id = %s",
            [target.pk],
        )
    (difference,) = operations.check_ledger(actor=ACTOR, at=AT)

    assert (difference.account_id, difference.credits_posted) == (target.pk, 7)
    assert not queries.trial_balance().is_balanced
    assert OutboxEvent.objects.get().name == "billing.ledger.differs"
    checks = AuditEntry.objects.filter(action="ledger.checked").order_by("pk")
    assert [entry.details["differing_accounts"] for entry in checks] == [0, 1]


def test_a_broken_resolution_alone_makes_the_books_unclean_and_is_counted(tenant_db, caplog):
    """Balances and transfers agree; the capture is of another hold's amount."""
    wallet, club = make_wallet(8000), make_account()
    held = operations.hold(
        debit_account_id=wallet.pk,
        credit_account_id=club.pk,
        amount_cents=600,
        timeout_at=None,
        code="ticket",
        reference="ticket:1",
        actor=ACTOR,
        at=AT,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO ledger_transfer (public_id, kind, debit_account_id, credit_account_id,
                   amount_cents, pending_id, held_cents, code, reference, booked_at, actor_kind, actor_id)
               VALUES (gen_random_uuid(), 'POST_PENDING', %s, %s, 500, %s, 500, 'x', 'typed', %s,
                       'x', 'x')""",
            [wallet.pk, club.pk, held.pk, AT],
        )
        for column, account in (("debits", wallet), ("credits", club)):
            cursor.execute(
                f"UPDATE ledger_account SET {column}_pending = {column}_pending - 500,"
                f" {column}_posted = {column}_posted + 500 WHERE id = %s",
                [account.pk],
            )

    assert operations.check_ledger(actor=ACTOR, at=AT) == []

    assert AuditEntry.objects.get(action="ledger.checked").details["is_clean"] is False
    assert tasks.check_ledger_of_tenant.run(tenant="d92") == 1
    with caplog.at_level(logging.ERROR, logger="billing.ledger"):
        assert outbox.deliver_pending(at=AT + datetime.timedelta(days=36_500)).delivered == 2
    assert [record.message for record in caplog.records] == ["ledger differs"] * 2
    assert caplog.records[0].broken_resolutions == 1


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["post", "hold", "capture", "part", "release", "expire", "replay"]),
        st.integers(0, 2),
        st.integers(0, 2),
        st.integers(1, 500),
    ),
    max_size=25,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moves=MOVES)
def test_the_books_always_balance(tenant_db, moves):
    """Whatever is done, in whatever order: debits equal credits, and balances equal transfers."""
    accounts = [make_wallet(300), make_account(), make_account(credits_must_not_exceed_debits=True)]
    holds: list[int] = []
    start = Transfer.objects.count()
    for number, (act, debit, credit, cents) in enumerate(moves):
        reference = f"{accounts[0].pk}-{number}"
        try:
            if act in ("post", "replay") and debit != credit:
                move(accounts[debit], accounts[credit], cents, reference=reference)
                if act == "replay":
                    move(accounts[debit], accounts[credit], cents, reference=reference)
            elif act == "hold" and debit != credit:
                held = operations.hold(
                    debit_account_id=accounts[debit].pk,
                    credit_account_id=accounts[credit].pk,
                    amount_cents=cents,
                    timeout_at=AT + datetime.timedelta(days=cents % 3),
                    code="test",
                    reference=reference,
                    actor=ACTOR,
                    at=AT,
                )
                holds.append(held.pk)
            elif act in ("capture", "part") and holds:
                operations.capture(
                    pending_id=holds[cents % len(holds)],
                    amount_cents=cents if act == "part" else None,
                    reference=reference,
                    actor=ACTOR,
                    at=AT,
                )
            elif act == "release" and holds:
                operations.release(
                    pending_id=holds[cents % len(holds)], reference=reference, actor=ACTOR, at=AT
                )
            elif act == "expire":
                operations.expire_pending(actor=ACTOR, at=AT + datetime.timedelta(days=cents % 3))
        except operations.DomainError:
            pass
        assert queries.trial_balance().is_balanced
    assert operations.check_ledger(actor=ACTOR, at=AT) == []
    assert Transfer.objects.count() >= start
    assert queries.balance(account_id=accounts[0].pk).available_cents >= 0
