-- What the month of `asked` should have been billed, against what it was: payer by payer, and pupil by
-- pupil. Needs the parts meals and lines, and `asked.corrects_id`, the month's first run.
-- What a person credited by hand stands: it is not billed again, and it counts in what is given back. A
-- cancelled invoice counts for nothing: what it should have said is billed again.
billed AS (
    SELECT
        line.id, line.invoice_id, invoice.payer_id AS guardian_id, line.pupil_id, line.enrolment_id,
        line.price_decision_id AS decision_id, line.quantity, line.days, line.amount_cents,
        coalesce(credit.cents, 0) AS credited_cents, coalesce(credit.by_hand, 0) AS by_hand_cents,
        coalesce(credit.meals, 0) AS credited_meals, coalesce(credit.days, '{}') AS credited_days
    FROM asked
    JOIN invoicing_billingrun AS run ON asked.corrects_id IN (run.id, run.corrects_id)
    JOIN invoicing_invoice AS invoice ON invoice.run_id = run.id
    JOIN invoicing_invoiceline AS line ON line.invoice_id = invoice.id
    LEFT JOIN LATERAL (
        SELECT
            sum(entry.amount_cents)::bigint AS cents,
            sum(entry.amount_cents) FILTER (WHERE note.kind <> 'ADJUSTMENT')::bigint AS by_hand,
            sum(entry.quantity)::integer AS meals,
            (SELECT array_agg(day) FROM invoicing_creditnoteline AS one, unnest(one.days) AS day
             WHERE one.invoice_line_id = line.id) AS days
        FROM invoicing_creditnoteline AS entry
        JOIN invoicing_creditnote AS note ON note.id = entry.credit_note_id
        WHERE entry.invoice_line_id = line.id
    ) AS credit ON TRUE
    WHERE NOT EXISTS (
        SELECT 1 FROM invoicing_creditnote AS note
        WHERE note.invoice_id = invoice.id AND note.kind = 'CANCELLATION'
    )
),
