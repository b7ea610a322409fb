-- The same for guardians. Grain: one row per guardian.
UPDATE people_guardian AS known
SET missing_since = %(day)s
FROM people_feedimportrow AS row
WHERE row.feed_import_id = %(feed)s AND row.record_kind = 'GUARDIAN'
  AND row.outcome = 'DISAPPEARING' AND known.id = row.target_id
