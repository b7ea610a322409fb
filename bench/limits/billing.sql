-- The limit of the billing bench: a month's lines, computed by one hand-written statement on the
-- product's tables, with nothing but the arithmetic. Written before the product's own statement,
-- which must return the same rows and take at most 1.5 times as long.
-- Parameters: first day, day after the last, in this order, twice.
CREATE UNLOGGED TABLE limit_lines AS
WITH meals AS (
    SELECT e.id AS enrolment_id, e.pupil_id, e.service, d.day
    FROM canteen_enrolment AS e
    JOIN canteen_serviceday AS d
      ON d.college_id = e.college_id AND d.is_open
     AND d.day >= %(first)s AND d.day < %(last)s
     AND d.day >= e.valid_from AND d.day < coalesce(e.valid_until, 'infinity')
    LEFT JOIN canteen_bookingexception AS x ON x.enrolment_id = e.id AND x.day = d.day
    WHERE e.state <> 'DRAFT'
      AND (x.kind = 'EXTRA'
           OR ((e.weekdays >> (extract(isodow FROM d.day)::int - 1)) & 1 = 1
               AND NOT (coalesce(x.kind, '') = 'CANCELLED' AND NOT x.is_late)))
),
priced AS (
    SELECT m.enrolment_id, m.pupil_id, p.id AS decision_id, p.unit_price_cents,
           count(*) AS quantity, array_agg(m.day ORDER BY m.day) AS days
    FROM meals AS m
    JOIN tariffs_pricedecision AS p
      ON p.pupil_id = m.pupil_id AND p.service = m.service
     AND p.valid_from <= m.day AND m.day < coalesce(p.valid_until, 'infinity')
    GROUP BY m.enrolment_id, m.pupil_id, p.id, p.unit_price_cents
)
SELECT payer.guardian_id AS payer_id, priced.pupil_id, priced.enrolment_id, priced.decision_id,
       priced.quantity, priced.unit_price_cents, payer.share_bp, priced.days,
       (priced.quantity * priced.unit_price_cents
            * sum(payer.share_bp) OVER w + 5000) / 10000
     - (priced.quantity * priced.unit_price_cents
            * (sum(payer.share_bp) OVER w - payer.share_bp) + 5000) / 10000 AS amount_cents
FROM priced
JOIN canteen_enrolmentpayer AS payer ON payer.enrolment_id = priced.enrolment_id
WINDOW w AS (PARTITION BY priced.enrolment_id, priced.decision_id ORDER BY payer.id)
