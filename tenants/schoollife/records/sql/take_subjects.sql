INSERT INTO school_records_subject (college_id, name)
SELECT DISTINCT %(college)s::bigint, subject FROM {table} WHERE import_id = %(import)s
ORDER BY subject
ON CONFLICT DO NOTHING
