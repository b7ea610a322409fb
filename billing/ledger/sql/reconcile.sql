-- Do the balances say the same as the transfers? Grain: one row per account that differs, with what
-- its balances say in excess. Recomputes the four balances of every account from the transfers alone,
-- in one snapshot: it can run while money moves.
WITH computed AS (
    SELECT
        side.account_id,
        sum(side.debit_pending) AS debits_pending, sum(side.debit_posted) AS debits_posted,
        sum(side.credit_pending) AS credits_pending, sum(side.credit_posted) AS credits_posted
    FROM ledger_transfer AS t
    CROSS JOIN LATERAL (
        SELECT
            CASE t.kind
                WHEN 'POSTED' THEN 0 WHEN 'PENDING' THEN t.amount_cents ELSE -t.held_cents
            END AS pending,
            CASE WHEN t.kind IN ('POSTED', 'POST_PENDING') THEN t.amount_cents ELSE 0 END AS posted
    ) AS moved
    CROSS JOIN LATERAL (
        VALUES
            (t.debit_account_id, moved.pending, moved.posted, 0, 0),
            (t.credit_account_id, 0, 0, moved.pending, moved.posted)
    ) AS side (account_id, debit_pending, debit_posted, credit_pending, credit_posted)
    GROUP BY side.account_id
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
