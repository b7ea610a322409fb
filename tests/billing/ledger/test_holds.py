"""Holds: kept aside, then confirmed, released or expired, once."""

from __future__ import annotations

import datetime

import pytest

from billing.ledger import operations, queries
from billing.ledger.models import Account, Transfer
from tests.factories.ledger import ACTOR, AT, make_account, make_wallet, move

LATER = AT + datetime.timedelta(days=1)


def hold(wallet: Account, club: Account, cents: int, *, timeout_at=LATER) -> Transfer:
    return operations.hold(
        debit_account_id=wallet.pk,
        credit_account_id=club.pk,
        amount_cents=cents,
        timeout_at=timeout_at,
        code="ticket",
        reference=f"ticket:{wallet.pk}:{cents}",
        actor=ACTOR,
        at=AT,
    )


def available(wallet: Account) -> int:
    return queries.balance(account_id=wallet.pk).available_cents


def test_what_is_held_cannot_be_spent(tenant_db):
    wallet, club = make_wallet(8000), make_account()
    hold(wallet, club, 6000)

    assert available(wallet) == 2000
    with pytest.raises(operations.InsufficientBalance):
        move(wallet, club, 2001)
    with pytest.raises(operations.InsufficientBalance):
        hold(wallet, club, 2001)


@pytest.mark.parametrize(
    ("captured", "left"), [(None, 2000), (6000, 2000), (2500, 5500), (1, 7999)]
)
def test_confirming_takes_what_is_asked_and_releases_the_rest(tenant_db, captured, left):
    wallet, club = make_wallet(8000), make_account()
    held = hold(wallet, club, 6000)

    operations.capture(
        pending_id=held.pk, amount_cents=captured, reference="capture:1", actor=ACTOR, at=AT
    )

    found = queries.balance(account_id=wallet.pk)
    assert (found.available_cents, found.debits_pending) == (left, 0)
    assert queries.balance(account_id=club.pk).credits_posted == 8000 - left


def test_releasing_gives_all_back(tenant_db):
    wallet, club = make_wallet(8000), make_account()
    held = hold(wallet, club, 6000)
    operations.release(pending_id=held.pk, reference="release:1", actor=ACTOR, at=AT)
    assert available(wallet) == 8000


def test_a_hold_is_resolved_once(tenant_db):
    wallet, club = make_wallet(8000), make_account()
    held = hold(wallet, club, 6000)
    first = operations.capture(pending_id=held.pk, reference="capture:1", actor=ACTOR, at=AT)

    with pytest.raises(operations.PendingAlreadyResolved):
        operations.capture(pending_id=held.pk, reference="capture:2", actor=ACTOR, at=AT)
    with pytest.raises(operations.PendingAlreadyResolved):
        operations.release(pending_id=held.pk, reference="release:1", actor=ACTOR, at=AT)

    again = operations.capture(pending_id=held.pk, reference="capture:1", actor=ACTOR, at=AT)
    assert again == first
    assert available(wallet) == 2000


def test_more_than_held_is_refused(tenant_db):
    wallet, club = make_wallet(8000), make_account()
    held = hold(wallet, club, 6000)
    with pytest.raises(operations.MoreThanHeld):
        operations.capture(
            pending_id=held.pk, amount_cents=6001, reference="capture:1", actor=ACTOR, at=AT
        )
    assert available(wallet) == 2000


def test_a_hold_can_be_confirmed_up_to_its_last_instant_and_not_after(tenant_db):
    wallet, club = make_wallet(8000), make_account()
    held = hold(wallet, club, 6000)

    with pytest.raises(operations.PendingExpired):
        operations.capture(pending_id=held.pk, reference="capture:1", actor=ACTOR, at=LATER)
    before = LATER - datetime.timedelta(microseconds=1)
    operations.capture(pending_id=held.pk, reference="capture:2", actor=ACTOR, at=before)
    assert available(wallet) == 2000


def test_expired_holds_are_released_once(tenant_db):
    wallet, club = make_wallet(8000), make_account()
    hold(wallet, club, 6000)
    hold(wallet, club, 1000, timeout_at=None)

    assert operations.expire_pending(actor=ACTOR, at=AT) == 0
    assert queries.expired_holds(at=LATER).count() == 1
    assert operations.expire_pending(actor=ACTOR, at=LATER) == 1
    assert operations.expire_pending(actor=ACTOR, at=LATER) == 0

    assert available(wallet) == 7000


def test_an_unknown_hold_is_refused(tenant_db):
    posted = move(make_account(), make_account(), 5)
    for pending_id in (10**12, posted.pk):
        with pytest.raises(operations.UnknownPending):
            operations.capture(pending_id=pending_id, reference="c", actor=ACTOR, at=AT)


def test_an_account_with_something_held_is_not_closed_but_its_holds_can_be_resolved(tenant_db):
    wallet, club = make_wallet(8000), make_account()
    held = hold(wallet, club, 6000)
    with pytest.raises(operations.AccountNotEmpty):
        operations.close_account(account_id=club.pk, actor=ACTOR, at=AT)
    assert Account.objects.get(pk=club.pk).closed_at is None
    operations.release(pending_id=held.pk, reference="release:1", actor=ACTOR, at=AT)
    operations.close_account(account_id=club.pk, actor=ACTOR, at=AT)


def test_a_capture_replayed_for_another_amount_is_refused(tenant_db):
    wallet, club = make_wallet(8000), make_account()
    held = hold(wallet, club, 6000)

    def capture(cents: int | None) -> Transfer:
        return operations.capture(
            pending_id=held.pk, amount_cents=cents, reference="capture:1", actor=ACTOR, at=AT
        )

    first = capture(2500)
    for other in (None, 6000, 2501):
        with pytest.raises(operations.ReferenceReused):
            capture(other)
    assert capture(2500) == first
    assert available(wallet) == 5500


def test_a_capture_of_all_is_replayed_with_or_without_its_amount(tenant_db):
    wallet, club = make_wallet(8000), make_account()
    held = hold(wallet, club, 6000)
    first, again, named = (
        operations.capture(
            pending_id=held.pk, amount_cents=cents, reference="capture:1", actor=ACTOR, at=AT
        )
        for cents in (None, None, 6000)
    )
    assert first == again == named


def test_a_hold_asked_again_until_another_time_is_refused(tenant_db):
    wallet, club = make_wallet(8000), make_account()
    first = hold(wallet, club, 6000)
    for end in (LATER + datetime.timedelta(seconds=1), None):
        with pytest.raises(operations.ReferenceReused):
            hold(wallet, club, 6000, timeout_at=end)
    assert hold(wallet, club, 6000) == first


@pytest.mark.parametrize("change", ["kind", "pending"])
def test_a_resolutions_reference_does_not_serve_for_another(tenant_db, change):
    wallet, club = make_wallet(8000), make_account()
    first, second = hold(wallet, club, 700), hold(wallet, club, 701)
    operations.capture(
        pending_id=first.pk, amount_cents=700, reference="x", code="end", actor=ACTOR, at=AT
    )
    with pytest.raises(operations.ReferenceReused):
        if change == "kind":
            operations.release(pending_id=first.pk, reference="x", code="end", actor=ACTOR, at=AT)
        else:
            operations.capture(
                pending_id=second.pk,
                amount_cents=700,
                reference="x",
                code="end",
                actor=ACTOR,
                at=AT,
            )
    assert queries.open_holds(account_id=wallet.pk).get() == second


def test_a_capture_dated_before_its_hold_is_refused(tenant_db):
    wallet, club = make_wallet(8000), make_account()
    held = hold(wallet, club, 6000)
    before = AT - datetime.timedelta(microseconds=1)
    with pytest.raises(operations.UnknownPending):
        operations.capture(pending_id=held.pk, reference="capture:1", actor=ACTOR, at=before)
    assert available(wallet) == 2000


@pytest.mark.parametrize(
    ("booked_at", "is_broken"),
    [
        (AT - datetime.timedelta(microseconds=1), True),
        (AT, False),
        (LATER - datetime.timedelta(microseconds=1), False),
        (LATER, True),
    ],
)
def test_reconciliation_finds_a_capture_out_of_its_holds_time(tenant_db, booked_at, is_broken):
    """Typed by hand: no statement of ours can write one, and the balances would follow it."""
    wallet, club = make_wallet(8000), make_account()
    held = hold(wallet, club, 6000)
    typed = Transfer.objects.create(
        kind=operations.TransferKind.POST_PENDING,
        debit_account=wallet,
        credit_account=club,
        amount_cents=6000,
        held_cents=6000,
        pending=held,
        code="capture",
        reference="typed",
        booked_at=booked_at,
        actor_kind="x",
        actor_id="x",
    )
    assert queries.broken_resolutions() == ([typed.reference] if is_broken else [])


def test_a_release_may_come_after_the_end_of_its_hold(tenant_db):
    wallet, club = make_wallet(8000), make_account()
    held = hold(wallet, club, 6000)
    operations.release(pending_id=held.pk, reference="release:1", actor=ACTOR, at=LATER)
    assert queries.broken_resolutions() == []


@pytest.mark.parametrize(
    "values",
    [
        {"kind": operations.TransferKind.POST_PENDING, "pending_id": 1, "credit_account_id": 1},
        {"kind": operations.TransferKind.POST_PENDING, "pending_id": 1, "debit_account_id": 1},
        {"kind": operations.TransferKind.VOID_PENDING, "pending_id": 1, "amount_cents": 1},
        {"kind": operations.TransferKind.VOID_PENDING, "pending_id": 1, "timeout_at": LATER},
        {"kind": operations.TransferKind.VOID_PENDING},
        {"debit_account_id": 1, "credit_account_id": 2, "amount_cents": 1, "timeout_at": LATER},
        {"debit_account_id": 1, "credit_account_id": 2, "amount_cents": 1, "pending_id": 3},
        {"debit_account_id": 1, "credit_account_id": 1, "amount_cents": 1},
    ],
)
def test_a_request_that_makes_no_sense_is_refused(values):
    with pytest.raises(ValueError, match=r"hold|movement|release"):
        operations.TransferRequest(reference="x", code="x", **values)
