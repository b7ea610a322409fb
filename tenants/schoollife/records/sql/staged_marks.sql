SELECT staged.record_id, staged.line, pupils.pupil_id AS eleve, staged.assessment AS evaluation_id,
       staged.subject AS matiere, staged.title AS intitule, staged.held_on AS date,
       staged.group_name AS groupe, staged.value AS note, staged.out_of AS sur, staged.level AS niveau,
       staged.status AS statut, staged.coefficient, staged.comment AS appreciation
FROM school_records_stagedmark AS staged
JOIN pupils ON pupils.key = staged.pupil_key
WHERE staged.import_id = %(import)s
