-- A class the collège does not have that year.
INSERT INTO school_records_importline
    (records_import_id, line, outcome, record_id, reason_code, column_name, value)
SELECT %(import)s, staged.line, 'REJECTED', staged.record_id, 'CLASS_UNKNOWN', 'classe', left(staged.class_name, 80)
FROM {table} AS staged
LEFT JOIN people_schoolclass AS class ON class.college_id = %(college)s
    AND class.school_year = %(year)s AND class.name = staged.class_name
WHERE staged.import_id = %(import)s AND staged.class_name <> '' AND class.id IS NULL
  AND NOT EXISTS (
      SELECT 1 FROM school_records_importline AS refused
      WHERE refused.records_import_id = %(import)s AND refused.outcome = 'REJECTED'
        AND refused.line = staged.line
  )
