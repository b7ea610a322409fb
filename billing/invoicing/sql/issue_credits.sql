-- Write credit notes, their lines, and the events that tell families. Grain: returns one row, the
-- counts.
--
-- They were numbered and posted in the ledger before this statement, in the same transaction, with
-- the accounts of their invoices locked. A line's own amount is read from the invoice, and a line of
-- another invoice is left out: the counts then differ, and the caller undoes the whole.
-- Parameters: public ids, numbers, invoice ids, totals, what is over-paid; the entries as JSON;
-- regie id, kind, run id or null, reason, issued on, instant.
WITH named AS (
    SELECT *
    FROM unnest(%s::uuid[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[])
        AS t (public_id, number, invoice_id, total_cents, over_paid_cents)
),
entries AS (
    SELECT *
    FROM jsonb_to_recordset(%s::jsonb) AS t (
        note uuid, line_id bigint, quantity integer, amount_cents bigint,
        credited_before_cents bigint, days date[]
    )
),
asked AS (
    SELECT %s::bigint AS regie_id, %s::text AS kind, %s::bigint AS run_id,
           %s::text AS reason, %s::date AS issued_on, %s::timestamptz AS at
),
notes AS (
    INSERT INTO invoicing_creditnote (
        public_id, regie_id, number, invoice_id, kind, run_id, reason, issued_on, total_cents,
        over_paid_cents
    )
    SELECT named.public_id, asked.regie_id, named.number, named.invoice_id, asked.kind,
           asked.run_id, asked.reason, asked.issued_on, named.total_cents, named.over_paid_cents
    FROM named CROSS JOIN asked
    ORDER BY named.number
    RETURNING id, public_id, invoice_id, total_cents
),
written AS (
    INSERT INTO invoicing_creditnoteline (
        credit_note_id, invoice_line_id, quantity, amount_cents, credited_before_cents, line_cents,
        days
    )
    SELECT notes.id, line.id, entries.quantity, entries.amount_cents,
           entries.credited_before_cents, line.amount_cents, entries.days
    FROM entries
    JOIN notes ON notes.public_id = entries.note
    JOIN invoicing_invoiceline AS line
      ON line.id = entries.line_id AND line.invoice_id = notes.invoice_id
    RETURNING amount_cents
),
events AS (
    INSERT INTO commons_outboxevent (name, aggregate, payload, occurred_at)
    SELECT 'billing.credit_note.issued', 'invoice:' || notes.invoice_id,
           jsonb_build_object('credit_note_id', notes.id), asked.at
    FROM notes CROSS JOIN asked
    RETURNING id
)
SELECT
    (SELECT count(*) FROM notes),
    (SELECT coalesce(sum(total_cents), 0)::bigint FROM notes),
    (SELECT coalesce(sum(amount_cents), 0)::bigint FROM written),
    (SELECT count(*) FROM written),
    (SELECT count(*) FROM events)
