-- Has a payer neither e-mail nor postal address? The invoice would reach nobody.
-- Severity: BLOCKING. Grain: one row per payer. Refresh: at each review.
SELECT 'payer', guardian.id, jsonb_build_object('total_cents', draft.total_cents)
FROM invoicing_draftinvoice AS draft
JOIN people_guardian AS guardian ON guardian.id = draft.payer_id
WHERE draft.run_id = %(run)s AND draft.total_cents > 0
  AND guardian.email = '' AND (guardian.street = '' OR guardian.city = '')
