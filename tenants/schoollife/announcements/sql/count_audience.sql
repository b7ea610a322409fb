-- How many an announcement would be for. Grain: one row: pupils, guardians, pupils for themselves, and
-- guardians who have no account with an address.
WITH
-- part: audience
SELECT (SELECT count(*) FROM schooled),
       count(DISTINCT audience.guardian_id),
       count(*) FILTER (WHERE audience.guardian_id IS NULL),
       count(DISTINCT audience.guardian_id) FILTER (WHERE account.email IS NULL)
FROM audience
LEFT JOIN people_guardian AS guardian ON guardian.id = audience.guardian_id
LEFT JOIN accounts_user AS account ON account.id = guardian.user_id AND account.is_active
