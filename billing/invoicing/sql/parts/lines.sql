-- The lines of those meals, payer by payer. The amount of a share is the difference of two cumulative
-- sums rounded half up, as commons.money.allocate_cents does: shares add up to the line to the cent.
counted AS (
    SELECT
        meals.enrolment_id, meals.pupil_id, meals.service,
        decision.id AS decision_id, decision.unit_price_cents,
        count(*) AS quantity, array_agg(meals.day ORDER BY meals.day) AS days
    FROM meals
    LEFT JOIN tariffs_pricedecision AS decision
      ON decision.pupil_id = meals.pupil_id AND decision.service = meals.service
     AND decision.valid_from <= meals.day
     AND (decision.valid_until IS NULL OR meals.day < decision.valid_until)
    GROUP BY meals.enrolment_id, meals.pupil_id, meals.service, decision.id, decision.unit_price_cents
),
priced AS (
    SELECT * FROM counted WHERE decision_id IS NOT NULL
),
shared AS (
    SELECT
        priced.*, payer.guardian_id, payer.share_bp,
        priced.quantity * priced.unit_price_cents AS whole_cents,
        sum(payer.share_bp) OVER (
            PARTITION BY priced.enrolment_id, priced.decision_id ORDER BY payer.id
        ) AS share_so_far
    FROM priced
    JOIN canteen_enrolmentpayer AS payer ON payer.enrolment_id = priced.enrolment_id
),
lines AS (
    SELECT
        shared.*,
        (whole_cents * share_so_far + 5000) / 10000
            - (whole_cents * (share_so_far - share_bp) + 5000) / 10000 AS amount_cents
    FROM shared
),
