-- The session of a key, unless it ended, and the account it is of: who asks, in one read.
-- Parameters: digest (of the key), now.
-- Grain: one row, or none. The account's columns come last, in the order of the model: a test compares them.
SELECT s.data, s.opened_at, s.seen_at,
       u.id, u.password, u.last_login, u.public_id, u.email, u.login,
       u.first_name, u.last_name, u.is_active, u.joined_at
FROM tenant.accounts_session AS s
LEFT JOIN tenant.accounts_user AS u ON u.id = s.user_id
WHERE s.key_digest = %(digest)s AND s.ends_at > %(now)s
