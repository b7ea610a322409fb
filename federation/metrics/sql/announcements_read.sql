-- Which part of the guardians who are told something open it?
-- Grain: a row for each announcement published in the month and each guardian it is for, once for all their children, at the
-- collège of the first; the contributor is the guardian. Numerator: opened, whenever. Refresh: it may be read later.
WITH
told AS (
    SELECT DISTINCT ON (recipient.announcement_id, recipient.guardian_id)
        recipient.announcement_id, recipient.guardian_id, college.uai AS college
    FROM announcements_announcement AS announcement
    JOIN announcements_recipient AS recipient ON recipient.announcement_id = announcement.id
    JOIN people_college AS college ON college.id = recipient.college_id
    WHERE announcement.published_at >= %(first_moment)s AND announcement.published_at < %(end_moment)s
        AND recipient.guardian_id IS NOT NULL
    ORDER BY recipient.announcement_id, recipient.guardian_id, recipient.id
)
SELECT
    told.guardian_id AS contributor, told.college,
    CASE WHEN receipt.id IS NOT NULL THEN 1 END AS numerator,
    1 AS denominator
FROM told
LEFT JOIN announcements_receipt AS receipt
    ON receipt.announcement_id = told.announcement_id AND receipt.guardian_id = told.guardian_id
