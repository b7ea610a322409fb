-- Issue the invoices of a run: number them, open their accounts, post their transfers, write the
-- invoices and lines, ask for their events. Grain: returns one row, the counts.
--
-- The drafts were locked, and counted as locked, before this statement (SPIKE §3: two runs at once
-- otherwise leave a hole). What the ledger's `post` guarantees is kept: one positive transfer per
-- invoice, balances moved in the same statement, a unique reference. Identifiers are made by the
-- application.
-- Parameters: draft ids, payers' sort ranks, public ids of invoices, of accounts, of transfers;
-- regie id, fiscal year, number before the first, run id, month, issued on, due on, revenue account
-- id, instant, actor kind, actor id.
WITH named AS (
    SELECT *
    FROM unnest(%s::bigint[], %s::bigint[], %s::uuid[], %s::uuid[], %s::uuid[])
        AS t (draft_id, rank, invoice_public_id, account_public_id, transfer_public_id)
),
asked AS (
    SELECT
        %s::bigint AS regie_id, %s::int AS fiscal_year, %s::bigint AS number_before,
        %s::bigint AS run_id, %s::date AS month, %s::date AS issued_on, %s::date AS due_on,
        %s::bigint AS revenue_id, %s::timestamptz AS at, %s::text AS actor_kind, %s::text AS actor_id
),
numbered AS (
    SELECT
        named.*, draft.payer_id, draft.total_cents,
        asked.fiscal_year || '-' || lpad((asked.number_before + named.rank)::text, 6, '0') AS number
    FROM named
    JOIN invoicing_draftinvoice AS draft ON draft.id = named.draft_id
    CROSS JOIN asked
),
accounts AS (
    INSERT INTO ledger_account (
        public_id, code, kind, name, debits_pending, debits_posted, credits_pending, credits_posted,
        debits_must_not_exceed_credits, credits_must_not_exceed_debits
    )
    SELECT
        account_public_id, 'invoice:' || invoice_public_id, 'INVOICE', number,
        0, total_cents, 0, 0, false, true
    FROM numbered
    RETURNING id, public_id
),
transfers AS (
    INSERT INTO ledger_transfer (
        public_id, kind, debit_account_id, credit_account_id, amount_cents, code, reference,
        booked_at, actor_kind, actor_id
    )
    SELECT
        numbered.transfer_public_id, 'POSTED', accounts.id, asked.revenue_id, numbered.total_cents,
        'invoice', 'invoice:' || numbered.invoice_public_id, asked.at, asked.actor_kind, asked.actor_id
    FROM numbered
    JOIN accounts ON accounts.public_id = numbered.account_public_id
    CROSS JOIN asked
    RETURNING amount_cents
),
revenue AS (
    UPDATE ledger_account AS account
    SET credits_posted = account.credits_posted + total.cents
    FROM asked, (SELECT coalesce(sum(amount_cents), 0)::bigint AS cents FROM transfers) AS total
    WHERE account.id = asked.revenue_id
    RETURNING account.id
),
invoices AS (
    INSERT INTO invoicing_invoice (
        public_id, regie_id, number, run_id, payer_id, month, issued_on, due_on, total_cents,
        ledger_account_id
    )
    SELECT
        numbered.invoice_public_id, asked.regie_id, numbered.number, asked.run_id, numbered.payer_id,
        asked.month, asked.issued_on, asked.due_on, numbered.total_cents, accounts.id
    FROM numbered
    JOIN accounts ON accounts.public_id = numbered.account_public_id
    CROSS JOIN asked
    RETURNING id, public_id, total_cents
),
written AS (
    INSERT INTO invoicing_invoiceline (
        invoice_id, pupil_id, enrolment_id, price_decision_id, label, quantity, unit_price_cents,
        share_bp, amount_cents, days
    )
    SELECT
        invoices.id, line.pupil_id, line.enrolment_id, line.price_decision_id, line.label,
        line.quantity, line.unit_price_cents, line.share_bp, line.amount_cents, line.days
    FROM numbered
    JOIN invoices ON invoices.public_id = numbered.invoice_public_id
    JOIN invoicing_draftline AS line ON line.draft_invoice_id = numbered.draft_id
    RETURNING id
),
events AS (
    INSERT INTO commons_outboxevent (name, aggregate, payload, occurred_at)
    SELECT
        'billing.invoice.issued', 'invoice:' || invoices.id,
        jsonb_build_object('invoice_id', invoices.id), asked.at
    FROM invoices CROSS JOIN asked
    RETURNING id
)
SELECT
    (SELECT count(*) FROM invoices),
    (SELECT coalesce(sum(total_cents), 0)::bigint FROM invoices),
    (SELECT count(*) FROM written),
    (SELECT count(*) FROM events),
    (SELECT count(*) FROM revenue)
