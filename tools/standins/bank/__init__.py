"""A test bank that speaks Stripe's wire protocol, for what Socle uses of it, or may meet.

    python -m tools.standins.bank --port 8190 --state var/bank.json --key sk_test_x=acct_x

Checkout Sessions with their hosted page, payment intents, cards that are declined or ask for 3-D
Secure, refunds, disputes, webhook endpoints and signed events, idempotency keys, `Stripe-Account`.
Errors are Stripe's: a missing or unknown parameter, a bad key, a key reused with other parameters.
State is kept in one file, so that a bank that is killed finds again what it knew. No money exists
here, and pages say so.

The shapes are those of Stripe's published fixtures; tests/contract holds them to it, and runs one
suite on this bank and on two peers that others wrote. What may be done by hand at the real bank,
days later, is done by POST to `/_bank/…` (see `Bank.later`).
"""

from tools.standins.bank.bank import Bank
from tools.standins.bank.notices import signature

__all__ = ("Bank", "signature")
