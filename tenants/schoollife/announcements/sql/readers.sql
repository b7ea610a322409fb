-- Each person told of an announcement, with what they did, by class and pupil. Grain: one person of a
-- pupil. An address is name, street and town; empty for a pupil.
WITH
-- part: told_people
, shown AS (
    SELECT DISTINCT people.pupil_id, pupil.sort_key, pupil.first_name || ' ' || pupil.last_name AS name,
           college.name AS college, coalesce(class.name, '') AS class
    FROM people
    JOIN people_pupil AS pupil ON pupil.id = people.pupil_id
    JOIN people_college AS college ON college.id = people.college_id
    LEFT JOIN people_schoolclass AS class ON class.id = people.school_class_id
    WHERE %(class)s::bigint IS NULL OR people.school_class_id = %(class)s::bigint
    ORDER BY college, class, pupil.sort_key, people.pupil_id
    LIMIT %(most)s
)
SELECT shown.pupil_id, shown.name, shown.college, shown.class, people.guardian_id,
       coalesce(guardian.first_name || ' ' || guardian.last_name, shown.name),
       coalesce(account.email, '') <> '' AND account.is_active,
       people.read_at, people.acknowledged_at, batch.made_at,
       ARRAY[
           trim(guardian.title || ' ' || guardian.first_name || ' ' || guardian.last_name),
           guardian.street, trim(guardian.postal_code || ' ' || guardian.city)
       ]
FROM shown
JOIN people ON people.pupil_id = shown.pupil_id
JOIN people_pupil AS pupil ON pupil.id = people.pupil_id
LEFT JOIN people_guardian AS guardian ON guardian.id = people.guardian_id
LEFT JOIN accounts_user AS account
  ON account.id = CASE WHEN people.guardian_id IS NULL THEN pupil.user_id ELSE guardian.user_id END
LEFT JOIN announcements_printedletter AS letter
  ON letter.announcement_id = %(announcement)s AND letter.version = %(version)s
 AND letter.guardian_id = people.guardian_id
LEFT JOIN announcements_letterbatch AS batch ON batch.id = letter.batch_id
ORDER BY shown.college, shown.class, shown.sort_key, shown.pupil_id,
         people.guardian_id IS NULL, guardian.sort_key, people.guardian_id
