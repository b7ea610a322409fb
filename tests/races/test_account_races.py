"""Holds that are resolved, and accounts that are closed, at the same moment.

Each meeting is brought about: an act stops inside its transaction until the other waits for it, or
has passed. In pairs (STYLE F25): the guard holds, and the race is real without it.
"""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest
from django.db import connection, transaction

from billing.ledger import booking, operations, queries
from billing.ledger.models import Account, Transfer, TransferKind
from tests.factories.ledger import ACTOR, AT, make_account, make_wallet, move
from tests.threads import run_in_threads, until_somebody_waits_for_us

pytestmark = pytest.mark.usefixtures("committed_tenant_db")
END = AT + datetime.timedelta(days=1)
Act = Callable[[], object]


def hold(wallet: Account, club: Account) -> Transfer:
    return operations.hold(
        debit_account_id=wallet.pk,
        credit_account_id=club.pk,
        amount_cents=700,
        timeout_at=END,
        code="ticket",
        reference="ticket:1",
        actor=ACTOR,
        at=AT,
    )


def capture(held: Transfer) -> Transfer:
    return operations.capture(pending_id=held.pk, reference="scan", actor=ACTOR, at=AT)


def release(held: Transfer) -> Transfer:
    return operations.release(pending_id=held.pk, reference="undo", actor=ACTOR, at=AT)


def close(account: Account) -> Account:
    return operations.close_account(account_id=account.pk, actor=ACTOR, at=AT)


def expire() -> int:
    return operations.expire_pending(actor=ACTOR, at=END)


def meet(first: Act, second: Act) -> list[str]:
    """Do `first`, and before it commits, `second`, which then waits for it; what became of both."""
    is_done = threading.Event()

    def do_first() -> str:
        with transaction.atomic():
            first()
            is_done.set()
            until_somebody_waits_for_us()
        return "done"

    def do_second() -> str:
        assert is_done.wait(10)
        second()
        return "done"

    results = run_in_threads([do_first, do_second])
    return [one if isinstance(one, str) else type(one).__name__ for one in results]


@pytest.mark.parametrize(
    ("first", "second"), [(capture, capture), (capture, release), (release, capture)]
)
def test_a_hold_is_resolved_by_the_first_of_two(first, second):
    wallet, club = make_wallet(1000), make_account()
    held = hold(wallet, club)

    assert meet(
        lambda: first(held),
        lambda: operations.post(transfers=[again(held, second)], actor=ACTOR, at=AT),
    ) == ["done", "PendingAlreadyResolved"]

    assert Transfer.objects.get(pending=held).kind == (
        TransferKind.POST_PENDING if first is capture else TransferKind.VOID_PENDING
    )
    assert operations.check_ledger(actor=ACTOR, at=AT) == []


def again(held: Transfer, act: Callable[[Transfer], Transfer]) -> operations.TransferRequest:
    """The same resolution under a reference of its own."""
    kind = TransferKind.POST_PENDING if act is capture else TransferKind.VOID_PENDING
    return operations.TransferRequest(
        kind=kind, pending_id=held.pk, code="again", reference="again"
    )


def test_a_hold_is_resolved_twice_without_the_unique_key(owner_cursor):
    """On a bare table: both look, nobody has resolved it, both do. The control of the test above."""
    owner_cursor.execute("CREATE TABLE d92.control (pending_id bigint)")
    try:
        owner_cursor.execute("GRANT SELECT, INSERT ON d92.control TO d92")
        both_looked = threading.Barrier(2)

        def resolve() -> None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM control WHERE pending_id = 1")
                (resolved,) = cursor.fetchone()
                both_looked.wait(10)
                if not resolved:
                    cursor.execute("INSERT INTO control VALUES (1) ON CONFLICT DO NOTHING")

        run_in_threads([resolve, resolve])
        owner_cursor.execute("SELECT count(*) FROM d92.control")
        assert owner_cursor.fetchone() == (2,)
    finally:
        owner_cursor.execute("DROP TABLE d92.control")


def test_an_expiry_passes_over_what_was_confirmed_since_it_looked(monkeypatch):
    """The clock reads the expired holds; a partner's scan commits; the clock releases what is left."""
    wallet, club = make_wallet(1000), make_account()
    held = hold(wallet, club)
    is_looked_at, is_confirmed = threading.Event(), threading.Event()
    expired_holds = queries.expired_holds

    def look_then_wait(*, at: datetime.datetime) -> Sequence[Transfer]:
        found = list(expired_holds(at=at))
        assert found == [held]
        is_looked_at.set()
        assert is_confirmed.wait(10)
        return found

    def confirm() -> str:
        assert is_looked_at.wait(10)
        capture(held)
        is_confirmed.set()
        return "confirmed"

    monkeypatch.setattr(queries, "expired_holds", look_then_wait)

    assert run_in_threads([expire, confirm]) == [0, "confirmed"]
    found = queries.balance(account_id=wallet.pk)
    assert (found.debits_posted, found.debits_pending) == (700, 0)


def test_a_confirmation_that_comes_during_the_expiry_is_refused(monkeypatch):
    wallet, club = make_wallet(1000), make_account()
    held = hold(wallet, club)

    def expire_inside() -> None:
        requests = [
            operations.TransferRequest(
                kind=TransferKind.VOID_PENDING,
                pending_id=held.pk,
                code="expiry",
                reference="expiry",
            )
        ]
        booking.book(transfers=requests, actor=ACTOR, at=END)

    assert meet(expire_inside, lambda: capture(held)) == ["done", "PendingAlreadyResolved"]
    found = queries.balance(account_id=wallet.pk)
    assert (found.debits_posted, found.debits_pending) == (0, 0)


def test_nothing_is_posted_on_an_account_that_closes_meanwhile():
    club, other = make_account(), make_account()

    assert meet(lambda: close(club), lambda: move(other, club, 100)) == ["done", "AccountClosed"]

    assert queries.balance(account_id=club.pk).credits_posted == 0


def test_money_is_posted_on_a_closed_account_without_the_lock(monkeypatch):
    """The state read before the wait is the old one. If this fails, the test above proves nothing."""
    club, other = make_account(), make_account()
    without_lock = booking.posting().replace("    FOR NO KEY UPDATE\n", "")
    monkeypatch.setattr(booking, "posting", lambda: without_lock)

    assert meet(lambda: close(club), lambda: move(other, club, 100)) == ["done", "done"]

    assert Account.objects.get(pk=club.pk).closed_at == AT
    assert queries.balance(account_id=club.pk).credits_posted == 100


def test_an_account_is_not_closed_over_a_hold_that_is_being_made():
    wallet, club = make_wallet(1000), make_account()

    assert meet(lambda: hold(wallet, club), lambda: close(wallet)) == ["done", "AccountNotEmpty"]

    assert Account.objects.get(pk=wallet.pk).closed_at is None


def _close_unlocked(monkeypatch: pytest.MonkeyPatch) -> tuple[Account, list[str]]:
    wallet, club = make_wallet(1000), make_account()
    monkeypatch.setattr(
        operations, "_lock_account", lambda account_id: Account.objects.get(pk=account_id)
    )
    return wallet, meet(lambda: hold(wallet, club), lambda: close(wallet))


def test_the_database_itself_refuses_to_close_over_a_hold(monkeypatch):
    """Without the lock, a CHECK: a bug that is seen, and no money stuck."""
    wallet, became = _close_unlocked(monkeypatch)

    assert became == ["done", "IntegrityError"]
    assert Account.objects.get(pk=wallet.pk).closed_at is None


@pytest.fixture
def without_check(owner_cursor) -> Iterator[None]:
    """A ledger where a closed account may hold something."""
    rule = "ledger_closed_account_holds_nothing"
    owner_cursor.execute(
        """SELECT pg_get_constraintdef(oid) FROM pg_catalog.pg_constraint
           WHERE conname = %s AND connamespace = 'd92'::regnamespace""",
        [rule],
    )
    (definition,) = owner_cursor.fetchone()
    owner_cursor.execute(f"ALTER TABLE d92.ledger_account DROP CONSTRAINT {rule}")
    yield
    owner_cursor.execute("UPDATE d92.ledger_account SET closed_at = NULL")
    owner_cursor.execute(f"ALTER TABLE d92.ledger_account ADD CONSTRAINT {rule} {definition}")


def test_a_hold_is_stuck_on_a_closed_account_without_lock_nor_check(without_check, monkeypatch):
    """If this fails, the tests above prove nothing."""
    wallet, became = _close_unlocked(monkeypatch)

    assert became == ["done", "done"]
    found = Account.objects.get(pk=wallet.pk)
    assert (found.closed_at, found.debits_pending) == (AT, 700)
