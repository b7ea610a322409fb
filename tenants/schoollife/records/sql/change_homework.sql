WITH {pupils}, staged AS ({staged})
UPDATE school_records_homework AS homework
SET school_class_id = staged.classe, pupil_id = staged.eleve, subject_id = subject.id,
    given_on = staged.donne_le, due_on = staged.pour_le, text = staged.texte, withdrawn_at = NULL
FROM staged
JOIN school_records_importline AS line ON line.records_import_id = %(import)s
    AND line.line = staged.line AND line.outcome IN ('CHANGED', 'RESTORED')
JOIN school_records_subject AS subject ON subject.college_id = %(college)s
    AND subject.name = staged.matiere
WHERE homework.college_id = %(college)s AND homework.school_year = %(year)s
  AND homework.record_id = staged.record_id
