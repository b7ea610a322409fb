-- What somebody has still to read, or to say that they read. Grain: one announcement that runs: its
-- public identifier, its title, its collège (empty: the département's), whether it is said to be awaited.
WITH mine AS (
    SELECT recipient.announcement_id, recipient.guardian_id, NULL::bigint AS pupil_id
    FROM people_guardian AS guardian
    JOIN announcements_recipient AS recipient ON recipient.guardian_id = guardian.id
    WHERE guardian.user_id = %(user)s
      AND EXISTS (
          SELECT 1 FROM people_guardianship AS link
          WHERE link.pupil_id = recipient.pupil_id AND link.guardian_id = recipient.guardian_id
            AND link.valid_from <= %(day)s AND (link.valid_until IS NULL OR link.valid_until > %(day)s)
      )
    UNION
    SELECT recipient.announcement_id, NULL::bigint, recipient.pupil_id
    FROM people_pupil AS pupil
    JOIN announcements_recipient AS recipient
      ON recipient.pupil_id = pupil.id AND recipient.guardian_id IS NULL
    WHERE pupil.user_id = %(user)s
      AND NOT EXISTS (SELECT 1 FROM people_guardian AS guardian WHERE guardian.user_id = %(user)s)
)
SELECT announcement.public_id, announcement.title, coalesce(college.name, ''),
       announcement.asks_acknowledgement
FROM mine
JOIN announcements_announcement AS announcement ON announcement.id = mine.announcement_id
LEFT JOIN people_college AS college ON college.id = announcement.college_id
LEFT JOIN announcements_receipt AS theirs
  ON theirs.announcement_id = announcement.id AND theirs.guardian_id = mine.guardian_id
LEFT JOIN announcements_receipt AS own
  ON own.announcement_id = announcement.id AND own.pupil_id = mine.pupil_id
WHERE announcement.state = 'PUBLISHED'
  AND (announcement.shown_until IS NULL OR announcement.shown_until > %(day)s)
  AND coalesce(theirs.acknowledged_version, own.acknowledged_version, -1)
      < CASE WHEN announcement.asks_acknowledgement THEN announcement.asked_version ELSE 0 END
ORDER BY announcement.asks_acknowledgement DESC, announcement.is_urgent DESC,
         announcement.published_at DESC, announcement.id DESC
LIMIT %(most)s
