-- As the first line that is taken says it; those that say otherwise were refused.
INSERT INTO school_records_assessment AS known
    (college_id, school_year, record_id, subject_id, title, held_on, group_name, coefficient)
SELECT DISTINCT ON (staged.assessment) %(college)s, %(year)s, staged.assessment, subject.id,
       staged.title, staged.held_on, staged.group_name, staged.coefficient
FROM school_records_stagedmark AS staged
JOIN school_records_importline AS line ON line.records_import_id = %(import)s
    AND line.line = staged.line AND line.outcome IN ('ADDED', 'CHANGED', 'RESTORED')
JOIN school_records_subject AS subject ON subject.college_id = %(college)s
    AND subject.name = staged.subject
WHERE staged.import_id = %(import)s
ORDER BY staged.assessment, staged.line
ON CONFLICT (college_id, school_year, record_id) DO UPDATE
SET subject_id = excluded.subject_id, title = excluded.title, held_on = excluded.held_on,
    group_name = excluded.group_name, coefficient = excluded.coefficient
WHERE (known.subject_id, known.title, known.held_on, known.group_name, known.coefficient)
      IS DISTINCT FROM
      (excluded.subject_id, excluded.title, excluded.held_on, excluded.group_name, excluded.coefficient)
