-- How many partners take the Pass+, for a thousand pupils?
-- Grain: a row for each partner affiliated on the last day of the year (numerator), and for each pupil schooled in it
-- (denominator); the contributor is one or the other. Refresh: an affiliation is ended from the day it is said.
WITH
-- part: schooled
partners AS (
    SELECT partner.id
    FROM passplus_partner AS partner
    WHERE partner.affiliated_at < %(end_moment)s
        AND (partner.ended_at IS NULL OR partner.ended_at >= %(end_moment)s)
)
SELECT partners.id AS contributor, 1 AS numerator, NULL::integer AS denominator FROM partners
UNION ALL
SELECT -schooled.pupil_id, NULL, 1 FROM schooled
