-- Tie each staged pupil that was created or changed to its row. Grain: one row per such pupil; also
-- notes whether the shares of its bills are still what the feed's flags alone would give.
WITH ranked AS (
    SELECT link.pupil_id, link.payer_share_bp, link.is_financial,
           count(*) FILTER (WHERE link.is_financial) OVER (PARTITION BY link.pupil_id) AS payers,
           count(*) FILTER (WHERE link.is_financial)
               OVER (PARTITION BY link.pupil_id ORDER BY link.id) AS place
    FROM people_guardianship AS link
    WHERE link.valid_until IS NULL
),
shares AS (
    SELECT pupil_id,
           bool_and(payer_share_bp = CASE
               WHEN is_financial THEN 10000 / greatest(payers, 1) + (place <= mod(10000, greatest(payers, 1)))::int ELSE 0
           END) AS is_default
    FROM ranked GROUP BY pupil_id
)
UPDATE people_stagedpupil AS staged
SET target_id = known.id, has_default_shares = coalesce(shares.is_default, true)
FROM people_pupil AS known
LEFT JOIN shares ON shares.pupil_id = known.id
WHERE staged.verdict IN ('CREATED', 'CHANGED') AND known.jointure_id = staged.jointure_id
