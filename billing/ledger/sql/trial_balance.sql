-- The sums of the four balances over all accounts. Grain: one row. Debits and credits are equal,
-- because a transfer moves the same amount on both sides.
SELECT
    coalesce(sum(debits_pending), 0) AS debits_pending,
    coalesce(sum(debits_posted), 0) AS debits_posted,
    coalesce(sum(credits_pending), 0) AS credits_pending,
    coalesce(sum(credits_posted), 0) AS credits_posted
FROM ledger_account
