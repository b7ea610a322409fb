-- Gather what is due into digests: one a person a day, whatever is run twice or at once. Who had theirs
-- today waits for tomorrow's. Grain: one row, the digests made.
WITH ready AS (
    SELECT DISTINCT notice.user_id
    FROM announcements_notice AS notice
    WHERE notice.released_at IS NULL AND notice.due_at <= %(at)s AND notice.way = 'DIGEST'
      AND NOT EXISTS (
          SELECT 1 FROM announcements_digest AS had
          WHERE had.user_id = notice.user_id AND had.day = %(day)s
      )
    ORDER BY notice.user_id LIMIT %(most)s
),
made AS (
    INSERT INTO announcements_digest (user_id, day, made_at)
    SELECT user_id, %(day)s, %(at)s FROM ready
    ON CONFLICT DO NOTHING
    RETURNING id, user_id
),
gathered AS (
    UPDATE announcements_notice AS notice SET released_at = %(at)s, digest_id = made.id
    FROM made
    WHERE notice.user_id = made.user_id
      AND notice.released_at IS NULL AND notice.due_at <= %(at)s AND notice.way = 'DIGEST'
),
mailed AS (
    INSERT INTO commons_outboxevent (name, aggregate, payload, occurred_at)
    SELECT 'announcements.digest.made', 'announcements.digest:' || made.id,
           jsonb_build_object('digest_id', made.id), %(at)s
    FROM made ORDER BY made.id
)
SELECT count(*) FROM made
