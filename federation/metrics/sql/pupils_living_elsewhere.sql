-- Which part of the pupils live in another département than their collège?
-- Grain: a row for each pupil schooled in the year whose guardians with authority, on its latest day or today, all live at
-- French addresses of one département. Numerator: another one than that of the collège, which its UAI says. Refresh: feeds say
-- where guardians live now, not then.
WITH
-- part: schooled
homes AS (
    SELECT link.pupil_id, min(code.departement) AS departement
    FROM people_guardianship AS link
    JOIN people_guardian AS guardian ON guardian.id = link.guardian_id
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN guardian.postal_code !~ '^[0-9]{5}$' THEN NULL
            WHEN left(guardian.postal_code, 2) IN ('97', '98') THEN left(guardian.postal_code, 3)
            WHEN left(guardian.postal_code, 3) IN ('200', '201') THEN '02A'
            WHEN left(guardian.postal_code, 3) IN ('202', '206') THEN '02B'
            ELSE '0' || left(guardian.postal_code, 2)
        END AS departement
    ) AS code
    WHERE link.legal_role >= 1
        AND link.valid_from < %(end_day)s
        AND (link.valid_until IS NULL OR link.valid_until > %(first_day)s)
        AND code.departement IS NOT NULL
    GROUP BY link.pupil_id
    HAVING count(DISTINCT code.departement) = 1
)
SELECT
    schooled.pupil_id AS contributor, schooled.college,
    CASE WHEN homes.departement <> left(schooled.college, 3) THEN 1 END AS numerator,
    1 AS denominator
FROM schooled
JOIN homes ON homes.pupil_id = schooled.pupil_id
