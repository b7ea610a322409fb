-- Whom, and which collège, a full feed no longer names: refused records name, and whoever a report row
-- is about is named under another identifier. Grain: one report row per pupil, guardian or collège.
INSERT INTO people_feedimportrow
    (feed_import_id, record_kind, record_id, target_id, rank, outcome, reason_code, reviews, place, diff)
WITH named AS (
    SELECT 'PUPIL' AS kind, jointure_id FROM people_stagedpupil
    UNION ALL SELECT 'GUARDIAN', jointure_id FROM people_stagedguardian
    UNION ALL SELECT 'COLLEGE', jointure_id FROM people_stagedcollege
    UNION ALL SELECT kind, record_id FROM people_stagedrefusal
),
known AS (
    SELECT 'PUPIL' AS kind, id, jointure_id, last_name, first_name FROM people_pupil
    WHERE jointure_id IS NOT NULL AND missing_since IS NULL
    UNION ALL
    SELECT 'GUARDIAN', id, jointure_id, last_name, first_name FROM people_guardian
    WHERE jointure_id IS NOT NULL AND missing_since IS NULL
    UNION ALL
    SELECT 'COLLEGE', id, jointure_id, name, NULL FROM people_college
    WHERE jointure_id <> '' AND is_open
)
SELECT %(feed)s, known.kind, known.jointure_id, known.id, 0,
       CASE known.kind WHEN 'COLLEGE' THEN 'UNCHANGED' ELSE 'DISAPPEARING' END,
       CASE known.kind WHEN 'COLLEGE' THEN 'ABSENT_COLLEGE' ELSE '' END,
       CASE known.kind WHEN 'COLLEGE' THEN '["ABSENT_COLLEGE"]' ELSE '[]' END::jsonb, '',
       CASE known.kind
           WHEN 'COLLEGE' THEN jsonb_build_object('name', jsonb_build_array(known.last_name, NULL))
           ELSE jsonb_build_object(
               'last_name', jsonb_build_array(known.last_name, NULL),
               'first_name', jsonb_build_array(known.first_name, NULL)
           )
       END
FROM known
WHERE %(is_full)s
  AND NOT EXISTS (
      SELECT FROM named
      WHERE named.kind = known.kind AND named.jointure_id = known.jointure_id
  )
  AND NOT EXISTS (
      SELECT FROM people_stagedrefusal AS refusal
      WHERE refusal.kind = 'UNKNOWN' AND refusal.record_id = known.jointure_id
  )
  AND NOT EXISTS (
      SELECT FROM people_feedimportrow AS row
      WHERE row.feed_import_id = %(feed)s AND row.record_kind = known.kind
        AND row.target_id = known.id
  )
