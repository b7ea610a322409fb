INSERT INTO school_records_mark
    (public_id, college_id, school_year, record_id, assessment_id, pupil_id, status, value, out_of,
     level, comment)
WITH {pupils}, staged AS ({staged})
SELECT gen_random_uuid(), %(college)s, %(year)s, staged.record_id, assessment.id, staged.eleve,
       staged.statut, staged.note, staged.sur, staged.niveau, staged.appreciation
FROM staged
JOIN school_records_importline AS line ON line.records_import_id = %(import)s
    AND line.line = staged.line AND line.outcome = 'ADDED'
JOIN school_records_assessment AS assessment ON assessment.college_id = %(college)s
    AND assessment.school_year = %(year)s AND assessment.record_id = staged.evaluation_id
ORDER BY staged.line
