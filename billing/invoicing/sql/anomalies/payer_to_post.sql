-- Has a payer a postal address and no e-mail? No message tells them: the invoice goes by post.
-- Severity: WARNING. Grain: one row per payer. Refresh: at each review.
WITH
-- part: owing
SELECT 'payer', payer_id, jsonb_build_object('total_cents', total_cents)
FROM owing
WHERE email = '' AND has_address
