-- Fix the recipients of an announcement, and ask that those who are new be told; done again while it
-- runs, it adds those who have joined since. Grain: one row, the recipients added and the notices asked.
WITH
-- part: audience
, added AS (
    INSERT INTO announcements_recipient (
        announcement_id, pupil_id, guardian_id, college_id, school_class_id, added_at
    )
    SELECT %(announcement)s, pupil_id, guardian_id, college_id, school_class_id, %(at)s
    FROM audience
    ON CONFLICT DO NOTHING
    RETURNING pupil_id, guardian_id
),
people AS (
    SELECT guardian.user_id
    FROM added JOIN people_guardian AS guardian ON guardian.id = added.guardian_id
    WHERE guardian.user_id IS NOT NULL
    UNION
    SELECT pupil.user_id
    FROM added JOIN people_pupil AS pupil ON pupil.id = added.pupil_id
    WHERE added.guardian_id IS NULL AND pupil.user_id IS NOT NULL
),
-- part: tell
SELECT (SELECT count(*) FROM added), (SELECT count(*) FROM told)
