-- The lessons of the children of an account, or of the pupil it is of, over some days; each with their school.
-- Parameters: user_id, pupil (UUID, or NULL for all), today (local), first_day and last_day (local, the
-- second excluded), since and until (the instants they begin at), news (interval).
-- Who answers for a child today reads their lessons; what was taken back long before its day is no news.
SELECT coalesce(
    json_agg(
        json_build_object(
            'public_id', pupil.public_id,
            'first_name', pupil.first_name,
            'last_name', pupil.last_name,
            'school', (
                SELECT json_build_array(college.name, coalesce(school_class.name, ''))
                FROM tenant.people_schooling AS schooling
                JOIN tenant.people_college AS college ON college.id = schooling.college_id
                LEFT JOIN tenant.people_schoolclass AS school_class
                    ON school_class.id = schooling.school_class_id
                WHERE schooling.pupil_id = pupil.id AND schooling.valid_from < %(last_day)s::date
                    AND (schooling.valid_until IS NULL OR schooling.valid_until > %(first_day)s::date)
                ORDER BY schooling.valid_from DESC, schooling.id DESC
                LIMIT 1
            ),
            'lessons', (
                SELECT coalesce(
                    json_agg(
                        json_build_array(
                            lesson.public_id, lesson.subject, lesson.teacher, lesson.room,
                            lesson.group_name, lesson.starts_at, lesson.ends_at, lesson.status,
                            lesson.reason, lesson.before, lesson.updated_at, lesson.revision)
                        ORDER BY lesson.starts_at, lesson.id),
                    '[]')
                FROM tenant.people_schooling AS schooling
                JOIN tenant.timetable_lesson AS lesson
                    ON lesson.school_class_id = schooling.school_class_id
                WHERE schooling.pupil_id = pupil.id
                    AND lesson.starts_at >= %(since)s::timestamptz
                    AND lesson.starts_at < %(until)s::timestamptz
                    AND (lesson.starts_at AT TIME ZONE 'Europe/Paris')::date >= schooling.valid_from
                    AND (schooling.valid_until IS NULL
                         OR (lesson.starts_at AT TIME ZONE 'Europe/Paris')::date < schooling.valid_until)
                    AND (lesson.withdrawn_at IS NULL
                         OR lesson.starts_at - lesson.withdrawn_at <= %(news)s::interval)
            ))
        ORDER BY pupil.birth_date, pupil.sort_key, pupil.id),
    '[]')::text
FROM tenant.people_pupil AS pupil
WHERE pupil.id IN (
        SELECT link.pupil_id
        FROM tenant.people_guardianship AS link
        JOIN tenant.people_guardian AS guardian ON guardian.id = link.guardian_id
        WHERE guardian.user_id = %(user_id)s AND link.valid_from <= %(today)s::date
            AND (link.valid_until IS NULL OR link.valid_until > %(today)s::date)
        UNION ALL
        SELECT own.id FROM tenant.people_pupil AS own WHERE own.user_id = %(user_id)s
    )
    AND (%(pupil)s::uuid IS NULL OR pupil.public_id = %(pupil)s::uuid)
