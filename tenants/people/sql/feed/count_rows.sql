-- What the rows of the feed became. Grain: one row per kind and outcome.
SELECT kind, verdict, count(*) FROM (
    SELECT 'COLLEGE' AS kind, verdict FROM people_stagedcollege
    UNION ALL SELECT 'GUARDIAN', verdict FROM people_stagedguardian
    UNION ALL SELECT 'PUPIL', verdict FROM people_stagedpupil
    UNION ALL SELECT kind, 'REJECTED' FROM people_stagedrefusal
) AS become
GROUP BY kind, verdict
ORDER BY kind, verdict
