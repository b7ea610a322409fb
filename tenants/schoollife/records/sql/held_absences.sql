SELECT record_id, withdrawn_at, pupil_id AS eleve, kind AS type, starts_at AS debut, ends_at AS fin,
       is_justified AS justifiee, reason AS motif
FROM school_records_absence
WHERE college_id = %(college)s AND school_year = %(year)s
