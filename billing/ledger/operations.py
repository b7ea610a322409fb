"""The acts of the ledger.

Amounts are positive cents. `post`, `post_along`, `hold`, `capture`, `release`, `lock_accounts`,
`open_account(s)` and `close_account` are building blocks: they run inside the transaction of the
operation that moves money, so that the books and the business change together or not at all; they are
not durable by themselves. `expire_pending` and `check_ledger` are whole acts, run on a schedule.

A `reference` is the business's own name for a movement ("invoice:<uuid>"): the same reference with
the same content changes nothing and returns the first transfer; with another content it is refused.
Accounts are locked in the order of their ids, after the household and before the invoice and the
counter (billing/README.md).
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction

from billing.ledger import booking, queries
from billing.ledger.booking import (
    AccountClosed,
    Along,
    InsufficientBalance,
    MoreThanHeld,
    PendingAlreadyResolved,
    PendingExpired,
    ReferenceReused,
    TransferRequest,
    UnknownAccount,
    UnknownPending,
    post,
    post_along,
)
from billing.ledger.bulk import Gift, give, open_alike
from billing.ledger.models import Account, AccountKind, Transfer, TransferKind
from billing.ledger.queries import Difference
from billing.ledger.statements import named
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.identifiers import new_public_id
from commons.outbox import record_event

__all__ = (
    "AccountClosed",
    "AccountKind",
    "AccountNotEmpty",
    "AccountRequest",
    "Along",
    "BooksCheck",
    "Difference",
    "DomainError",
    "Gift",
    "InsufficientBalance",
    "MoreThanHeld",
    "PendingAlreadyResolved",
    "PendingExpired",
    "ReferenceReused",
    "TransferKind",
    "TransferRequest",
    "UnknownAccount",
    "UnknownPending",
    "capture",
    "check_books",
    "check_ledger",
    "close_account",
    "expire_pending",
    "give",
    "hold",
    "lock_accounts",
    "open_account",
    "open_accounts",
    "open_alike",
    "post",
    "post_along",
    "release",
)


class AccountNotEmpty(DomainError):
    """An account with something held cannot be closed."""

    code = "LEDGER_ACCOUNT_NOT_SETTLED"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AccountRequest:
    """An account asked for: its code, what it stands for, and the rule it keeps."""

    code: str
    kind: AccountKind
    name: str = ""
    debits_must_not_exceed_credits: bool = False
    credits_must_not_exceed_debits: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class BooksCheck:
    """What a check of the books found; nothing when they are clean."""

    differences: tuple[Difference, ...]
    broken_resolutions: tuple[str, ...]
    is_balanced: bool

    @property
    def faults(self) -> int:
        """How many accounts and resolutions are wrong."""
        return len(self.differences) + len(self.broken_resolutions)


def hold(
    *,
    debit_account_id: int,
    credit_account_id: int,
    amount_cents: int,
    timeout_at: datetime.datetime | None,
    code: str,
    reference: str,
    actor: Actor,
    at: datetime.datetime,
) -> Transfer:
    """
    Keep an amount aside, until `timeout_at` if one is given. Inside the caller's transaction.

    :raises InsufficientBalance: if the account does not hold enough
    :raises ReferenceReused: if the reference already served for another content
    :raises UnknownAccount: if an account does not exist
    :raises AccountClosed: if an account takes no new movement
    """
    request = TransferRequest(
        kind=TransferKind.PENDING,
        debit_account_id=debit_account_id,
        credit_account_id=credit_account_id,
        amount_cents=amount_cents,
        timeout_at=timeout_at,
        code=code,
        reference=reference,
    )
    return post(transfers=[request], actor=actor, at=at)[0]


def capture(
    *,
    pending_id: int,
    reference: str,
    actor: Actor,
    at: datetime.datetime,
    amount_cents: int | None = None,
    code: str = "capture",
) -> Transfer:
    """
    Confirm a hold, in full or in part; the rest is released. Inside the caller's transaction.

    :raises UnknownPending: if there is no such hold
    :raises PendingAlreadyResolved: if it was already confirmed or released
    :raises PendingExpired: if its time is over
    :raises MoreThanHeld: if more is asked than it keeps
    """
    request = TransferRequest(
        kind=TransferKind.POST_PENDING,
        pending_id=pending_id,
        amount_cents=amount_cents,
        code=code,
        reference=reference,
    )
    return post(transfers=[request], actor=actor, at=at)[0]


def release(
    *,
    pending_id: int,
    reference: str,
    actor: Actor,
    at: datetime.datetime,
    code: str = "release",
) -> Transfer:
    """
    Give a hold back, expired or not. Inside the caller's transaction.

    :raises UnknownPending: if there is no such hold
    :raises PendingAlreadyResolved: if it was already confirmed or released
    """
    request = TransferRequest(
        kind=TransferKind.VOID_PENDING, pending_id=pending_id, code=code, reference=reference
    )
    return post(transfers=[request], actor=actor, at=at)[0]


@transaction.atomic(durable=True)
def expire_pending(*, actor: Actor, at: datetime.datetime, limit: int = 5000) -> int:
    """
    Release the holds whose time is over, `limit` at most; returns how many.

    A hold that somebody confirms or releases meanwhile is passed over: running this twice, or in
    two processes, changes nothing more.
    """
    requests = [
        TransferRequest(
            kind=TransferKind.VOID_PENDING,
            pending_id=held.pk,
            code="expiry",
            reference=f"expiry:{held.public_id}",
        )
        for held in queries.expired_holds(at=at)[:limit]
    ]
    released = len(booking.book(transfers=requests, actor=actor, at=at))
    if released:
        record_audit(
            actor=actor,
            action="ledger.holds.expired",
            subject_type="ledger",
            subject_id="all",
            at=at,
            released=released,
        )
    return released


def open_account(
    *,
    code: str,
    kind: AccountKind,
    name: str = "",
    debits_must_not_exceed_credits: bool = False,
    credits_must_not_exceed_debits: bool = False,
) -> Account:
    """
    Open an account, once: the same code with the same rules returns the first.

    Inside the caller's transaction.

    :raises ReferenceReused: if the code already served for an account with other rules
    """
    request = AccountRequest(
        code=code,
        kind=kind,
        name=name,
        debits_must_not_exceed_credits=debits_must_not_exceed_credits,
        credits_must_not_exceed_debits=credits_must_not_exceed_debits,
    )
    return open_accounts(accounts=[request])[0]


def open_accounts(*, accounts: Sequence[AccountRequest]) -> list[Account]:
    """
    Open accounts, each once, in one statement. Inside the caller's transaction.

    Balances start at zero: the tenant's role has no right to insert them.

    :raises ReferenceReused: if a code already served for an account with other rules
    """
    codes = [account.code for account in accounts]
    if len(set(codes)) != len(codes):
        raise ValueError("codes of one call must differ")
    columns: list[list[Any]] = [
        [new_public_id() for _ in accounts],
        codes,
        [account.kind.value for account in accounts],
        [account.name for account in accounts],
        [account.debits_must_not_exceed_credits for account in accounts],
        [account.credits_must_not_exceed_debits for account in accounts],
    ]
    found: dict[str, Account] = {}
    with transaction.atomic():
        if accounts:
            with connection.cursor() as cursor:
                cursor.execute(named("open_accounts"), columns)
                names = [column.name for column in cursor.description]
                for row in cursor.fetchall():
                    account = Account.from_db(connection.alias, names, row)
                    found[account.code] = account
        for asked in accounts:
            if asked.code not in found:
                found[asked.code] = _opened_before(asked)
    return [found[code] for code in codes]


def _opened_before(asked: AccountRequest) -> Account:
    """The account that already bears this code, if it is the one asked for."""
    account = Account.objects.get(code=asked.code)
    rules = ("kind", "debits_must_not_exceed_credits", "credits_must_not_exceed_debits")
    if any(getattr(account, rule) != getattr(asked, rule) for rule in rules):
        raise ReferenceReused(reference=asked.code)
    return account


def lock_accounts(*, account_ids: Iterable[int]) -> dict[int, Account]:
    """
    Keep accounts from moving until the transaction ends, and read them as they are now, by id.

    For an act whose amount depends on a balance. Locked in the order of their ids, as `post` does:
    all that the act will move must be named at once, but for accounts it opens afterwards. Inside the
    caller's transaction.
    """
    locked = (
        Account.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=set(account_ids))
        .order_by("pk")
    )
    return {account.pk: account for account in locked}


def close_account(*, account_id: int, actor: Actor, at: datetime.datetime) -> Account:
    """
    Close an account to any movement; closing it again changes nothing.

    Its balance stays what it is, and readable. Inside the caller's transaction.

    :raises UnknownAccount: if there is no such account
    :raises AccountNotEmpty: if something is still held on it
    """
    with transaction.atomic():
        account = _lock_account(account_id)
        if account.closed_at is not None:
            return account
        if account.debits_pending or account.credits_pending:
            raise AccountNotEmpty(account=account.code)
        account.closed_at = at
        account.save(update_fields=["closed_at"])
        record_audit(
            actor=actor,
            action="ledger.account.closed",
            subject_type="ledger_account",
            subject_id=account.public_id,
            at=at,
        )
        return account


def _lock_account(account_id: int) -> Account:
    account = (
        Account.objects.select_for_update(of=("self",), no_key=True).filter(pk=account_id).first()
    )
    if account is None:
        raise UnknownAccount(account_id=account_id)
    return account


@transaction.atomic(durable=True)
def check_books(*, actor: Actor, at: datetime.datetime) -> BooksCheck:
    """
    Recompute every balance from the transfers; write the result down, and alert if it is not clean.

    Clean: no account differs from its transfers, every resolution agrees with its hold, and the sum
    of debits is the sum of credits. The alert is the event `billing.ledger.differs`.
    """
    differences = queries.reconcile()
    broken = queries.broken_resolutions()
    trial = queries.trial_balance()
    entry = record_audit(
        actor=actor,
        action="ledger.checked",
        subject_type="ledger",
        subject_id="all",
        at=at,
        is_clean=not differences and not broken and trial.is_balanced,
        differing_accounts=len(differences),
        broken_resolutions=len(broken),
        debits_posted=trial.debits_posted,
        credits_posted=trial.credits_posted,
        examples=[difference.code for difference in differences[:20]],
    )
    if not entry.details["is_clean"]:
        record_event(
            "billing.ledger.differs",
            aggregate="ledger",
            occurred_at=at,
            audit_entry_id=entry.pk,
            differing_accounts=len(differences),
            broken_resolutions=len(broken),
        )
    return BooksCheck(
        differences=tuple(differences),
        broken_resolutions=tuple(broken),
        is_balanced=trial.is_balanced,
    )


def check_ledger(*, actor: Actor, at: datetime.datetime) -> list[Difference]:
    """`check_books`, for who asks only which accounts differ."""
    return list(check_books(actor=actor, at=at).differences)
