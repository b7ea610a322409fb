-- What each line becomes. Grain: one row per fact that does not simply stay as it is. A fact that a refused
-- line names stays too; when a refused line names none, nothing may be withdrawn: it might be that one.
INSERT INTO school_records_importline (records_import_id, line, outcome, record_id, diff)
WITH {pupils},
held AS ({held}),
refused AS (
    SELECT line, record_id FROM school_records_importline
    WHERE records_import_id = %(import)s AND outcome = 'REJECTED'
),
staged AS (
    SELECT * FROM ({staged}) AS staged WHERE line NOT IN (SELECT line FROM refused)
),
judged AS (
    SELECT coalesce(staged.line, 0) AS line, coalesce(staged.record_id, held.record_id) AS record_id,
           CASE
               WHEN held.record_id IS NULL THEN 'ADDED'
               WHEN staged.record_id IS NULL
                   THEN CASE WHEN held.withdrawn_at IS NULL THEN 'WITHDRAWN' ELSE 'UNCHANGED' END
               WHEN held.withdrawn_at IS NOT NULL THEN 'RESTORED'
               WHEN ({held_columns}) IS DISTINCT FROM ({staged_columns}) THEN 'CHANGED'
               ELSE 'UNCHANGED'
           END AS outcome,
           CASE WHEN held.record_id IS NOT NULL AND staged.record_id IS NOT NULL THEN (
               SELECT jsonb_object_agg(name, jsonb_build_array(before, after))
               FROM (VALUES {pairs}) AS field (name, before, after)
               WHERE before IS DISTINCT FROM after
           ) END AS diff
    FROM held FULL JOIN staged ON staged.record_id = held.record_id
)
SELECT %(import)s, line, outcome, record_id, coalesce(diff, '{}')
FROM judged
WHERE outcome <> 'UNCHANGED'
  AND NOT (
      outcome = 'WITHDRAWN'
      AND (
          record_id IN (SELECT refused.record_id FROM refused)
          OR EXISTS (SELECT 1 FROM refused WHERE refused.record_id = '')
      )
  )
ORDER BY line, record_id
