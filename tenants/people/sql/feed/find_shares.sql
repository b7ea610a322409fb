-- The pupils whose bills are shared otherwise than the feed's flags alone would: by an agent, or a
-- judge. Alone, financial guardians pay equal parts that make the whole. Grain: one row per pupil.
INSERT INTO people_stagedshare (pupil_id)
SELECT pupil_id
FROM people_guardianship
WHERE valid_until IS NULL
GROUP BY pupil_id
HAVING sum(payer_share_bp) FILTER (WHERE NOT is_financial) > 0
    OR sum(payer_share_bp) FILTER (WHERE is_financial) <> 10000
    OR max(payer_share_bp) FILTER (WHERE is_financial)
       - min(payer_share_bp) FILTER (WHERE is_financial) > 1
