-- The pupils enrolled in a service over a period: what their household proved, the meals expected of them.
-- Grain: one row for each pupil and household: the one that prices the pupil (`is_own`, always there),
-- and that of another legal guardian where it proved something.
--
-- Meals expected are the weekdays of the enrolment on the open days of the collège, whatever was
-- cancelled or added. They are counted once for each pattern (collège, weekdays, days), not once for each
-- pupil. A pupil who changed collège is told of where the most meals are.
-- Without nested loops: the planner takes these parts for a few rows, and loops over all of them.
WITH enrolled AS (
    SELECT
        enrolment.pupil_id, enrolment.college_id, enrolment.weekdays,
        greatest(enrolment.valid_from, %(first_day)s::date) AS first_day,
        least(enrolment.valid_until, %(end_day)s::date) AS end_day
    FROM canteen_enrolment AS enrolment
    WHERE enrolment.service = %(service)s
        AND enrolment.state <> 'DRAFT'
        AND enrolment.valid_from < %(end_day)s::date
        AND (enrolment.valid_until IS NULL OR enrolment.valid_until > %(first_day)s::date)
        AND (enrolment.valid_until IS NULL OR enrolment.valid_until > enrolment.valid_from)
),
patterns AS (
    SELECT DISTINCT college_id, weekdays, first_day, end_day FROM enrolled
),
counted AS (
    SELECT
        patterns.college_id, patterns.weekdays, patterns.first_day, patterns.end_day,
        count(service_day.id) AS meals
    FROM patterns
    LEFT JOIN canteen_serviceday AS service_day
        ON service_day.college_id = patterns.college_id
        AND service_day.is_open
        AND service_day.day >= patterns.first_day
        AND service_day.day < patterns.end_day
        AND (patterns.weekdays::int >> (date_part('isodow', service_day.day)::int - 1)) & 1 = 1
    GROUP BY patterns.college_id, patterns.weekdays, patterns.first_day, patterns.end_day
),
eaters AS (
    SELECT
        enrolled.pupil_id, sum(counted.meals)::bigint AS meals,
        (array_agg(enrolled.college_id ORDER BY counted.meals DESC, enrolled.college_id))[1] AS college_id
    FROM enrolled
    JOIN counted USING (college_id, weekdays, first_day, end_day)
    GROUP BY enrolled.pupil_id
),
classes AS (
    SELECT DISTINCT ON (schooling.pupil_id) schooling.pupil_id, school_class.level
    FROM people_schooling AS schooling
    JOIN people_schoolclass AS school_class ON school_class.id = schooling.school_class_id
    WHERE schooling.valid_from < %(end_day)s::date
        AND (schooling.valid_until IS NULL OR schooling.valid_until > %(first_day)s::date)
    ORDER BY schooling.pupil_id, schooling.valid_from DESC, schooling.id DESC
),
others AS (
    SELECT DISTINCT eaters.pupil_id, member.household_id
    FROM eaters
    JOIN people_pupil AS pupil ON pupil.id = eaters.pupil_id
    JOIN people_guardianship AS link
        ON link.pupil_id = eaters.pupil_id
        AND link.legal_role >= 1
        AND (link.valid_until IS NULL OR link.valid_until > %(proof_day)s::date)
    JOIN people_householdmember AS member
        ON member.guardian_id = link.guardian_id
        AND (member.valid_until IS NULL OR member.valid_until > %(proof_day)s::date)
        AND member.household_id <> coalesce(pupil.household_id, 0)
),
situations AS (
    SELECT true AS is_own, pupil.id AS pupil_id, pupil.household_id
    FROM eaters
    JOIN people_pupil AS pupil ON pupil.id = eaters.pupil_id
    UNION ALL
    SELECT false, others.pupil_id, others.household_id FROM others
)
SELECT
    situations.is_own,
    situations.pupil_id,
    eaters.meals,
    eaters.college_id,
    coalesce(classes.level, '') AS level,
    coalesce(proof.basis, '') AS basis,
    coalesce((proof.quotient_familial * 100)::bigint, -1) AS quotient_cents,
    coalesce(proof.reference_tax_income_cents, -1) AS income_cents,
    coalesce(proof.children, -1) AS children,
    coalesce(nullif(proof.statuses, '[]')::text, '') AS statuses,
    coalesce(proof.choose_maximum, false) AS chooses_maximum
FROM situations
JOIN eaters ON eaters.pupil_id = situations.pupil_id
LEFT JOIN tariffs_householdresources AS proof
    ON proof.household_id = situations.household_id
    AND proof.valid_from <= %(proof_day)s::date
    AND (proof.valid_until IS NULL OR proof.valid_until > %(proof_day)s::date)
LEFT JOIN classes ON classes.pupil_id = situations.pupil_id
WHERE situations.is_own OR proof.id IS NOT NULL
ORDER BY situations.pupil_id, situations.is_own DESC, proof.id
