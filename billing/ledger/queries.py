"""Reads of the ledger. Amounts are cents."""

from __future__ import annotations

import dataclasses
import datetime

from django.db.models import Q, QuerySet, Sum

from billing.ledger.models import Account, Transfer


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
class TrialBalance:
    """The sums over all accounts; debits and credits are equal, or a statement is at fault."""

    debits_pending: int
    debits_posted: int
    credits_pending: int
    credits_posted: int

    @property
    def is_balanced(self) -> bool:
        return (
            self.debits_posted == self.credits_posted
            and self.debits_pending == self.credits_pending
        )


def balance(*, account_id: int) -> Balance:
    """The balances of an account.

    :raises Account.DoesNotExist: if there is none
    """
    return Balance(
        *Account.objects.values_list(
            "debits_pending", "debits_posted", "credits_pending", "credits_posted"
        ).get(pk=account_id)
    )


def statement(*, account_id: int) -> QuerySet[Transfer]:
    """The movements of an account, oldest first."""
    return (
        Transfer.objects.filter(Q(debit_account_id=account_id) | Q(credit_account_id=account_id))
        .select_related("debit_account", "credit_account")
        .order_by("pk")
    )


def trial_balance() -> TrialBalance:
    """The sums over all accounts of the département."""
    sums = Account.objects.aggregate(
        debits_pending=Sum("debits_pending", default=0),
        debits_posted=Sum("debits_posted", default=0),
        credits_pending=Sum("credits_pending", default=0),
        credits_posted=Sum("credits_posted", default=0),
    )
    return TrialBalance(**{name: int(value) for name, value in sums.items()})


def expired_holds(*, at: datetime.datetime) -> QuerySet[Transfer]:
    """The holds whose time is over and that nothing has resolved."""
    return Transfer.objects.filter(timeout_at__lte=at, resolutions__isnull=True).order_by("pk")
