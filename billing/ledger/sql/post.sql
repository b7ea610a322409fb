-- Post any number of transfers: insert them, then move the balances of their accounts, in one
-- statement. Grain: one row in per transfer asked for, one row out per transfer really inserted.
--
-- Accounts are locked in the order of their ids before anything is written: without that, two
-- opposite transfers deadlock (SPIKE §3). A reference already used, a hold already resolved or
-- expired, an account closed or unknown: the transfer is passed over, and the caller, who sees that
-- its row is missing, undoes the whole and says why.
--
-- What stands between braces is written by `statements`: where the transfers come from, and what is
-- told of those that were inserted, or written along with them.
WITH asked AS (
    SELECT *
    FROM {asked} AS t (
        public_id, kind, debit_id, credit_id, amount, pending_id, timeout_at, code, reference, rank
    )
),
complete AS MATERIALIZED (
    -- A resolution takes its accounts from its hold, and all of the amount unless it says less.
    SELECT
        asked.rank, asked.public_id, asked.kind, asked.pending_id, asked.timeout_at, asked.code,
        asked.reference,
        coalesce(hold.debit_account_id, asked.debit_id) AS debit_id,
        coalesce(hold.credit_account_id, asked.credit_id) AS credit_id,
        coalesce(asked.amount, hold.amount_cents) AS amount,
        hold.amount_cents AS held
    FROM asked
    -- LIMIT keeps this one look-up by key per hold, and none without: never a scan of all transfers.
    LEFT JOIN LATERAL (
        SELECT t.kind, t.booked_at, t.timeout_at, t.amount_cents, t.debit_account_id, t.credit_account_id
        FROM ledger_transfer AS t
        WHERE t.id = asked.pending_id
        LIMIT 1
    ) AS hold ON TRUE
    WHERE asked.pending_id IS NULL
       OR (hold.kind = 'PENDING' AND hold.booked_at <= %s::timestamptz
           AND (asked.kind = 'VOID_PENDING' OR hold.timeout_at IS NULL
                OR hold.timeout_at > %s::timestamptz))
),
locked AS MATERIALIZED (
    SELECT account.id, account.closed_at
    FROM ledger_account AS account
    WHERE account.id IN (SELECT debit_id FROM complete UNION SELECT credit_id FROM complete)
    ORDER BY account.id
    FOR NO KEY UPDATE
),
inserted AS (
    INSERT INTO ledger_transfer (
        public_id, kind, debit_account_id, credit_account_id, amount_cents, pending_id, held_cents,
        timeout_at, code, reference, booked_at, actor_kind, actor_id
    )
    SELECT
        complete.public_id, complete.kind, complete.debit_id, complete.credit_id, complete.amount,
        complete.pending_id, complete.held, complete.timeout_at, complete.code, complete.reference,
        %s::timestamptz, %s::text, %s::text
    FROM complete
    JOIN locked AS debited ON debited.id = complete.debit_id
    JOIN locked AS credited ON credited.id = complete.credit_id
    WHERE debited.closed_at IS NULL AND credited.closed_at IS NULL
    ORDER BY complete.rank
    ON CONFLICT DO NOTHING
    RETURNING
        id, public_id, kind, debit_account_id, credit_account_id, amount_cents, pending_id,
        held_cents, timeout_at, code, reference, booked_at, actor_kind, actor_id
),
deltas AS (
    SELECT
        side.account_id,
        sum(side.debit_pending)::bigint AS debit_pending,
        sum(side.debit_posted)::bigint AS debit_posted,
        sum(side.credit_pending)::bigint AS credit_pending,
        sum(side.credit_posted)::bigint AS credit_posted
    FROM inserted
    CROSS JOIN LATERAL (
        SELECT
            CASE inserted.kind
                WHEN 'POSTED' THEN 0 WHEN 'PENDING' THEN inserted.amount_cents
                ELSE -inserted.held_cents
            END AS pending,
            CASE WHEN inserted.kind IN ('POSTED', 'POST_PENDING') THEN inserted.amount_cents ELSE 0
            END AS posted
    ) AS moved
    CROSS JOIN LATERAL (
        VALUES
            (inserted.debit_account_id, moved.pending, moved.posted, 0, 0),
            (inserted.credit_account_id, 0, 0, moved.pending, moved.posted)
    ) AS side (account_id, debit_pending, debit_posted, credit_pending, credit_posted)
    GROUP BY side.account_id
),
balanced AS (
    UPDATE ledger_account AS account
    SET debits_pending = account.debits_pending + deltas.debit_pending,
        debits_posted = account.debits_posted + deltas.debit_posted,
        credits_pending = account.credits_pending + deltas.credit_pending,
        credits_posted = account.credits_posted + deltas.credit_posted
    FROM deltas
    WHERE account.id = deltas.account_id
)
{answer}
