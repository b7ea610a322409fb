-- Is an invoice more than three times the median of the run?
-- Severity: WARNING. Grain: one row per draft invoice. Refresh: at each review.
WITH median AS (
    SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY total_cents) AS cents
    FROM invoicing_draftinvoice
    WHERE run_id = %(run)s AND total_cents > 0
)
SELECT 'payer', draft.payer_id,
       jsonb_build_object('total_cents', draft.total_cents, 'median_cents', median.cents)
FROM invoicing_draftinvoice AS draft
CROSS JOIN median
WHERE draft.run_id = %(run)s AND draft.total_cents > 3 * median.cents
