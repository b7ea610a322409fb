-- How many people of each collège and profile could come on a day, and have a way in: they chose a password, or
-- signed in once. By the rule of `place.sql`, for everybody at once. Whoever is several people is one, by the first of their profiles.
-- Parameters: day (local), month (its first day).
WITH schooled AS (
    SELECT DISTINCT ON (schooling.pupil_id) schooling.pupil_id, college.uai
    FROM tenant.people_schooling AS schooling
    JOIN tenant.people_college AS college ON college.id = schooling.college_id
    WHERE schooling.valid_from <= %(day)s
        AND (schooling.valid_until IS NULL OR schooling.valid_until > %(day)s)
    ORDER BY schooling.pupil_id, schooling.valid_from DESC, schooling.id DESC
),
person AS (
    SELECT schooled.uai, 'ELEVE' AS profile, pupil.user_id
    FROM schooled
    JOIN tenant.people_pupil AS pupil ON pupil.id = schooled.pupil_id
    WHERE pupil.missing_since IS NULL
    UNION ALL
    SELECT child.uai, 'PARENT', guardian.user_id
    FROM (
        SELECT DISTINCT ON (link.guardian_id) link.guardian_id, schooled.uai
        FROM tenant.people_guardianship AS link
        JOIN schooled ON schooled.pupil_id = link.pupil_id
        JOIN tenant.people_pupil AS pupil ON pupil.id = link.pupil_id
        WHERE link.valid_from <= %(day)s
            AND (link.valid_until IS NULL OR link.valid_until > %(day)s)
        ORDER BY link.guardian_id, pupil.birth_date, pupil.sort_key, pupil.id
    ) AS child
    JOIN tenant.people_guardian AS guardian ON guardian.id = child.guardian_id
    WHERE guardian.missing_since IS NULL
    UNION ALL
    SELECT
        coalesce(min(nullif(role.college_uai, '')), ''),
        CASE WHEN max(role.college_uai) = '' THEN 'AUTRE' ELSE 'ADMIN_VIE_SCOL_TECH' END,
        role.user_id
    FROM tenant.accounts_staffrole AS role
    WHERE NOT EXISTS (
            SELECT 1 FROM tenant.people_pupil AS pupil WHERE pupil.user_id = role.user_id
        )
        AND NOT EXISTS (
            SELECT 1 FROM tenant.people_guardian AS guardian WHERE guardian.user_id = role.user_id
        )
    GROUP BY role.user_id
)
INSERT INTO tenant.usage_potential (month, college_uai, profile, people, accounts)
SELECT
    %(month)s, person.uai, person.profile,
    count(*),
    count(*) FILTER (
        WHERE account.is_active
            AND (account.last_login IS NOT NULL OR left(account.password, 1) NOT IN ('', '!'))
    )
FROM person
LEFT JOIN tenant.accounts_user AS account ON account.id = person.user_id
GROUP BY person.uai, person.profile
ON CONFLICT (month, college_uai, profile)
    DO UPDATE SET people = excluded.people, accounts = excluded.accounts
