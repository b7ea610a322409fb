-- Do two payers of the run bear the same name and the same e-mail or address?
-- Severity: WARNING. Grain: one row per payer that has a double. Refresh: at each review.
WITH payers AS (
    SELECT guardian.*
    FROM invoicing_draftinvoice AS draft
    JOIN people_guardian AS guardian ON guardian.id = draft.payer_id
    WHERE draft.run_id = %(run)s
)
SELECT 'payer', payers.id, jsonb_build_object('others', jsonb_agg(double.id ORDER BY double.id))
FROM payers
JOIN payers AS double
  ON double.sort_key = payers.sort_key AND double.id <> payers.id
 AND ((double.email = payers.email AND payers.email <> '')
      OR (double.street = payers.street AND double.postal_code = payers.postal_code
          AND payers.street <> ''))
GROUP BY payers.id
