SELECT homework.record_id, homework.withdrawn_at, homework.school_class_id AS classe,
       homework.pupil_id AS eleve, subject.name AS matiere, homework.given_on AS donne_le,
       homework.due_on AS pour_le, homework.text AS texte
FROM school_records_homework AS homework
JOIN school_records_subject AS subject ON subject.id = homework.subject_id
WHERE homework.college_id = %(college)s AND homework.school_year = %(year)s
