-- The pupils of the collège that year, by each identifier they have; the academic one first.
pupils AS (
    SELECT DISTINCT ON (key) key, pupil_id
    FROM (
        SELECT known.key, pupil.id AS pupil_id, known.rank
        FROM people_pupil AS pupil
        CROSS JOIN LATERAL (VALUES (pupil.jointure_id, 1), (pupil.ine, 2)) AS known (key, rank)
        WHERE known.key IS NOT NULL
          AND pupil.id IN (
              SELECT pupil_id FROM people_schooling
              WHERE college_id = %(college)s AND school_year = %(year)s
          )
    ) AS keys
    ORDER BY key, rank
)
