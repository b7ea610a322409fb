-- Did the price of a pupil's meal change by more than half since the previous month's invoices?
-- Severity: WARNING. Grain: one row per pupil. Refresh: at each review.
WITH now AS (
    SELECT line.pupil_id, max(line.unit_price_cents) AS cents
    FROM invoicing_draftline AS line
    JOIN invoicing_draftinvoice AS draft ON draft.id = line.draft_invoice_id
    WHERE draft.run_id = %(run)s
    GROUP BY line.pupil_id
),
before AS (
    SELECT line.pupil_id, max(line.unit_price_cents) AS cents
    FROM invoicing_invoiceline AS line
    JOIN invoicing_invoice AS invoice ON invoice.id = line.invoice_id
    WHERE invoice.month = (%(first)s::date - interval '1 month')::date
    GROUP BY line.pupil_id
)
SELECT 'pupil', now.pupil_id,
       jsonb_build_object('before_cents', before.cents, 'now_cents', now.cents)
FROM now
JOIN before ON before.pupil_id = now.pupil_id
WHERE abs(now.cents - before.cents) * 2 > before.cents
