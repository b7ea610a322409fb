-- The draft invoices and lines of a run. Grain: returns one row, the counts of the run.
--
-- One statement, on purpose: what is inserted is joined through RETURNING, never read back from its
-- table (a re-join once flipped its plan and took 40 times longer; PERFORMANCE.md B). The amount of
-- a share is the difference of two cumulative sums rounded half up, as commons.money.allocate_cents
-- does: shares add up to the line to the cent. A meal without a price is in no line (and is an
-- anomaly of the review).
-- Parameters: run id, first day, day after the last, services, labels.
WITH asked AS (
    SELECT %s::bigint AS run_id, %s::date AS first_day, %s::date AS end_day
),
labels AS (
    SELECT * FROM unnest(%s::text[], %s::text[]) AS t (service, label)
),
meals AS (
    SELECT enrolment.id AS enrolment_id, enrolment.pupil_id, enrolment.service, service_day.day
    FROM asked
    JOIN canteen_serviceday AS service_day
      ON service_day.is_open
     AND service_day.day >= asked.first_day AND service_day.day < asked.end_day
    JOIN canteen_enrolment AS enrolment
      ON enrolment.college_id = service_day.college_id
     AND enrolment.state <> 'DRAFT'
     AND enrolment.valid_from <= service_day.day
     AND (enrolment.valid_until IS NULL OR service_day.day < enrolment.valid_until)
    LEFT JOIN canteen_bookingexception AS exception
      ON exception.enrolment_id = enrolment.id AND exception.day = service_day.day
    WHERE exception.kind = 'EXTRA'
       OR ((enrolment.weekdays >> (extract(isodow FROM service_day.day)::int - 1)) & 1 = 1
           AND (exception.kind IS NULL OR exception.is_late))
),
priced AS (
    SELECT
        meals.enrolment_id, meals.pupil_id, meals.service,
        decision.id AS decision_id, decision.unit_price_cents,
        count(*) AS quantity, array_agg(meals.day ORDER BY meals.day) AS days
    FROM meals
    JOIN tariffs_pricedecision AS decision
      ON decision.pupil_id = meals.pupil_id AND decision.service = meals.service
     AND decision.valid_from <= meals.day
     AND (decision.valid_until IS NULL OR meals.day < decision.valid_until)
    GROUP BY meals.enrolment_id, meals.pupil_id, meals.service, decision.id, decision.unit_price_cents
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
drafts AS (
    INSERT INTO invoicing_draftinvoice (run_id, payer_id, total_cents)
    SELECT asked.run_id, lines.guardian_id, sum(lines.amount_cents)
    FROM lines CROSS JOIN asked
    GROUP BY asked.run_id, lines.guardian_id
    RETURNING id, payer_id, total_cents
),
inserted AS (
    INSERT INTO invoicing_draftline (
        draft_invoice_id, pupil_id, enrolment_id, price_decision_id, label, quantity,
        unit_price_cents, share_bp, amount_cents, days
    )
    SELECT
        drafts.id, lines.pupil_id, lines.enrolment_id, lines.decision_id, labels.label,
        lines.quantity, lines.unit_price_cents, lines.share_bp, lines.amount_cents, lines.days
    FROM lines
    JOIN drafts ON drafts.payer_id = lines.guardian_id
    JOIN labels ON labels.service = lines.service
    RETURNING pupil_id
)
SELECT
    (SELECT count(*) FROM drafts),
    (SELECT coalesce(sum(total_cents), 0)::bigint FROM drafts),
    (SELECT count(*) FROM inserted),
    (SELECT count(DISTINCT pupil_id) FROM inserted),
    (SELECT coalesce(sum(quantity), 0)::bigint FROM priced)
