-- What the records of the feed became, and whom it no longer names. Grain: one row per kind and
-- outcome. A record without a report row is unchanged.
WITH told AS (
    SELECT record_kind, outcome, rank FROM people_feedimportrow WHERE feed_import_id = %(feed)s
),
staged AS (
    SELECT 'COLLEGE' AS kind, rank FROM people_stagedcollege
    UNION ALL SELECT 'GUARDIAN', rank FROM people_stagedguardian
    UNION ALL SELECT 'PUPIL', rank FROM people_stagedpupil
    UNION ALL SELECT kind, rank FROM people_stagedrefusal
)
SELECT staged.kind, coalesce(told.outcome, 'UNCHANGED') AS verdict, count(*)
FROM staged
LEFT JOIN told ON told.rank = staged.rank
GROUP BY staged.kind, verdict
UNION ALL
SELECT record_kind, outcome, count(*) FROM told
WHERE rank = 0 AND outcome = 'DISAPPEARING'
GROUP BY record_kind, outcome
