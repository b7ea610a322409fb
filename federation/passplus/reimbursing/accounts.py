"""The accounts that paying partners moves money through, each opened when it is first needed.

KEPT: what the rules leave with the département. PAYOUTS: what was ordered from the bank. PUT_RIGHT: what
corrections add or take when no ticket is concerned. Each partner has one of what it was paid too much:
debits less credits is what it still has to give back, and never below zero.
"""

from __future__ import annotations

from collections.abc import Iterable

from billing.ledger import operations as ledger
from billing.ledger.models import Account
from billing.ledger.operations import AccountKind, AccountRequest
from federation.passplus.models import Partner

_KEPT = AccountRequest(
    code="passplus:kept", kind=AccountKind.FUNDING, name="Pass+ : part du Département"
)
_PUT_RIGHT = AccountRequest(
    code="passplus:put-right", kind=AccountKind.FUNDING, name="Pass+ : corrections"
)


def kept_account() -> Account:
    """What validated tickets leave with the département. Inside the caller's transaction."""
    return ledger.open_accounts(accounts=[_KEPT])[0]


def put_right_account() -> Account:
    """What corrections add or take, tickets apart. Inside the caller's transaction."""
    return ledger.open_accounts(accounts=[_PUT_RIGHT])[0]


def over_paid_accounts(partners: Iterable[Partner]) -> dict[int, Account]:
    """What each partner has to give back, by its key. Inside the caller's transaction."""
    asked = {partner.pk: partner for partner in partners}
    opened = ledger.open_accounts(
        accounts=[
            AccountRequest(
                code=over_paid_code(partner.siret),
                kind=AccountKind.CLEARING,
                name=partner.name,
                credits_must_not_exceed_debits=True,
            )
            for partner in asked.values()
        ]
    )
    return dict(zip(asked, opened, strict=True))


def over_paid_code(siret: str) -> str:
    """The code of the account of what a partner has to give back."""
    return f"partner-overpaid:{siret}"


def over_paid_cents(partners: Iterable[Partner]) -> dict[int, int]:
    """What each partner still has to give back, by its key; those that owe nothing are left out."""
    by_code = {over_paid_code(partner.siret): partner.pk for partner in partners}
    found = Account.objects.filter(code__in=by_code)
    owed = {by_code[one.code]: one.debits_posted - one.credits_posted for one in found}
    return {pk: cents for pk, cents in owed.items() if cents > 0}
