-- An identifier that the file says twice, be it on a line that could not be read: no line is believed.
INSERT INTO school_records_importline
    (records_import_id, line, outcome, record_id, reason_code, column_name, value)
SELECT %(import)s, line, 'REJECTED', record_id, 'DUPLICATE', '', left(record_id, 80)
FROM (
    SELECT line, record_id, is_read, count(*) OVER (PARTITION BY record_id) AS times
    FROM (
        SELECT line, record_id, true AS is_read FROM {table} WHERE import_id = %(import)s
        UNION ALL
        SELECT line, record_id, false FROM school_records_importline
        WHERE records_import_id = %(import)s AND outcome = 'REJECTED'
    ) AS said
) AS counted
WHERE times > 1 AND is_read
