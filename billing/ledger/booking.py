"""How transfers enter the books: one statement for any number of them, and the refusals.

`book` inserts and moves balances; it says which transfers it inserted and passes over the others.
`post` asks for all or none: it raises what stopped the first that is missing. `post_along` writes
in the same statement the row that its few transfers belong to: the act of a till, the fastest of all.
None is durable.
What a CHECK of the database refuses is named here by the constraint; the CHECKs are the rule, and
nothing is compared in Python before.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg import errors as postgres
from psycopg.types.numeric import Int8

from billing.ledger.models import Account, Transfer, TransferKind
from billing.ledger.statements import posting, posting_along
from commons.actors import Actor
from commons.errors import DomainError, RetryLater
from commons.identifiers import new_public_id

# Above this, the plan is made for this very batch. A plan kept from single spendings expects ten
# rows; on 30,000 it would join by nested loops (SPIKE §3, "Plan flip").
BULK = 200
_READ_AT_ONCE = 10_000  # a statement takes at most 65,535 parameters
MAX_CENTS = 2**53 - 1  # what GraphQL's Cents can say


class InsufficientBalance(DomainError):
    """The account does not hold enough for this movement, or is owed less than it is given."""

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
    """There is no such hold, or not yet at the time of its resolution."""

    code = "LEDGER_UNKNOWN_HOLD"


class MoreThanHeld(DomainError):
    """More was asked than the hold keeps."""

    code = "LEDGER_MORE_THAN_HELD"


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
        if self.amount_cents is not None and not 0 < self.amount_cents <= MAX_CENTS:
            raise ValueError("amount_cents must be positive and at most 2**53 - 1")
        if resolves and (
            self.pending_id is None
            or self.debit_account_id is not None
            or self.credit_account_id is not None
        ):
            raise ValueError("a resolution names its hold, and no account")
        if self.kind == TransferKind.VOID_PENDING and self.amount_cents is not None:
            raise ValueError("a release gives all of its hold back")
        if self.kind != TransferKind.PENDING and self.timeout_at is not None:
            raise ValueError("only a hold has an end")
        if not resolves and (
            self.amount_cents is None
            or self.debit_account_id is None
            or self.credit_account_id is None
            or self.debit_account_id == self.credit_account_id
            or self.pending_id is not None
        ):
            raise ValueError("a movement has an amount and two accounts, and no hold")


def post(
    *, transfers: Sequence[TransferRequest], actor: Actor, at: datetime.datetime
) -> list[Transfer]:
    """
    Post movements, all or none, inside the caller's transaction.

    This is the building block of every act that moves money, so that the books and the business
    change together: it is not durable, it records no event and no audit entry. Any number of
    movements are one statement, whatever their kinds. A refusal undoes the movements of this call
    and leaves the caller's transaction usable. A movement already posted under its reference is
    returned as it was; the others of the call are posted.

    :raises InsufficientBalance: if an account does not hold enough
    :raises ReferenceReused: if a reference already served for another content
    :raises UnknownAccount: if an account does not exist
    :raises AccountClosed: if an account takes no new movement
    :raises UnknownPending: if a hold does not exist
    :raises PendingAlreadyResolved: if a hold was already confirmed or released
    :raises PendingExpired: if a hold to confirm has expired
    :raises MoreThanHeld: if more is asked than the hold keeps
    :raises RetryLater: if an account stayed locked too long
    """
    if not transfers:
        return []
    references = [transfer.reference for transfer in transfers]
    if len(set(references)) != len(references):
        raise ValueError("references of one call must differ")
    with transaction.atomic():
        booked = book(transfers=transfers, actor=actor, at=at)
        missing = [transfer for transfer in transfers if transfer.reference not in booked]
        if missing:
            booked |= _booked_before(missing, at=at)
    return [booked[reference] for reference in references]


def book(
    *, transfers: Sequence[TransferRequest], actor: Actor, at: datetime.datetime
) -> dict[str, Transfer]:
    """
    Insert what can be inserted, and move the balances; returns it by reference.

    What is already booked, resolved, expired, closed or unknown is passed over. Must run inside a
    transaction block, which a refusal leaves to be rolled back.

    :raises InsufficientBalance: if an account does not hold enough
    :raises MoreThanHeld: if more is asked than a hold keeps
    :raises RetryLater: if an account stayed locked too long
    """
    if not transfers:
        return {}
    columns: list[list[Any]] = [
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
    with named_refusals(columns[-1]), connection.cursor() as cursor:
        with all_plans_made_anew(len(transfers)):
            cursor.execute(posting(), [*columns, at, at, at, actor.kind, actor.id])
        names = [column.name for column in cursor.description]
        rows = cursor.fetchall()
    found = (Transfer.from_db(connection.alias, names, row) for row in rows)
    return {transfer.reference: transfer for transfer in found}


@dataclasses.dataclass(frozen=True, slots=True)
class Along:
    """What is written in the statement of the movements: the row that they belong to.

    `sql` is common table expressions that follow the ledger's, and read `inserted` and `whole`, which
    has a row once every movement is inserted. The last of them is called `along` and returns one row.
    """

    sql: str
    parameters: Sequence[Any]


def post_along(
    *, transfers: Sequence[TransferRequest], along: Along, actor: Actor, at: datetime.datetime
) -> tuple[Any, ...]:
    """
    Post a few movements and the row they belong to, in one statement; what `along` returns.

    All of them new: a movement that was posted before is refused, whatever it says. A refusal leaves the
    caller's transaction to be rolled back.

    :raises InsufficientBalance: if an account does not hold enough
    :raises ReferenceReused: if a reference already served
    :raises UnknownAccount: if an account does not exist
    :raises AccountClosed: if an account takes no new movement
    :raises UnknownPending: if a hold does not exist
    :raises PendingAlreadyResolved: if a hold was already confirmed or released
    :raises PendingExpired: if a hold to confirm has expired
    :raises MoreThanHeld: if more is asked than the hold keeps
    :raises RetryLater: if an account stayed locked too long
    """
    text = posting_along(len(transfers), along.sql)
    asked = [value for transfer in transfers for value in _columns(transfer)]
    references = [transfer.reference for transfer in transfers]
    with named_refusals(references), connection.cursor() as cursor:
        cursor.execute(text, [*asked, at, at, at, actor.kind, actor.id, *along.parameters])
        row: tuple[Any, ...] | None = cursor.fetchone()
    if row is None:
        _booked_before(transfers, at=at)
        raise ReferenceReused(reference=references[0])
    return row


def _columns(transfer: TransferRequest) -> tuple[Any, ...]:
    """A movement, as its statement takes it. Whole numbers have one type, and the statement one plan."""
    return (
        new_public_id(),
        transfer.kind.value,
        *(
            None if number is None else Int8(number)
            for number in (
                transfer.debit_account_id,
                transfer.credit_account_id,
                transfer.amount_cents,
                transfer.pending_id,
            )
        ),
        transfer.timeout_at,
        transfer.code,
        transfer.reference,
    )


@contextmanager
def all_plans_made_anew(rows: int) -> Iterator[None]:
    """Plan what takes many rows for these very rows, and what takes few as it was planned before."""
    if rows <= BULK:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_custom_plan")
        yield
        cursor.execute("SET LOCAL plan_cache_mode = auto")


@contextmanager
def named_refusals(references: Sequence[str]) -> Iterator[None]:
    """Turn what the database refuses into the refusal its constraint stands for."""
    try:
        yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        references = references[:10]
        match getattr(diagnosis, "constraint_name", None):
            case "ledger_debits_do_not_exceed_credits":
                raise InsufficientBalance(
                    reason="DEBITS_EXCEED_CREDITS", references=references
                ) from error
            case "ledger_credits_do_not_exceed_debits":
                raise InsufficientBalance(
                    reason="CREDITS_EXCEED_DEBITS", references=references
                ) from error
            case "ledger_resolution_stays_within_its_hold":
                raise MoreThanHeld(references=references) from error
        raise
    except OperationalError as error:
        if isinstance(error.__cause__, postgres.LockNotAvailable):
            raise RetryLater(what="ledger") from error
        raise


def _booked_before(
    missing: Sequence[TransferRequest], *, at: datetime.datetime
) -> dict[str, Transfer]:
    """What was booked under these references, if it says the same; otherwise raises why it is not.

    A second statement: the row that stopped ours may be younger than our statement's snapshot.
    """
    references = [transfer.reference for transfer in missing]
    found: dict[str, Transfer] = {}
    for start in range(0, len(references), _READ_AT_ONCE):
        some = references[start : start + _READ_AT_ONCE]
        found |= Transfer.objects.in_bulk(some, field_name="reference")
    for transfer in missing:
        before = found.get(transfer.reference)
        if before is None:
            _refuse(transfer, at=at)
        elif not _says_the_same(before, transfer):
            raise ReferenceReused(reference=transfer.reference)
    return found


def _says_the_same(before: Transfer, asked: TransferRequest) -> bool:
    """Whether a replayed request asks for what was already done.

    When it was asked and by whom are no part of it: a replay comes later. A resolution without an
    amount asks for all that its hold keeps.
    """
    amount = before.held_cents if asked.amount_cents is None else asked.amount_cents
    return (
        before.kind == asked.kind
        and before.code == asked.code
        and before.pending_id == asked.pending_id
        and before.amount_cents == amount
        and before.timeout_at == asked.timeout_at
        and asked.debit_account_id in (None, before.debit_account_id)
        and asked.credit_account_id in (None, before.credit_account_id)
    )


def _refuse(transfer: TransferRequest, *, at: datetime.datetime) -> None:
    """Say why a movement was passed over. Always raises."""
    account_ids: list[Any] = [transfer.debit_account_id, transfer.credit_account_id]
    if transfer.pending_id is not None:
        hold = Transfer.objects.filter(pk=transfer.pending_id, kind=TransferKind.PENDING).first()
        if hold is None or hold.booked_at > at:
            raise UnknownPending(pending_id=transfer.pending_id)
        if Transfer.objects.filter(pending_id=hold.pk).exists():
            raise PendingAlreadyResolved(reference=hold.reference)
        if hold.timeout_at is not None and hold.timeout_at <= at:
            raise PendingExpired(reference=hold.reference)
        account_ids = [hold.debit_account_id, hold.credit_account_id]
    accounts = {account.pk: account for account in Account.objects.filter(pk__in=account_ids)}
    for account_id in account_ids:
        if account_id not in accounts:
            raise UnknownAccount(account_id=account_id)
    for account in accounts.values():
        if account.closed_at is not None:
            raise AccountClosed(account=account.code)
    raise AssertionError(f"transfer {transfer.reference!r} was passed over for no known reason")
