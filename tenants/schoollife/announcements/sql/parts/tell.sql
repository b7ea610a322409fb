-- Ask that `people` (user_id) be told, when each is to be: by the moment that `moments` gives for their
-- habits. Who has none there is not told.
told AS (
    INSERT INTO announcements_notice (
        user_id, kind, subject, turn, is_urgent, way, asked_at, due_at
    )
    SELECT found.user_id, %(kind)s, %(subject)s::uuid, %(turn)s, %(is_urgent)s,
           CASE WHEN found.mode = 'DIGEST' AND NOT %(is_urgent)s THEN 'DIGEST' ELSE 'AT_ONCE' END,
           %(at)s, found.due_at
    FROM (
        SELECT person.user_id, coalesce(own.mode, %(mode)s) AS mode,
               (%(moments)s::jsonb ->> CASE WHEN own.id IS NULL THEN 'default' ELSE concat_ws(
                   ' ', own.mode, own.quiet_from, own.quiet_until, own.is_quiet_at_weekends
               ) END)::timestamptz AS due_at
        FROM people AS person
        JOIN accounts_user AS account ON account.id = person.user_id AND account.is_active
        LEFT JOIN announcements_preference AS own ON own.user_id = person.user_id
    ) AS found
    WHERE found.due_at IS NOT NULL
    ON CONFLICT DO NOTHING
    RETURNING id
)
