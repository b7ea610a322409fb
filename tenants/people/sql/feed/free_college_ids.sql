-- An identifier that the feed gives to another establishment leaves the one that had it. Grain: one
-- row per collège that loses its own.
UPDATE people_college AS known
SET jointure_id = ''
FROM people_stagedcollege AS staged
JOIN people_feedimportrow AS row ON row.feed_import_id = %(feed)s AND row.rank = staged.rank
WHERE row.outcome IN ('CREATED', 'CHANGED') AND known.jointure_id = staged.jointure_id
  AND known.id IS DISTINCT FROM row.target_id
