"""The ledger: every cent of every wallet, invoice and payout, in double entry."""
