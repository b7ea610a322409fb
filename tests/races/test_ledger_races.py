"""The ledger's races, in pairs: the guard holds, and the race is real without it.

A guard that is a CHECK or a unique key is shown real on a bare table that lacks it.
"""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable

import psycopg
import pytest
from django.db import OperationalError, connection, transaction

from billing.ledger import booking, operations, queries
from billing.ledger.models import Account, Transfer
from tests.factories.ledger import ACTOR, AT, make_account, make_wallet, move
from tests.threads import run_in_threads

ROUNDS = 60


def outcomes(results: list[object]) -> list[str]:
    """What became of each act, sorted: "done", or the refusal's name."""
    return sorted(
        type(result).__name__ if isinstance(result, BaseException) else "done" for result in results
    )


def test_two_spendings_at_once_cannot_overdraw(committed_tenant_db):
    wallet, club = make_wallet(8000), make_account()
    acts = [lambda n=n: move(wallet, club, 6000, reference=f"ticket:{n}") for n in (1, 2)]

    assert outcomes(run_in_threads(acts)) == ["InsufficientBalance", "done"]
    assert queries.balance(account_id=wallet.pk).available_cents == 2000


def test_the_overdraft_is_real_without_the_check(committed_tenant_db, owner_cursor):
    """Read, then write what was computed: both spend. If this fails, the test above proves nothing."""
    wallet = make_wallet(8000)
    meet = threading.Barrier(2)

    def spend() -> None:
        found = Account.objects.get(pk=wallet.pk)
        if found.credits_posted - found.debits_posted < 6000:
            raise operations.InsufficientBalance
        meet.wait(10)
        Account.objects.filter(pk=wallet.pk).update(debits_posted=found.debits_posted + 6000)

    assert outcomes(run_in_threads([spend, spend])) == ["done", "done"]
    assert queries.balance(account_id=wallet.pk).debits_posted == 6000  # 12 000 were spent


def test_one_reference_at_once_moves_money_once(committed_tenant_db):
    source, target = make_account(), make_account()
    acts = [lambda: move(source, target, 100, reference="invoice:1").pk] * 4

    results = run_in_threads(acts)

    assert len(set(results)) == 1
    assert queries.balance(account_id=target.pk).credits_posted == 100


def test_a_reference_is_used_twice_without_the_unique_key(committed_tenant_db, owner_cursor):
    owner_cursor.execute("CREATE TABLE d92.control (reference text)")
    try:
        owner_cursor.execute("GRANT SELECT, INSERT ON d92.control TO d92")
        meet = threading.Barrier(2)

        def once() -> None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM control WHERE reference = 'x'")
                (known,) = cursor.fetchone()
                meet.wait(10)
                if not known:
                    cursor.execute("INSERT INTO control VALUES ('x') ON CONFLICT DO NOTHING")

        run_in_threads([once, once])
        owner_cursor.execute("SELECT count(*) FROM d92.control")
        assert owner_cursor.fetchone() == (2,)
    finally:
        owner_cursor.execute("DROP TABLE d92.control")


def test_one_hold_is_confirmed_once_by_two_at_once(committed_tenant_db):
    wallet, club = make_wallet(100_000), make_account()
    for number in range(10):
        held = operations.hold(
            debit_account_id=wallet.pk,
            credit_account_id=club.pk,
            amount_cents=700,
            timeout_at=AT + datetime.timedelta(days=1),
            code="ticket",
            reference=f"ticket:{number}",
            actor=ACTOR,
            at=AT,
        )

        def confirm(name: str, pending_id: int = held.pk) -> Callable[[], object]:
            return lambda: operations.capture(
                pending_id=pending_id, reference=f"{name}:{pending_id}", actor=ACTOR, at=AT
            )

        results = run_in_threads([confirm("scan"), confirm("again")])
        assert outcomes(results) == ["PendingAlreadyResolved", "done"]
    found = queries.balance(account_id=wallet.pk)
    assert (found.debits_posted, found.debits_pending) == (7000, 0)


def test_a_hold_is_confirmed_or_expires_never_both(committed_tenant_db):
    wallet, club = make_wallet(100_000), make_account()
    end = AT + datetime.timedelta(days=1)
    for number in range(10):
        held = operations.hold(
            debit_account_id=wallet.pk,
            credit_account_id=club.pk,
            amount_cents=700,
            timeout_at=end,
            code="ticket",
            reference=f"ticket:{number}",
            actor=ACTOR,
            at=AT,
        )
        run_in_threads(
            [
                lambda held=held: operations.capture(
                    pending_id=held.pk, reference=f"scan:{held.pk}", actor=ACTOR, at=AT
                ),
                lambda: operations.expire_pending(actor=ACTOR, at=end),
            ]
        )
    assert Transfer.objects.filter(pending__isnull=False).count() == 10
    assert queries.balance(account_id=wallet.pk).debits_pending == 0
    assert operations.check_ledger(actor=ACTOR, at=AT) == []


def _opposite_moves(first: Account, second: Account) -> list[object]:
    """Two threads move one cent back and forth, each way `ROUNDS` times."""

    def there(debit: Account, credit: Account, name: str) -> Callable[[], object]:
        def run() -> int:
            for number in range(ROUNDS):
                request = operations.TransferRequest(
                    debit_account_id=debit.pk,
                    credit_account_id=credit.pk,
                    amount_cents=1,
                    code="test",
                    reference=f"{name}:{number}",
                )
                with transaction.atomic():
                    booking.book(transfers=[request], actor=ACTOR, at=AT)
            return ROUNDS

        return run

    return run_in_threads([there(first, second, "there"), there(second, first, "back")])


def test_opposite_transfers_do_not_deadlock(committed_tenant_db):
    first, second = make_account(), make_account()

    results = _opposite_moves(first, second)

    assert results == [ROUNDS, ROUNDS]
    assert queries.balance(account_id=first.pk).debits_posted == ROUNDS
    assert operations.check_ledger(actor=ACTOR, at=AT) == []


def test_opposite_transfers_deadlock_without_ordered_locks(committed_tenant_db, superuser_url):
    """Two plain updates in opposite orders, met half way: PostgreSQL kills one."""
    first, second = make_account(), make_account()
    meet = threading.Barrier(2)

    def update(one: Account, other: Account) -> Callable[[], None]:
        def run() -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                for account, wait in ((one, True), (other, False)):
                    cursor.execute(
                        "UPDATE ledger_account SET debits_posted = debits_posted + 1 WHERE id = %s",
                        [account.pk],
                    )
                    if wait:
                        meet.wait(10)

        return run

    results = run_in_threads([update(first, second), update(second, first)])

    failures = [result for result in results if isinstance(result, OperationalError)]
    assert len(failures) == 1
    assert "deadlock detected" in str(failures[0])


def test_a_bulk_posting_and_spendings_at_once_agree(committed_tenant_db):
    revenue = make_account()
    wallets = [make_wallet(1000) for _ in range(20)]
    bulk = [
        operations.TransferRequest(
            debit_account_id=wallet.pk,
            credit_account_id=revenue.pk,
            amount_cents=100,
            code="bulk",
            reference=f"bulk:{wallet.pk}",
        )
        for wallet in reversed(wallets)
    ]

    def spend() -> None:
        for number in range(3):
            for wallet in wallets:
                move(wallet, revenue, 10, reference=f"spend:{wallet.pk}:{number}")

    results = run_in_threads([lambda: operations.post(transfers=bulk, actor=ACTOR, at=AT), spend])

    assert outcomes(results) == ["done", "done"]
    assert queries.balance(account_id=revenue.pk).credits_posted == 20 * 100 + 3 * 20 * 10
    assert operations.check_ledger(actor=ACTOR, at=AT) == []


@pytest.mark.parametrize("column", ["debits_posted", "credits_posted"])
def test_lost_updates_are_found_by_reconciliation(committed_tenant_db, column):
    """What the grants cannot forbid (a tenant's role moves balances) reconciliation shows."""
    account = make_account()
    Account.objects.filter(pk=account.pk).update(**{column: 5})
    assert [d.account_id for d in operations.check_ledger(actor=ACTOR, at=AT)] == [account.pk]


def test_the_superuser_alone_could_rewrite_history(committed_tenant_db, superuser_url):
    """The control of the append-only grants: the rows can be changed, by whoever has the right."""
    transfer = move(make_account(), make_account(), 100)
    with psycopg.connect(superuser_url, autocommit=True) as superuser:
        superuser.execute(
            "UPDATE d92.ledger_transfer SET amount_cents = 1 WHERE id = %s", [transfer.pk]
        )
    assert Transfer.objects.get().amount_cents == 1
    assert len(operations.check_ledger(actor=ACTOR, at=AT)) == 2
