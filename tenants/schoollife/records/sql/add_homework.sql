INSERT INTO school_records_homework
    (public_id, college_id, school_year, record_id, school_class_id, pupil_id, subject_id, given_on,
     due_on, text)
WITH {pupils}, staged AS ({staged})
SELECT gen_random_uuid(), %(college)s, %(year)s, staged.record_id, staged.classe, staged.eleve,
       subject.id, staged.donne_le, staged.pour_le, staged.texte
FROM staged
JOIN school_records_importline AS line ON line.records_import_id = %(import)s
    AND line.line = staged.line AND line.outcome = 'ADDED'
JOIN school_records_subject AS subject ON subject.college_id = %(college)s
    AND subject.name = staged.matiere
ORDER BY staged.line
