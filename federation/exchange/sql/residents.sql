-- Question: of each public collège, how many pupils live in which département? (code de l'éducation, L. 213-8)
-- Grain: a collège and a département of residence; '' when no address is known. Asked live, on a day.
-- A pupil is schooled once, and lives where the first legal guardian does: the feed says no address of pupils.
WITH schooled AS (
    SELECT DISTINCT ON (s.pupil_id) s.pupil_id, s.college_id
    FROM people_schooling AS s
    WHERE s.valid_from <= %(on)s AND (s.valid_until IS NULL OR s.valid_until > %(on)s)
    ORDER BY s.pupil_id, s.valid_from DESC, s.id
),
homes AS (
    SELECT DISTINCT ON (link.pupil_id) link.pupil_id, guardian.postal_code
    FROM people_guardianship AS link
    JOIN people_guardian AS guardian ON guardian.id = link.guardian_id
    WHERE link.valid_from <= %(on)s AND (link.valid_until IS NULL OR link.valid_until > %(on)s)
    ORDER BY link.pupil_id, link.legal_role = 1 DESC, guardian.postal_code = '', link.id
)
SELECT college.public_id, college.uai, college.name,
       CASE WHEN homes.postal_code ~ '^97[0-9]{3}$' THEN left(homes.postal_code, 3)
            WHEN homes.postal_code ~ '^[0-9]{5}$' THEN left(homes.postal_code, 2)
            ELSE '' END AS residence,
       count(*) AS pupils,
       sum(count(*)) OVER (PARTITION BY college.id)::bigint AS of_college
FROM schooled
JOIN people_college AS college ON college.id = schooled.college_id AND college.sector = 'PUBLIC'
LEFT JOIN homes ON homes.pupil_id = schooled.pupil_id
GROUP BY college.id, college.public_id, college.uai, college.name, residence
ORDER BY college.uai, residence
