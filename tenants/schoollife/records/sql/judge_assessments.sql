-- A line that says of an assessment something else than the first line that names it.
INSERT INTO school_records_importline
    (records_import_id, line, outcome, record_id, reason_code, column_name, value)
SELECT %(import)s, line, 'REJECTED', record_id, 'ASSESSMENT_DIFFERS', 'evaluation_id', left(assessment, 80)
FROM (
    SELECT line, record_id, assessment,
           (subject, title, held_on, group_name, coefficient) AS said,
           first_value((subject, title, held_on, group_name, coefficient))
               OVER (PARTITION BY assessment ORDER BY line) AS first_said
    FROM school_records_stagedmark AS staged
    WHERE import_id = %(import)s
      AND NOT EXISTS (
          SELECT 1 FROM school_records_importline AS refused
          WHERE refused.records_import_id = %(import)s AND refused.outcome = 'REJECTED'
            AND refused.line = staged.line
      )
) AS said
WHERE said.said IS DISTINCT FROM said.first_said
