-- What moved on one account over a period, and its balances after each movement. Grain: one row per
-- transfer that touches the account, oldest first, then the latest one before the period (its
-- balances are the opening ones). The running sums start at the first transfer ever.
WITH moved AS (
    SELECT
        t.id, t.booked_at,
        (t.debit_account_id = %s::bigint) AS is_debit,
        CASE t.kind
            WHEN 'POSTED' THEN 0 WHEN 'PENDING' THEN t.amount_cents ELSE -t.held_cents
        END AS pending,
        CASE WHEN t.kind IN ('POSTED', 'POST_PENDING') THEN t.amount_cents ELSE 0 END AS posted
    FROM ledger_transfer AS t
    WHERE t.debit_account_id = %s::bigint OR t.credit_account_id = %s::bigint
),
running AS (
    SELECT
        id, booked_at,
        coalesce(sum(pending) FILTER (WHERE is_debit) OVER so_far, 0)::bigint AS debits_pending,
        coalesce(sum(posted) FILTER (WHERE is_debit) OVER so_far, 0)::bigint AS debits_posted,
        coalesce(sum(pending) FILTER (WHERE NOT is_debit) OVER so_far, 0)::bigint AS credits_pending,
        coalesce(sum(posted) FILTER (WHERE NOT is_debit) OVER so_far, 0)::bigint AS credits_posted
    FROM moved
    WINDOW so_far AS (ORDER BY booked_at, id ROWS UNBOUNDED PRECEDING)
)
SELECT TRUE AS is_inside, id, debits_pending, debits_posted, credits_pending, credits_posted, booked_at
FROM running
WHERE booked_at >= %s::timestamptz AND booked_at < %s::timestamptz
UNION ALL
(
    SELECT FALSE, id, debits_pending, debits_posted, credits_pending, credits_posted, booked_at
    FROM running
    WHERE booked_at < %s::timestamptz
    ORDER BY booked_at DESC, id DESC
    LIMIT 1
)
ORDER BY booked_at, id
