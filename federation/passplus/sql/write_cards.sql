-- Write the cards that are granted in a campaign. Grain: one row in per card, one row out per card really
-- written: who was granted one at the same moment is passed over (unique key).
INSERT INTO passplus_card (public_id, campaign_id, pupil_id, status, facts, granted_at)
SELECT asked.public_id, %s::bigint, asked.pupil_id, asked.status, asked.facts, %s::timestamptz
FROM ROWS FROM (
    unnest(%s::uuid[]), unnest(%s::bigint[]), unnest(%s::text[]), jsonb_array_elements(%s::jsonb)
) AS asked (public_id, pupil_id, status, facts)
ON CONFLICT DO NOTHING
RETURNING pupil_id, id
