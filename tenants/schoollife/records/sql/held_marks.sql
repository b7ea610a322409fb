SELECT mark.record_id, mark.withdrawn_at, mark.pupil_id AS eleve, assessment.record_id AS evaluation_id,
       subject.name AS matiere, assessment.title AS intitule, assessment.held_on AS date,
       assessment.group_name AS groupe, mark.value AS note, mark.out_of AS sur, mark.level AS niveau,
       mark.status AS statut, assessment.coefficient, mark.comment AS appreciation
FROM school_records_mark AS mark
JOIN school_records_assessment AS assessment ON assessment.id = mark.assessment_id
JOIN school_records_subject AS subject ON subject.id = assessment.subject_id
WHERE mark.college_id = %(college)s AND mark.school_year = %(year)s
