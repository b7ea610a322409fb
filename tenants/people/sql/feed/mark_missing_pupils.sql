-- Who disappears, in a full feed or by a delta, is marked on the day of the feed. Grain: one per pupil.
UPDATE people_pupil AS known
SET missing_since = %(day)s
FROM people_feedimportrow AS row
WHERE row.feed_import_id = %(feed)s AND row.record_kind = 'PUPIL' AND row.outcome = 'DISAPPEARING'
  AND known.id = row.target_id
