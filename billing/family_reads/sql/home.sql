-- What the home page of an account shows: its children today, what it is billed, the canteen's rules.
-- Parameters: user_id, day (local), school_year (of that day).
SELECT json_build_object(
    'children', (
        SELECT coalesce(
            json_agg(
                json_build_object(
                    'public_id', pupil.public_id,
                    'first_name', pupil.first_name,
                    'last_name', pupil.last_name,
                    'school', (
                        SELECT json_build_object(
                            'name', college.name, 'street', college.street,
                            'postal_code', college.postal_code, 'city', college.city,
                            'phone', college.phone, 'class_name', school_class.name)
                        FROM tenant.people_schooling AS schooling
                        JOIN tenant.people_college AS college ON college.id = schooling.college_id
                        LEFT JOIN tenant.people_schoolclass AS school_class
                            ON school_class.id = schooling.school_class_id
                        WHERE schooling.pupil_id = pupil.id AND schooling.valid_from <= %(day)s
                            AND (schooling.valid_until IS NULL OR schooling.valid_until > %(day)s)
                        ORDER BY schooling.valid_from DESC, schooling.id DESC
                        LIMIT 1
                    ),
                    'is_schooled', EXISTS (
                        SELECT FROM tenant.people_schooling AS schooling
                        WHERE schooling.pupil_id = pupil.id AND schooling.school_year = %(school_year)s
                    ),
                    'enrolments', (
                        SELECT coalesce(
                            json_agg(
                                json_build_array(
                                    enrolment.weekdays, enrolment.valid_from, enrolment.valid_until,
                                    enrolment.created_at)
                                ORDER BY enrolment.valid_from, enrolment.id),
                            '[]')
                        FROM tenant.canteen_enrolment AS enrolment
                        WHERE enrolment.pupil_id = pupil.id AND enrolment.school_year = %(school_year)s
                            AND enrolment.state <> 'DRAFT'
                    ),
                    'has_draft', EXISTS (
                        SELECT FROM tenant.canteen_enrolment AS enrolment
                        WHERE enrolment.pupil_id = pupil.id AND enrolment.school_year = %(school_year)s
                            AND enrolment.service = 'HALF_BOARD' AND enrolment.state = 'DRAFT'
                    ),
                    'prices', (
                        SELECT coalesce(
                            json_agg(
                                json_build_array(
                                    decision.unit_price_cents, decision.valid_from,
                                    decision.valid_until, version.is_illustrative)
                                ORDER BY decision.valid_from),
                            '[]')
                        FROM tenant.tariffs_pricedecision AS decision
                        JOIN tenant.tariffs_tariffversion AS version
                            ON version.id = decision.tariff_version_id
                        WHERE decision.pupil_id = pupil.id AND decision.service = 'HALF_BOARD'
                            AND (decision.valid_until IS NULL
                                 OR (decision.valid_until > %(day)s
                                     AND decision.valid_until > decision.valid_from))
                    ))
                ORDER BY pupil.birth_date, pupil.sort_key, pupil.id),
            '[]')
        FROM tenant.people_pupil AS pupil
        WHERE pupil.id IN (
            SELECT link.pupil_id
            FROM tenant.people_guardianship AS link
            JOIN tenant.people_guardian AS guardian ON guardian.id = link.guardian_id
            WHERE guardian.user_id = %(user_id)s AND link.valid_from <= %(day)s
                AND (link.valid_until IS NULL OR link.valid_until > %(day)s)
        )
    ),
    'invoices', (
        SELECT coalesce(
            json_agg(
                json_build_object(
                    'public_id', invoice.public_id,
                    'number', invoice.number,
                    'month', invoice.month,
                    'issued_on', invoice.issued_on,
                    'due_on', invoice.due_on,
                    'is_complementary', run.corrects_id IS NOT NULL,
                    'total_cents', invoice.total_cents,
                    'credited_cents', (
                        SELECT coalesce(sum(note.total_cents), 0)::bigint
                        FROM tenant.invoicing_creditnote AS note WHERE note.invoice_id = invoice.id
                    ),
                    'due_cents', account.debits_posted - account.credits_posted)
                ORDER BY invoice.month DESC, invoice.id DESC),
            '[]')
        FROM tenant.people_guardian AS payer
        JOIN tenant.invoicing_invoice AS invoice ON invoice.payer_id = payer.id
        JOIN tenant.invoicing_billingrun AS run ON run.id = invoice.run_id
        JOIN tenant.ledger_account AS account ON account.id = invoice.ledger_account_id
        WHERE payer.user_id = %(user_id)s
    ),
    'rights', (
        SELECT json_build_object('public_id', request.public_id, 'state', request.state)
        FROM tenant.people_guardian AS guardian
        JOIN tenant.people_householdmember AS member ON member.guardian_id = guardian.id
        JOIN tenant.rights_rightsrequest AS request ON request.household_id = member.household_id
        WHERE guardian.user_id = %(user_id)s AND member.valid_from <= %(day)s
            AND (member.valid_until IS NULL OR member.valid_until > %(day)s)
            AND request.closed_at IS NULL
        ORDER BY request.id
        LIMIT 1
    ),
    'rules', (
        SELECT rules.definition
        FROM tenant.canteen_canteenrules AS rules
        WHERE rules.valid_from <= %(day)s
            AND (rules.valid_until IS NULL OR rules.valid_until > %(day)s)
        ORDER BY rules.valid_from
        LIMIT 1
    )
)::text
