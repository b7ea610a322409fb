-- Post any number of transfers: insert them, then move the balances of their accounts, in one
-- statement. Grain: one row in and out per transfer that was really inserted.
--
-- Accounts are locked in the order of their ids before anything is written: without that, two
-- opposite transfers deadlock (SPIKE §3). A reference already used, or a hold already resolved, is
-- passed over by ON CONFLICT; the caller sees that its row is missing and asks why.
WITH asked AS (
    SELECT *
    FROM unnest(
        %s::uuid[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
        %s::timestamptz[], %s::text[], %s::text[]
    ) AS t (public_id, kind, debit_id, credit_id, amount, pending_id, timeout_at, code, reference)
),
resolved AS (
    -- A resolution takes its accounts from its hold, and all of the amount unless it says less.
    SELECT
        asked.public_id, asked.kind,
        coalesce(hold.debit_account_id, asked.debit_id) AS debit_id,
        coalesce(hold.credit_account_id, asked.credit_id) AS credit_id,
        coalesce(asked.amount, hold.amount_cents) AS amount,
        hold.amount_cents AS held,
        asked.pending_id, asked.timeout_at, asked.code, asked.reference
    FROM asked
    LEFT JOIN ledger_transfer AS hold ON hold.id = asked.pending_id
    WHERE asked.pending_id IS NULL
       OR (hold.kind = 'PENDING'
           AND (hold.timeout_at IS NULL OR hold.timeout_at > %s::timestamptz OR asked.kind = 'VOID_PENDING')
           AND coalesce(asked.amount, hold.amount_cents) <= hold.amount_cents)
),
locked AS MATERIALIZED (
    SELECT account.id, account.closed_at
    FROM ledger_account AS account
    WHERE account.id IN (SELECT debit_id FROM resolved UNION SELECT credit_id FROM resolved)
    ORDER BY account.id
    FOR NO KEY UPDATE
),
inserted AS (
    INSERT INTO ledger_transfer (
        public_id, kind, debit_account_id, credit_account_id, amount_cents, pending_id, timeout_at,
        code, reference, booked_at, actor_kind, actor_id
    )
    SELECT
        resolved.public_id, resolved.kind, resolved.debit_id, resolved.credit_id, resolved.amount,
        resolved.pending_id, resolved.timeout_at, resolved.code, resolved.reference,
        %s::timestamptz, %s::text, %s::text
    FROM resolved
    JOIN locked AS debited ON debited.id = resolved.debit_id
    JOIN locked AS credited ON credited.id = resolved.credit_id
    -- A closed account takes no new movement, but what it holds may still be resolved.
    WHERE (debited.closed_at IS NULL AND credited.closed_at IS NULL) OR resolved.pending_id IS NOT NULL
    ON CONFLICT DO NOTHING
    RETURNING id, public_id, kind, debit_account_id, credit_account_id, amount_cents
),
movements AS (
    SELECT
        inserted.id, inserted.debit_account_id, inserted.credit_account_id,
        CASE inserted.kind
            WHEN 'PENDING' THEN inserted.amount_cents WHEN 'POSTED' THEN 0 ELSE -resolved.held
        END AS pending,
        CASE WHEN inserted.kind IN ('POSTED', 'POST_PENDING') THEN inserted.amount_cents ELSE 0 END
            AS posted
    FROM inserted
    JOIN resolved ON resolved.public_id = inserted.public_id
),
deltas AS (
    SELECT
        account_id,
        sum(debit_pending) AS debit_pending, sum(debit_posted) AS debit_posted,
        sum(credit_pending) AS credit_pending, sum(credit_posted) AS credit_posted
    FROM (
        SELECT debit_account_id, pending, posted, 0::bigint, 0::bigint FROM movements
        UNION ALL
        SELECT credit_account_id, 0::bigint, 0::bigint, pending, posted FROM movements
    ) AS sides (account_id, debit_pending, debit_posted, credit_pending, credit_posted)
    GROUP BY account_id
),
moved AS (
    UPDATE ledger_account AS account
    SET debits_pending = account.debits_pending + deltas.debit_pending,
        debits_posted = account.debits_posted + deltas.debit_posted,
        credits_pending = account.credits_pending + deltas.credit_pending,
        credits_posted = account.credits_posted + deltas.credit_posted
    FROM deltas
    WHERE account.id = deltas.account_id
    RETURNING account.id
)
SELECT inserted.id, inserted.public_id, (SELECT count(*) FROM moved) FROM inserted
