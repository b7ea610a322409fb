-- Has a pupil meals in the month on days no price decision covers? They would not be billed.
-- Severity: BLOCKING. Grain: one row per pupil. Refresh: at each review.
WITH asked AS (
    SELECT %(first)s::date AS first_day, %(end)s::date AS end_day
),
-- part: meals
unpriced AS (
    SELECT meals.pupil_id, meals.day
    FROM meals
    LEFT JOIN tariffs_pricedecision AS decision
      ON decision.pupil_id = meals.pupil_id AND decision.service = meals.service
     AND decision.valid_from <= meals.day
     AND (decision.valid_until IS NULL OR meals.day < decision.valid_until)
    WHERE decision.id IS NULL
)
SELECT 'pupil', pupil_id, jsonb_build_object('days', count(*), 'first_day', min(day))
FROM unpriced
GROUP BY pupil_id
