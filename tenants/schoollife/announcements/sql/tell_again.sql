-- Ask that the recipients of an announcement be told again: all, or those who did not read (or say so)
-- what `version` says. A guardian whose link was ended is not. Grain: one row, the notices asked.
WITH standing AS (
    SELECT recipient.pupil_id, recipient.guardian_id
    FROM announcements_recipient AS recipient
    LEFT JOIN announcements_receipt AS theirs
      ON theirs.announcement_id = recipient.announcement_id
     AND theirs.guardian_id = recipient.guardian_id
    LEFT JOIN announcements_receipt AS own
      ON own.announcement_id = recipient.announcement_id
     AND own.pupil_id = recipient.pupil_id AND recipient.guardian_id IS NULL
    WHERE recipient.announcement_id = %(announcement)s
      AND (recipient.guardian_id IS NULL OR EXISTS (
          SELECT 1 FROM people_guardianship AS link
          WHERE link.pupil_id = recipient.pupil_id AND link.guardian_id = recipient.guardian_id
            AND link.valid_from <= %(day)s AND (link.valid_until IS NULL OR link.valid_until > %(day)s)
      ))
      AND (%(is_for_everybody)s OR coalesce(
          theirs.acknowledged_version, own.acknowledged_version, -1
      ) < %(version)s)
),
people AS (
    SELECT guardian.user_id
    FROM standing JOIN people_guardian AS guardian ON guardian.id = standing.guardian_id
    WHERE guardian.user_id IS NOT NULL
    UNION
    SELECT pupil.user_id
    FROM standing JOIN people_pupil AS pupil ON pupil.id = standing.pupil_id
    WHERE standing.guardian_id IS NULL AND pupil.user_id IS NOT NULL
),
-- part: tell
SELECT count(*) FROM told
