-- Whom a full feed no longer names, refused and set aside records included. Grain: one row per pupil
-- or guardian, with how many the feed knew before.
WITH named AS (
    SELECT 'PUPIL' AS kind, jointure_id FROM people_stagedpupil
    UNION ALL SELECT 'GUARDIAN', jointure_id FROM people_stagedguardian
    UNION ALL SELECT kind, jointure_id FROM people_stagedrefusal
),
known AS (
    SELECT 'PUPIL' AS kind, id, jointure_id FROM people_pupil
    WHERE jointure_id IS NOT NULL AND missing_since IS NULL
    UNION ALL
    SELECT 'GUARDIAN', id, jointure_id FROM people_guardian
    WHERE jointure_id IS NOT NULL AND missing_since IS NULL
)
SELECT known.kind, known.id, known.jointure_id FROM known
WHERE NOT EXISTS (
    SELECT 1 FROM named WHERE named.kind = known.kind AND named.jointure_id = known.jointure_id
)
ORDER BY known.kind, known.id
