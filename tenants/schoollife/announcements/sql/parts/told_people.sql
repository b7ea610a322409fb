-- The recipients of an announcement whom one may know of, whose link still holds, and what they did.
people AS (
    SELECT recipient.pupil_id, recipient.guardian_id, recipient.college_id, recipient.school_class_id,
           receipt.read_at,
           CASE WHEN receipt.acknowledged_version >= %(asked_version)s
                THEN receipt.acknowledged_at END AS acknowledged_at
    FROM announcements_recipient AS recipient
    LEFT JOIN announcements_receipt AS receipt
      ON receipt.announcement_id = %(announcement)s
     AND coalesce(receipt.guardian_id, -receipt.pupil_id)
         = coalesce(recipient.guardian_id, -recipient.pupil_id)
    WHERE recipient.announcement_id = %(announcement)s
      AND (%(colleges)s::bigint[] IS NULL OR recipient.college_id = ANY(%(colleges)s::bigint[]))
      AND (recipient.guardian_id IS NULL OR EXISTS (
          SELECT 1 FROM people_guardianship AS link
          WHERE link.pupil_id = recipient.pupil_id AND link.guardian_id = recipient.guardian_id
            AND link.valid_from <= %(day)s AND (link.valid_until IS NULL OR link.valid_until > %(day)s)
      ))
)
