-- The financial guardians pay, in equal parts that make the whole; shares that an agent or a judge
-- set otherwise stay as they are. Grain: one row per link whose share moves.
WITH ranked AS (
    SELECT link.id, link.is_financial,
           count(*) FILTER (WHERE link.is_financial) OVER (PARTITION BY link.pupil_id) AS payers,
           count(*) FILTER (WHERE link.is_financial)
               OVER (PARTITION BY link.pupil_id ORDER BY link.id) AS place
    FROM people_guardianship AS link
    JOIN people_stagedpupil AS staged ON staged.target_id = link.pupil_id
    WHERE link.valid_until IS NULL AND staged.verdict IN ('CREATED', 'CHANGED') AND staged.has_links
      AND staged.has_default_shares
),
shares AS (
    SELECT id, CASE
        WHEN is_financial THEN 10000 / greatest(payers, 1) + (place <= mod(10000, greatest(payers, 1)))::int ELSE 0
    END AS share_bp
    FROM ranked
)
UPDATE people_guardianship AS link
SET payer_share_bp = shares.share_bp
FROM shares
WHERE link.id = shares.id AND link.payer_share_bp <> shares.share_bp
