-- How long does a family's message wait for an answer of its collège?
-- Grain: a row for each thread that a guardian or a pupil began and that its collège first answered in the month; the contributor
-- is who began it (a guardian, or minus a pupil). Numerator: hours, rounded up. Refresh: closed with the month.
WITH
begun AS (
    SELECT thread.id, college.uai AS college, message.sent_at,
           coalesce(writer.guardian_id, -writer.pupil_id) AS contributor
    FROM school_messages_message AS message
    JOIN school_messages_participant AS writer ON writer.id = message.participant_id
    JOIN school_messages_thread AS thread ON thread.id = message.thread_id
    JOIN people_college AS college ON college.id = thread.college_id
    WHERE message.number = 1 AND writer.college_id IS NULL AND thread.latest_at >= %(first_moment)s
),
answered AS (
    SELECT message.thread_id, min(message.sent_at) AS sent_at
    FROM begun
    JOIN school_messages_message AS message ON message.thread_id = begun.id
    JOIN school_messages_participant AS writer ON writer.id = message.participant_id
    WHERE writer.college_id IS NOT NULL
    GROUP BY message.thread_id
)
SELECT
    begun.contributor, begun.college,
    ceil(extract(epoch FROM answered.sent_at - begun.sent_at) / 3600)::bigint AS numerator,
    1 AS denominator
FROM begun
JOIN answered ON answered.thread_id = begun.id
WHERE answered.sent_at >= %(first_moment)s AND answered.sent_at < %(end_moment)s
