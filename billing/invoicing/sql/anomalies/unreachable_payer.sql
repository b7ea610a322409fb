-- Has a payer neither e-mail nor postal address? The invoice would reach nobody.
-- Severity: BLOCKING. Grain: one row per payer. Refresh: at each review.
WITH
-- part: owing
SELECT 'payer', payer_id, jsonb_build_object('total_cents', total_cents)
FROM owing
WHERE email = '' AND NOT has_address
