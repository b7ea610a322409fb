-- The pupils enrolled in the canteen on some day of the period, other than for occasional meals.
enrolled AS (
    SELECT DISTINCT enrolment.pupil_id
    FROM canteen_enrolment AS enrolment
    WHERE enrolment.state <> 'DRAFT'
        AND enrolment.service IN ('HALF_BOARD', 'BOARDER')
        AND enrolment.valid_from < %(end_day)s
        AND (enrolment.valid_until IS NULL
            OR enrolment.valid_until > greatest(%(first_day)s, enrolment.valid_from))
),
