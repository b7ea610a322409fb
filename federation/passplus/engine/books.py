"""Books in memory, with the rules of `billing.ledger`: what a script is replayed on, without a database.

Accounts are names. A transfer moves cents from one to another; a hold keeps some aside and is resolved
once, in full or in part. A purse never gives more than it was given: the ledger's
`debits_must_not_exceed_credits`. The rules of `spending` refuse long before; what comes here against
them is a fault of ours, not of a person.
"""

from __future__ import annotations

import collections
import dataclasses


class BooksBroken(Exception):
    """A movement that the ledger would refuse."""


@dataclasses.dataclass(slots=True)
class _Account:
    debits_pending: int = 0
    debits_posted: int = 0
    credits_pending: int = 0
    credits_posted: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class _Hold:
    debit: str
    credit: str
    cents: int


class Books:
    """Accounts and their balances; `bounded` names begin the accounts that cannot be overdrawn."""

    def __init__(self, bounded: tuple[str, ...]) -> None:
        self._bounded = bounded
        self._accounts: dict[str, _Account] = collections.defaultdict(_Account)
        self._holds: dict[str, _Hold] = {}

    def post(self, debit: str, credit: str, cents: int) -> None:
        """Move cents at once."""
        self._take(debit, cents)
        self._accounts[debit].debits_posted += cents
        self._accounts[credit].credits_posted += cents

    def hold(self, name: str, debit: str, credit: str, cents: int) -> None:
        """Keep cents aside under a name of its own."""
        if name in self._holds:
            raise BooksBroken(f"a hold already bears this name: {name}")
        self._take(debit, cents)
        self._accounts[debit].debits_pending += cents
        self._accounts[credit].credits_pending += cents
        self._holds[name] = _Hold(debit, credit, cents)

    def resolve(self, name: str, cents: int) -> None:
        """Confirm a hold for some cents, none at all included; the rest is released."""
        held = self._holds.get(name)
        if held is None:
            raise BooksBroken(f"resolved before, or never held: {name}")
        if not 0 <= cents <= held.cents:
            raise BooksBroken("more than what is held")
        del self._holds[name]
        self._accounts[held.debit].debits_pending -= held.cents
        self._accounts[held.credit].credits_pending -= held.cents
        self._accounts[held.debit].debits_posted += cents
        self._accounts[held.credit].credits_posted += cents

    def available(self, account: str) -> int:
        """What an account was given, less what left it and what is kept aside."""
        found = self._accounts[account]
        return found.credits_posted - found.debits_posted - found.debits_pending

    def held(self, account: str) -> int:
        """What is kept aside on an account."""
        return self._accounts[account].debits_pending

    def balance(self, account: str) -> int:
        """Credits less debits, holds apart."""
        return self._accounts[account].credits_posted - self._accounts[account].debits_posted

    def names(self) -> list[str]:
        """The accounts that ever moved, sorted."""
        return sorted(self._accounts)

    def _take(self, debit: str, cents: int) -> None:
        if cents <= 0:
            raise BooksBroken("an amount is positive")
        if debit.startswith(self._bounded) and cents > self.available(debit):
            raise BooksBroken(f"{debit} does not hold {cents}")
