-- An absence of long ago, in the first file of a year, is told to nobody.
WITH told AS (
    INSERT INTO commons_outboxevent (name, aggregate, payload, occurred_at)
    SELECT 'schoollife.absence.recorded', 'absence:' || absence.id,
           jsonb_build_object('absence_id', absence.id), %(at)s
    FROM school_records_absence AS absence
    JOIN school_records_importline AS line ON line.records_import_id = %(import)s
        AND line.record_id = absence.record_id AND line.outcome = 'ADDED'
    WHERE absence.college_id = %(college)s AND absence.school_year = %(year)s
      AND NOT absence.is_justified AND absence.starts_at >= %(since)s
    ORDER BY absence.id
    RETURNING id
)
SELECT count(*) FROM told
