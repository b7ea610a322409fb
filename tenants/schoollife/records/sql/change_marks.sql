WITH {pupils}, staged AS ({staged})
UPDATE school_records_mark AS mark
SET assessment_id = assessment.id, pupil_id = staged.eleve, status = staged.statut,
    value = staged.note, out_of = staged.sur, level = staged.niveau, comment = staged.appreciation,
    withdrawn_at = NULL
FROM staged
JOIN school_records_importline AS line ON line.records_import_id = %(import)s
    AND line.line = staged.line AND line.outcome IN ('CHANGED', 'RESTORED')
JOIN school_records_assessment AS assessment ON assessment.college_id = %(college)s
    AND assessment.school_year = %(year)s AND assessment.record_id = staged.evaluation_id
WHERE mark.college_id = %(college)s AND mark.school_year = %(year)s
  AND mark.record_id = staged.record_id
