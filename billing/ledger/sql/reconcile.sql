-- Do the balances say the same as the transfers? Grain: one row per account that differs.
-- Recomputes the four balances of every account from the transfers alone.
WITH movements AS (
    SELECT
        t.debit_account_id, t.credit_account_id,
        CASE t.kind
            WHEN 'PENDING' THEN t.amount_cents WHEN 'POSTED' THEN 0 ELSE -hold.amount_cents
        END AS pending,
        CASE WHEN t.kind IN ('POSTED', 'POST_PENDING') THEN t.amount_cents ELSE 0 END AS posted
    FROM ledger_transfer AS t
    LEFT JOIN ledger_transfer AS hold ON hold.id = t.pending_id
),
computed AS (
    SELECT
        account_id,
        sum(debit_pending) AS debits_pending, sum(debit_posted) AS debits_posted,
        sum(credit_pending) AS credits_pending, sum(credit_posted) AS credits_posted
    FROM (
        SELECT debit_account_id, pending, posted, 0::bigint, 0::bigint FROM movements
        UNION ALL
        SELECT credit_account_id, 0::bigint, 0::bigint, pending, posted FROM movements
    ) AS sides (account_id, debit_pending, debit_posted, credit_pending, credit_posted)
    GROUP BY account_id
)
SELECT
    account.id, account.code,
    account.debits_pending - coalesce(computed.debits_pending, 0) AS debits_pending,
    account.debits_posted - coalesce(computed.debits_posted, 0) AS debits_posted,
    account.credits_pending - coalesce(computed.credits_pending, 0) AS credits_pending,
    account.credits_posted - coalesce(computed.credits_posted, 0) AS credits_posted
FROM ledger_account AS account
LEFT JOIN computed ON computed.account_id = account.id
WHERE (account.debits_pending, account.debits_posted, account.credits_pending, account.credits_posted)
    IS DISTINCT FROM (
        coalesce(computed.debits_pending, 0), coalesce(computed.debits_posted, 0),
        coalesce(computed.credits_pending, 0), coalesce(computed.credits_posted, 0)
    )
ORDER BY account.id
