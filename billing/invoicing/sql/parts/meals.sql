-- The meals of `asked`'s days that are billed if they have a price: the weekly rule on open days,
-- without what was cancelled in time, with what was added (as canteen.queries.meals_for counts them).
meals AS (
    SELECT
        enrolment.id AS enrolment_id, enrolment.pupil_id, enrolment.college_id, enrolment.service,
        service_day.day
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
