"""Reads of the ledger. Amounts are cents; each of the four balances is unsigned.

What an invoice still asks for is read on the debit side, what a wallet holds on the credit side:
the properties of `Balance` name both.
"""

from __future__ import annotations

import dataclasses
import datetime

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from billing.ledger.models import Account, Transfer, TransferKind
from billing.ledger.statements import named

_BEGINNING = datetime.datetime(1, 1, 2, tzinfo=datetime.UTC)
_END = datetime.datetime(9999, 12, 30, tzinfo=datetime.UTC)


@dataclasses.dataclass(frozen=True, slots=True)
class Balance:
    """What an account says."""

    debits_pending: int
    debits_posted: int
    credits_pending: int
    credits_posted: int

    @property
    def owed_cents(self) -> int:
        """Debits minus credits: what is left to pay on an invoice."""
        return self.debits_posted - self.credits_posted

    @property
    def available_cents(self) -> int:
        """Credits minus debits and holds: what a wallet may still spend."""
        return self.credits_posted - self.debits_posted - self.debits_pending


@dataclasses.dataclass(frozen=True, slots=True)
class TrialBalance(Balance):
    """The sums over all accounts; debits and credits are equal, or a statement is at fault."""

    @property
    def is_balanced(self) -> bool:
        return (
            self.debits_posted == self.credits_posted
            and self.debits_pending == self.credits_pending
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """An account whose balances do not say the same as its transfers, and by how much."""

    account_id: int
    code: str
    debits_pending: int
    debits_posted: int
    credits_pending: int
    credits_posted: int


@dataclasses.dataclass(frozen=True, slots=True)
class StatementLine:
    """A movement of an account, and the account's balance after it."""

    transfer: Transfer
    is_debit: bool
    after: Balance


@dataclasses.dataclass(frozen=True, slots=True)
class AccountStatement:
    """The movements of an account over a period, oldest first, between two balances."""

    account: Account
    opening: Balance
    lines: tuple[StatementLine, ...]
    closing: Balance


def balance(*, account_id: int) -> Balance:
    """The balances of an account.

    :raises Account.DoesNotExist: if there is none
    """
    return Balance(
        *Account.objects.values_list(
            "debits_pending", "debits_posted", "credits_pending", "credits_posted"
        ).get(pk=account_id)
    )


def balances(*, account_ids: list[int]) -> dict[int, Balance]:
    """The balances of several accounts, by id."""
    rows = Account.objects.filter(pk__in=account_ids).values_list(
        "pk", "debits_pending", "debits_posted", "credits_pending", "credits_posted"
    )
    return {account_id: Balance(*sums) for account_id, *sums in rows}


def statement(*, account_id: int) -> QuerySet[Transfer]:
    """The movements of an account, in the order they were booked."""
    return (
        Transfer.objects.filter(Q(debit_account_id=account_id) | Q(credit_account_id=account_id))
        .select_related("debit_account", "credit_account")
        .order_by("booked_at", "pk")
    )


def account_statement(
    *,
    account: Account,
    since: datetime.datetime | None = None,
    until: datetime.datetime | None = None,
) -> AccountStatement:
    """What moved on an account in `[since, until)`, with the balance after each movement."""
    start, end = since or _BEGINNING, until or _END
    with connection.cursor() as cursor:
        ids = [account.pk] * 3
        cursor.execute(named("account_statement"), [*ids, start, end, start])
        rows = cursor.fetchall()
    opening = Balance(0, 0, 0, 0)
    after: dict[int, Balance] = {}
    for is_inside, transfer_id, *sums, _booked_at in rows:
        if is_inside:
            after[transfer_id] = Balance(*sums)
        else:
            opening = Balance(*sums)
    inside = statement(account_id=account.pk).filter(booked_at__gte=start, booked_at__lt=end)
    transfers = {transfer.pk: transfer for transfer in inside}
    lines = tuple(
        StatementLine(
            transfer=transfers[transfer_id],
            is_debit=transfers[transfer_id].debit_account_id == account.pk,
            after=sums,
        )
        for transfer_id, sums in after.items()
        if transfer_id in transfers
    )
    closing = lines[-1].after if lines else opening
    return AccountStatement(account=account, opening=opening, lines=lines, closing=closing)


def trial_balance() -> TrialBalance:
    """The sums over all accounts of the département."""
    with connection.cursor() as cursor:
        cursor.execute(named("trial_balance"))
        return TrialBalance(*map(int, cursor.fetchone()))


def reconcile() -> list[Difference]:
    """The accounts whose balances are not the sum of their transfers; none when all is well."""
    with connection.cursor() as cursor:
        cursor.execute(named("reconcile"))
        return [Difference(row[0], row[1], *map(int, row[2:])) for row in cursor.fetchall()]


def broken_resolutions() -> list[str]:
    """The references of the captures and releases that do not agree with the hold they name."""
    with connection.cursor() as cursor:
        cursor.execute(named("resolutions"))
        return [reference for _, reference in cursor.fetchall()]


def open_holds(*, account_id: int) -> QuerySet[Transfer]:
    """What is held on an account's money and nothing has resolved, oldest first."""
    resolved = Transfer.objects.filter(pending_id=OuterRef("pk"))
    return Transfer.objects.filter(
        ~Exists(resolved), kind=TransferKind.PENDING, debit_account_id=account_id
    ).order_by("pk")


def expired_holds(*, at: datetime.datetime) -> QuerySet[Transfer]:
    """The holds whose time is over and that nothing has resolved, oldest first.

    Found through the accounts that hold something, not among all the holds there ever were.
    """
    resolved = Transfer.objects.filter(pending_id=OuterRef("pk"))
    return Transfer.objects.filter(
        ~Exists(resolved),
        kind=TransferKind.PENDING,
        timeout_at__lte=at,
        debit_account__debits_pending__gt=0,
    ).order_by("pk")
