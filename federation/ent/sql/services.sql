-- The services open to an account on a day: its favourites first, then in the order of the catalogue.
-- Parameters: user_id, day (local).
WITH person AS (
    SELECT 'PUPIL' AS profile, pupil.id AS pupil_id, schooling.college_id, schooling.school_class_id
    FROM tenant.people_pupil AS pupil
    JOIN tenant.people_schooling AS schooling ON schooling.pupil_id = pupil.id
    WHERE pupil.user_id = %(user_id)s AND schooling.valid_from <= %(day)s
        AND (schooling.valid_until IS NULL OR schooling.valid_until > %(day)s)
    UNION ALL
    SELECT 'GUARDIAN', link.pupil_id, schooling.college_id, schooling.school_class_id
    FROM tenant.people_guardian AS guardian
    JOIN tenant.people_guardianship AS link ON link.guardian_id = guardian.id
    JOIN tenant.people_schooling AS schooling ON schooling.pupil_id = link.pupil_id
    WHERE guardian.user_id = %(user_id)s AND link.valid_from <= %(day)s
        AND (link.valid_until IS NULL OR link.valid_until > %(day)s)
        AND schooling.valid_from <= %(day)s
        AND (schooling.valid_until IS NULL OR schooling.valid_until > %(day)s)
    UNION ALL
    SELECT 'STAFF', NULL, college.id, NULL
    FROM tenant.accounts_staffrole AS role
    LEFT JOIN tenant.people_college AS college ON college.uai = role.college_uai
    WHERE role.user_id = %(user_id)s
),
covered AS (
    SELECT opening.enabled_id, opening.id, opening.licences, person.profile, person.pupil_id
    FROM tenant.ent_opening AS opening
    JOIN person ON person.profile = opening.profile
        AND (opening.college_id IS NULL OR opening.college_id = person.college_id)
        AND (opening.school_class_id IS NULL OR opening.school_class_id = person.school_class_id)
    WHERE opening.valid_from <= %(day)s
        AND (opening.valid_until IS NULL OR opening.valid_until > %(day)s)
)
SELECT coalesce(
    json_agg(
        json_build_object(
            'public_id', enabled.public_id,
            'code', service.code,
            'name', service.name,
            'description', service.description,
            'editor', service.editor,
            'category', service.category,
            'is_native', service.is_native,
            'is_ready', service.is_ready,
            'protocol', service.protocol,
            'native_route', service.native_route,
            'launch_url', coalesce(nullif(enabled.launch_url, ''), service.launch_url),
            'granted', enabled.granted,
            'legal_basis', service.legal_basis,
            'down_since', enabled.down_since,
            'is_favourite', favourite.id IS NOT NULL,
            'profiles', (
                SELECT json_agg(DISTINCT covered.profile)
                FROM covered WHERE covered.enabled_id = enabled.id
            ),
            'openings', (
                SELECT json_agg(DISTINCT jsonb_build_array(covered.id, covered.licences))
                FROM covered WHERE covered.enabled_id = enabled.id
            ),
            'children', (
                SELECT coalesce(
                    json_agg(
                        json_build_array(pupil.id, pupil.first_name)
                        ORDER BY pupil.birth_date, pupil.sort_key, pupil.id),
                    '[]')
                FROM tenant.people_pupil AS pupil
                WHERE pupil.id IN (
                    SELECT covered.pupil_id FROM covered
                    WHERE covered.enabled_id = enabled.id AND covered.profile = 'GUARDIAN'
                )
            ))
        ORDER BY favourite.id IS NULL, service.position, service.code),
    '[]')::text
FROM tenant.ent_enabledservice AS enabled
JOIN public.catalogue_sharedservice AS service ON service.code = enabled.service_code
LEFT JOIN tenant.ent_favourite AS favourite
    ON favourite.user_id = %(user_id)s AND favourite.service_code = enabled.service_code
WHERE enabled.disabled_at IS NULL AND enabled.id IN (SELECT covered.enabled_id FROM covered)
