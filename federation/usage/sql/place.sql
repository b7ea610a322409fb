-- As whom, and of which collège, an account visits: `"UAI|PROFILE"`, the DNMA's names.
-- A pupil first; then a guardian, by the oldest child who is schooled here (the DNMA counts the first active
-- structure of a person); then staff, of their collège if they have one.
-- Parameters: user_id, day (local).
WITH place AS (
    SELECT 1 AS rank, 'ELEVE' AS profile, college.uai, schooling.valid_from AS since, schooling.id
    FROM tenant.people_pupil AS pupil
    LEFT JOIN tenant.people_schooling AS schooling ON schooling.pupil_id = pupil.id
        AND schooling.valid_from <= %(day)s
        AND (schooling.valid_until IS NULL OR schooling.valid_until > %(day)s)
    LEFT JOIN tenant.people_college AS college ON college.id = schooling.college_id
    WHERE pupil.user_id = %(user_id)s
    UNION ALL
    (SELECT 2, 'PARENT', college.uai, NULL, NULL
    FROM tenant.people_guardian AS guardian
    LEFT JOIN tenant.people_guardianship AS link ON link.guardian_id = guardian.id
        AND link.valid_from <= %(day)s AND (link.valid_until IS NULL OR link.valid_until > %(day)s)
    LEFT JOIN tenant.people_pupil AS pupil ON pupil.id = link.pupil_id
    LEFT JOIN tenant.people_schooling AS schooling ON schooling.pupil_id = pupil.id
        AND schooling.valid_from <= %(day)s
        AND (schooling.valid_until IS NULL OR schooling.valid_until > %(day)s)
    LEFT JOIN tenant.people_college AS college ON college.id = schooling.college_id
    WHERE guardian.user_id = %(user_id)s
    ORDER BY college.uai IS NULL, pupil.birth_date, pupil.sort_key, pupil.id,
        schooling.valid_from DESC, schooling.id DESC
    LIMIT 1)
    UNION ALL
    (SELECT
        3,
        CASE WHEN role.college_uai = '' THEN 'AUTRE' ELSE 'ADMIN_VIE_SCOL_TECH' END,
        role.college_uai, NULL, NULL
    FROM tenant.accounts_staffrole AS role
    WHERE role.user_id = %(user_id)s
    ORDER BY role.college_uai = '', role.college_uai
    LIMIT 1)
)
SELECT to_json(coalesce((
    SELECT coalesce(place.uai, '') || '|' || place.profile
    FROM place
    ORDER BY place.rank, place.since DESC NULLS LAST, place.id DESC
    LIMIT 1
), '|AUTRE'))::text
