-- Does a payer's draft come to nothing? It is not issued.
-- Severity: WARNING. Grain: one row per draft invoice. Refresh: at each review.
SELECT 'payer', draft.payer_id, jsonb_build_object('lines', count(line.id))
FROM invoicing_draftinvoice AS draft
LEFT JOIN invoicing_draftline AS line ON line.draft_invoice_id = draft.id
WHERE draft.run_id = %(run)s AND draft.total_cents = 0
GROUP BY draft.payer_id
