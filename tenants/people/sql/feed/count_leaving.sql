-- How many of those we have would go: who disappears, and whose link to a pupil ends. Grain: one row
-- per kind, with how many there are.
WITH gone AS (
    SELECT record_kind, rank FROM people_feedimportrow
    WHERE feed_import_id = %(feed)s AND outcome = 'DISAPPEARING'
),
changed AS (
    SELECT rank FROM people_feedimportrow
    WHERE feed_import_id = %(feed)s AND record_kind = 'PUPIL' AND outcome = 'CHANGED'
)
SELECT 'PUPIL', (SELECT count(*) FROM gone WHERE record_kind = 'PUPIL'),
       (SELECT count(*) FROM people_pupil WHERE jointure_id IS NOT NULL AND missing_since IS NULL)
UNION ALL
SELECT 'GUARDIAN', (SELECT count(*) FROM gone WHERE record_kind = 'GUARDIAN'),
       (SELECT count(*) FROM people_guardian WHERE jointure_id IS NOT NULL AND missing_since IS NULL)
UNION ALL
SELECT 'LINK',
       (SELECT count(*) FROM people_stagedtie AS tie JOIN changed ON changed.rank = tie.pupil_rank
        WHERE tie.verdict = 'ENDED'),
       (SELECT count(*) FROM people_guardianship WHERE valid_until IS NULL)
