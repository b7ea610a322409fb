-- The absences, and lateness, that began in the period; those that a file took back are none.
month_absences AS (
    SELECT absence.id, absence.pupil_id, absence.kind, absence.is_justified
    FROM school_records_absence AS absence
    WHERE absence.withdrawn_at IS NULL
        AND absence.starts_at >= %(first_moment)s AND absence.starts_at < %(end_moment)s
),
