-- Let go of notices that are due, each by itself: an event for an e-mail, and one for each device of the
-- person. Two workers at once take others. Grain: one row, the notices released.
WITH due AS (
    UPDATE announcements_notice SET released_at = %(at)s
    WHERE id IN (
        SELECT id FROM announcements_notice
        WHERE released_at IS NULL AND due_at <= %(at)s AND way = 'AT_ONCE'
        ORDER BY due_at, id LIMIT %(most)s FOR UPDATE SKIP LOCKED
    )
    RETURNING id, user_id
),
mailed AS (
    INSERT INTO commons_outboxevent (name, aggregate, payload, occurred_at)
    SELECT 'announcements.notice.due', 'announcements.notice:' || due.id,
           jsonb_build_object('notice_id', due.id), %(at)s
    FROM due ORDER BY due.id
),
pushed AS (
    INSERT INTO commons_outboxevent (name, aggregate, payload, occurred_at)
    SELECT 'announcements.push.due', 'announcements.device:' || device.id,
           jsonb_build_object('device_id', device.id, 'notice_id', due.id), %(at)s
    FROM due JOIN announcements_pushsubscription AS device ON device.user_id = due.user_id
    ORDER BY due.id, device.id
)
SELECT count(*) FROM due
