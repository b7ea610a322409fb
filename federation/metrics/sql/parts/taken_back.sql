-- What corrections took back of each ticket and still stand: one that was undone takes nothing back.
taken_back AS (
    SELECT line.ticket_id, sum(line.cents) AS cents
    FROM passplus_correctionline AS line
    JOIN passplus_correction AS correction ON correction.id = line.correction_id
    WHERE line.ticket_id IS NOT NULL AND correction.kind = 'TICKETS' AND correction.state = 'DONE'
        AND NOT EXISTS (
            SELECT 1
            FROM passplus_correction AS undoing
            WHERE undoing.undoes_id = correction.id AND undoing.state = 'DONE'
        )
    GROUP BY line.ticket_id
),
