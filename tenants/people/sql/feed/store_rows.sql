-- Keep what became of the rows that are not simply unchanged. Grain: one row per such row of a feed.
-- Parameters: import id.
INSERT INTO people_feedimportrow
    (feed_import_id, record_kind, record_id, outcome, reason_code, place, diff)
SELECT %s, kind, jointure_id, verdict, reason, place, diff
FROM (
    SELECT 1 AS part, rank, 'COLLEGE' AS kind, jointure_id, verdict, reason, place, diff
    FROM people_stagedcollege
    UNION ALL
    SELECT 2, rank, 'GUARDIAN', jointure_id, verdict, reason, place, diff FROM people_stagedguardian
    UNION ALL
    SELECT 3, rank, 'PUPIL', jointure_id, verdict, reason, place, diff FROM people_stagedpupil
    UNION ALL
    SELECT 4, 0, kind, jointure_id, 'REJECTED', reason, place,
           CASE WHEN detail = '' THEN '{}' ELSE jsonb_build_object('attribute', detail) END
    FROM people_stagedrefusal
) AS become
WHERE verdict <> 'UNCHANGED'
ORDER BY part, rank
