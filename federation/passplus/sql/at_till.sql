-- Whether somebody still works for a partner, whether a till of it still takes tickets, and whether a key
-- served before. Grain: one row.
SELECT
    EXISTS (SELECT FROM passplus_partnermember AS member WHERE member.id = %s::bigint AND member.ended_at IS NULL)
        AS works_there,
    EXISTS (
        SELECT FROM passplus_till AS till
        WHERE till.id = %s::bigint AND till.partner_id = %s::bigint AND till.closed_at IS NULL
    ) AS takes_tickets,
    EXISTS (SELECT FROM passplus_tillcapture AS capture WHERE capture.key = %s::uuid) AS is_known
