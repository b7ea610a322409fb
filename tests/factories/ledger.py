"""Accounts for tests."""

from __future__ import annotations

import datetime
import itertools

from billing.ledger import operations
from billing.ledger.models import Account, AccountKind
from commons.actors import Actor

AT = datetime.datetime(2026, 10, 1, 12, tzinfo=datetime.UTC)
ACTOR = Actor.system("tests")
_numbers = itertools.count(1)


def make_account(**rules: bool) -> Account:
    """An open account without money."""
    number = next(_numbers)
    return operations.open_account(
        code=f"account-{number}-{datetime.datetime.now(datetime.UTC).timestamp()}",
        kind=AccountKind.CLEARING,
        **rules,
    )


def make_wallet(cents: int = 0) -> Account:
    """A wallet that cannot be overdrawn, holding some cents."""
    wallet = make_account(debits_must_not_exceed_credits=True)
    if cents:
        move(make_account(), wallet, cents)
    return Account.objects.get(pk=wallet.pk)


def move(debit: Account, credit: Account, cents: int, *, reference: str | None = None):
    """Move cents from one account to another."""
    request = operations.TransferRequest(
        debit_account_id=debit.pk,
        credit_account_id=credit.pk,
        amount_cents=cents,
        code="test",
        reference=reference or f"move-{next(_numbers)}-{debit.pk}",
    )
    return operations.post(transfers=[request], actor=ACTOR, at=AT)[0]
