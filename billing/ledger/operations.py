"""The acts of the ledger.

`post` is the building block: it runs inside the transaction of the operation that moves money, so
that the books and the business change together or not at all; it is not durable by itself. Amounts
are positive cents. A `reference` is the business's own name for a movement ("invoice:<uuid>"): the
same reference with the same content changes nothing and returns the first transfer; with another
content it is refused.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from django.db import IntegrityError, connection, transaction

from billing.ledger.models import Account, AccountKind, Transfer, TransferKind
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.identifiers import new_public_id
from commons.outbox import record_event

SQL = Path(__file__).with_name("sql")
_BALANCE_RULES = (
    "ledger_debits_do_not_exceed_credits",
    "ledger_credits_do_not_exceed_debits",
)


class InsufficientBalance(DomainError):
    """The account does not hold enough for this movement."""

    code = "LEDGER_INSUFFICIENT_BALANCE"


class AccountClosed(DomainError):
    """The account takes no new movement."""

    code = "LEDGER_ACCOUNT_CLOSED"


class UnknownAccount(DomainError):
    """No such account in this département."""

    code = "LEDGER_UNKNOWN_ACCOUNT"


class ReferenceReused(DomainError):
    """The reference already served for something else."""

    code = "LEDGER_REFERENCE_REUSED"


class PendingAlreadyResolved(DomainError):
    """The hold was already confirmed, released or expired."""

    code = "LEDGER_HOLD_ALREADY_RESOLVED"


class PendingExpired(DomainError):
    """The hold's time is over: it can only be released."""

    code = "LEDGER_HOLD_EXPIRED"


class UnknownPending(DomainError):
    """There is no such hold."""

    code = "LEDGER_UNKNOWN_HOLD"


class MoreThanHeld(DomainError):
    """More was asked than the hold keeps."""

    code = "LEDGER_MORE_THAN_HELD"


class AccountNotEmpty(DomainError):
    """An account with something held cannot be closed."""

    code = "LEDGER_ACCOUNT_NOT_SETTLED"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TransferRequest:
    """A movement asked for. A resolution names its hold (`pending_id`) and no account."""

    reference: str
    code: str
    amount_cents: int | None = None
    debit_account_id: int | None = None
    credit_account_id: int | None = None
    kind: TransferKind = TransferKind.POSTED
    pending_id: int | None = None
    timeout_at: datetime.datetime | None = None

    def __post_init__(self) -> None:
        resolves = self.kind in (TransferKind.POST_PENDING, TransferKind.VOID_PENDING)
        if self.amount_cents is not None and self.amount_cents <= 0:
            raise ValueError("amount_cents must be positive")
        if resolves and (self.pending_id is None or self.debit_account_id is not None):
            raise ValueError("a resolution names its hold, and no account")
        if not resolves and (
            self.amount_cents is None
            or self.debit_account_id is None
            or self.credit_account_id is None
            or self.debit_account_id == self.credit_account_id
        ):
            raise ValueError("a movement has an amount and two accounts")


@cache
def statement(name: str) -> str:
    """The text of a named statement of this room."""
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def post(
    *, transfers: Sequence[TransferRequest], actor: Actor, at: datetime.datetime
) -> list[Transfer]:
    """
    Post movements, all or none, inside the caller's transaction.

    :raises InsufficientBalance: if an account does not hold enough
    :raises ReferenceReused: if a reference already served for another content
    :raises UnknownAccount: if an account does not exist
    :raises AccountClosed: if an account takes no new movement
    :raises UnknownPending: if a hold does not exist
    :raises PendingAlreadyResolved: if a hold was already confirmed or released
    :raises PendingExpired: if a hold to confirm has expired
    :raises MoreThanHeld: if more is asked than the hold keeps
    """
    if not transfers:
        return []
    references = [transfer.reference for transfer in transfers]
    if len(set(references)) != len(references):
        raise ValueError("references of one call must differ")
    with transaction.atomic():
        inserted = _insert(transfers, actor=actor, at=at)
        known = {
            found.reference: found for found in Transfer.objects.filter(reference__in=references)
        }
        for transfer in transfers:
            found = known.get(transfer.reference)
            if found is None:
                _refuse(transfer, at=at)
            elif found.pk not in inserted and not _says_the_same(found, transfer):
                raise ReferenceReused(reference=transfer.reference)
    return [known[reference] for reference in references]


def _insert(
    transfers: Sequence[TransferRequest], *, actor: Actor, at: datetime.datetime
) -> set[int]:
    columns = [
        [new_public_id() for _ in transfers],
        [transfer.kind.value for transfer in transfers],
        [transfer.debit_account_id for transfer in transfers],
        [transfer.credit_account_id for transfer in transfers],
        [transfer.amount_cents for transfer in transfers],
        [transfer.pending_id for transfer in transfers],
        [transfer.timeout_at for transfer in transfers],
        [transfer.code for transfer in transfers],
        [transfer.reference for transfer in transfers],
    ]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement("post"), [*columns, at, at, actor.kind, actor.id])
            return {row[0] for row in cursor.fetchall()}
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if name in _BALANCE_RULES:
            raise InsufficientBalance(references=[t.reference for t in transfers]) from error
        raise


def _says_the_same(found: Transfer, asked: TransferRequest) -> bool:
    """Whether a replayed request asks for what was already done."""
    return (
        found.kind == asked.kind
        and found.code == asked.code
        and found.pending_id == asked.pending_id
        and found.timeout_at == asked.timeout_at
        and asked.amount_cents in (None, found.amount_cents)
        and asked.debit_account_id in (None, found.debit_account_id)
        and asked.credit_account_id in (None, found.credit_account_id)
    )


def _refuse(transfer: TransferRequest, *, at: datetime.datetime) -> None:
    """Say why a movement was passed over. Always raises."""
    if transfer.pending_id is not None:
        hold = Transfer.objects.filter(pk=transfer.pending_id, kind=TransferKind.PENDING).first()
        if hold is None:
            raise UnknownPending(pending_id=transfer.pending_id)
        if Transfer.objects.filter(pending_id=hold.pk).exists():
            raise PendingAlreadyResolved(reference=hold.reference)
        if transfer.amount_cents is not None and transfer.amount_cents > hold.amount_cents:
            raise MoreThanHeld(
                held_cents=hold.amount_cents, requested_cents=transfer.amount_cents
            )
        if hold.timeout_at is not None and hold.timeout_at <= at:
            raise PendingExpired(reference=hold.reference)
    asked = [transfer.debit_account_id, transfer.credit_account_id]
    found = {account.pk: account for account in Account.objects.filter(pk__in=asked)}
    for account_id in asked:
        if account_id is not None and account_id not in found:
            raise UnknownAccount(account_id=account_id)
    for account in found.values():
        if account.closed_at is not None:
            raise AccountClosed(account=account.code)
    raise AssertionError(f"transfer {transfer.reference!r} was passed over for no known reason")


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
) -> Transfer:
    """
    Confirm a hold, in full or in part; the rest is released. Inside the caller's transaction.

    :raises PendingAlreadyResolved: if it was already confirmed or released
    :raises PendingExpired: if its time is over
    :raises MoreThanHeld: if more is asked than it keeps
    """
    request = TransferRequest(
        kind=TransferKind.POST_PENDING,
        pending_id=pending_id,
        amount_cents=amount_cents,
        code="capture",
        reference=reference,
    )
    return post(transfers=[request], actor=actor, at=at)[0]


def release(*, pending_id: int, reference: str, actor: Actor, at: datetime.datetime) -> Transfer:
    """
    Give a hold back, expired or not. Inside the caller's transaction.

    :raises PendingAlreadyResolved: if it was already confirmed or released
    """
    request = TransferRequest(
        kind=TransferKind.VOID_PENDING, pending_id=pending_id, code="release", reference=reference
    )
    return post(transfers=[request], actor=actor, at=at)[0]


@transaction.atomic(durable=True)
def expire_pending(*, actor: Actor, at: datetime.datetime, limit: int = 5000) -> int:
    """Release the holds whose time is over; returns how many. Running it again changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT held.id, held.public_id FROM ledger_transfer AS held
               WHERE held.timeout_at <= %s
                 AND NOT EXISTS (SELECT 1 FROM ledger_transfer AS done WHERE done.pending_id = held.id)
               ORDER BY held.id LIMIT %s""",
            [at, limit],
        )
        expired: list[tuple[int, uuid.UUID]] = cursor.fetchall()
    requests = [
        TransferRequest(
            kind=TransferKind.VOID_PENDING,
            pending_id=hold_id,
            code="expiry",
            reference=f"expiry:{public_id}",
        )
        for hold_id, public_id in expired
    ]
    # One that is resolved meanwhile is passed over by ON CONFLICT: that is not an error here.
    return len(_insert(requests, actor=actor, at=at)) if requests else 0


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

    :raises ReferenceReused: if the code already served for an account with other rules
    """
    rules = {
        "kind": kind.value,
        "debits_must_not_exceed_credits": debits_must_not_exceed_credits,
        "credits_must_not_exceed_debits": credits_must_not_exceed_debits,
    }
    Account.objects.bulk_create([Account(code=code, name=name, **rules)], ignore_conflicts=True)
    account = Account.objects.get(code=code)
    if any(getattr(account, field) != value for field, value in rules.items()):
        raise ReferenceReused(reference=code)
    return account


@transaction.atomic
def close_account(*, account_id: int, actor: Actor, at: datetime.datetime) -> Account:
    """
    Close an account to new movements; closing it again changes nothing.

    :raises AccountNotEmpty: if something is still held on it
    """
    account = Account.objects.select_for_update(of=("self",), no_key=True).get(pk=account_id)
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


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """An account whose balances do not say the same as its transfers, and by how much."""

    account_id: int
    code: str
    debits_pending: int
    debits_posted: int
    credits_pending: int
    credits_posted: int


@transaction.atomic(durable=True)
def check_ledger(*, actor: Actor, at: datetime.datetime) -> list[Difference]:
    """Recompute every balance; write down the result, and tell when the books do not agree."""
    with connection.cursor() as cursor:
        cursor.execute(statement("reconcile"))
        differences = [Difference(row[0], row[1], *map(int, row[2:])) for row in cursor.fetchall()]
    record_audit(
        actor=actor,
        action="ledger.checked",
        subject_type="ledger",
        subject_id="all",
        at=at,
        differing_accounts=len(differences),
    )
    for difference in differences:
        record_event(
            "billing.ledger.differs",
            aggregate=f"ledger_account:{difference.account_id}",
            occurred_at=at,
            account_id=difference.account_id,
        )
    return differences
