-- The same shares for the pupils we knew, but those whose shares an agent or a judge set otherwise and
-- whose payers are still there. Grain: one row per link whose share moves.
WITH ranked AS (
    SELECT link.id, link.is_financial,
           count(*) FILTER (WHERE link.is_financial) OVER (PARTITION BY link.pupil_id) AS payers,
           count(*) FILTER (WHERE link.is_financial)
               OVER (PARTITION BY link.pupil_id ORDER BY link.id) AS place
    FROM people_guardianship AS link
    JOIN people_stagedplan AS plan ON plan.pupil_id = link.pupil_id
    WHERE link.valid_until IS NULL AND NOT plan.is_new AND plan.has_links
      AND plan.has_default_shares
),
shares AS (
    SELECT id, CASE WHEN is_financial THEN 10000 / payers + (place <= mod(10000, payers))::int
               ELSE 0 END AS share_bp
    FROM ranked
)
UPDATE people_guardianship AS link
SET payer_share_bp = shares.share_bp
FROM shares
WHERE link.id = shares.id AND link.payer_share_bp <> shares.share_bp
