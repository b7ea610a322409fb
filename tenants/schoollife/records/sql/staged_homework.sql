SELECT staged.record_id, staged.line, class.id AS classe, pupils.pupil_id AS eleve,
       staged.subject AS matiere, staged.given_on AS donne_le, staged.due_on AS pour_le,
       staged.text AS texte
FROM school_records_stagedhomework AS staged
LEFT JOIN pupils ON pupils.key = staged.pupil_key
LEFT JOIN people_schoolclass AS class ON class.college_id = %(college)s
    AND class.school_year = %(year)s AND class.name = staged.class_name
WHERE staged.import_id = %(import)s
