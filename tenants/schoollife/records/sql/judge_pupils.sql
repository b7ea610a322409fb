-- A pupil the collège does not have that year.
INSERT INTO school_records_importline
    (records_import_id, line, outcome, record_id, reason_code, column_name, value)
WITH {pupils}
SELECT %(import)s, staged.line, 'REJECTED', staged.record_id, 'PUPIL_UNKNOWN', 'eleve', left(staged.pupil_key, 80)
FROM {table} AS staged
LEFT JOIN pupils ON pupils.key = staged.pupil_key
WHERE staged.import_id = %(import)s AND staged.pupil_key <> '' AND pupils.key IS NULL
  AND NOT EXISTS (
      SELECT 1 FROM school_records_importline AS refused
      WHERE refused.records_import_id = %(import)s AND refused.outcome = 'REJECTED'
        AND refused.line = staged.line
  )
