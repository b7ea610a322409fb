-- Write the invoices of a run, their lines, and the events that tell families. Grain: returns one
-- row, the counts.
--
-- The drafts were locked, numbered and posted in the ledger before this statement, in the same
-- transaction. Identifiers are made by the application. Names and addresses are those of this moment:
-- the invoice keeps them.
-- Parameters: draft ids, numbers, public ids of invoices, ids of ledger accounts; regie id, run id,
-- month, issued on, due on, instant.
WITH named AS (
    SELECT *
    FROM unnest(%s::bigint[], %s::text[], %s::uuid[], %s::bigint[])
        AS t (draft_id, number, public_id, account_id)
),
asked AS (
    SELECT %s::bigint AS regie_id, %s::bigint AS run_id, %s::date AS month, %s::date AS issued_on,
           %s::date AS due_on, %s::timestamptz AS at
),
invoices AS (
    INSERT INTO invoicing_invoice (
        public_id, regie_id, number, run_id, payer_id, payer_first_name, payer_last_name,
        payer_street, payer_postal_code, payer_city, payer_country, regie_name, regie_siret, month,
        issued_on, due_on, total_cents, ledger_account_id
    )
    SELECT named.public_id, asked.regie_id, named.number, asked.run_id, draft.payer_id,
           payer.first_name, payer.last_name, payer.street, payer.postal_code, payer.city,
           payer.country, regie.name, regie.siret, asked.month,
           asked.issued_on, asked.due_on, draft.total_cents, named.account_id
    FROM named
    JOIN invoicing_draftinvoice AS draft ON draft.id = named.draft_id
    JOIN people_guardian AS payer ON payer.id = draft.payer_id
    CROSS JOIN asked
    JOIN invoicing_regie AS regie ON regie.id = asked.regie_id
    ORDER BY named.number
    RETURNING id, public_id, total_cents
),
written AS (
    INSERT INTO invoicing_invoiceline (
        invoice_id, pupil_id, pupil_first_name, pupil_last_name, enrolment_id, price_decision_id,
        label, quantity, unit_price_cents, share_bp, share_before_bp,
        already_billed_cents, amount_cents, days
    )
    SELECT invoices.id, line.pupil_id, pupil.first_name, pupil.last_name, line.enrolment_id,
           line.price_decision_id, line.label, line.quantity, line.unit_price_cents, line.share_bp,
           line.share_before_bp, line.already_billed_cents, line.amount_cents, line.days
    FROM named
    JOIN invoices ON invoices.public_id = named.public_id
    JOIN invoicing_draftline AS line ON line.draft_invoice_id = named.draft_id
    JOIN people_pupil AS pupil ON pupil.id = line.pupil_id
    RETURNING id
),
events AS (
    INSERT INTO commons_outboxevent (name, aggregate, payload, occurred_at)
    SELECT 'billing.invoice.issued', 'invoice:' || invoices.id,
           jsonb_build_object('invoice_id', invoices.id), asked.at
    FROM invoices CROSS JOIN asked
    RETURNING id
)
SELECT
    (SELECT count(*) FROM invoices),
    (SELECT coalesce(sum(total_cents), 0)::bigint FROM invoices),
    (SELECT count(*) FROM written),
    (SELECT count(*) FROM events)
