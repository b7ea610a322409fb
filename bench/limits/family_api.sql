-- What the API tells an account of its family: children today, and the invoices it pays.
-- Parameters: user_id, day (local), school_year (of that day); wants_school, wants_enrolment, wants_payers,
-- wants_price, wants_lines; child_invoices, viewer_invoices (how many of the latest, of each child and of
-- all; 0: none).
WITH child AS MATERIALIZED (
    SELECT pupil.id, pupil.public_id, pupil.first_name, pupil.last_name, pupil.birth_date,
        pupil.household_id,
        row_number() OVER (ORDER BY pupil.birth_date, pupil.sort_key, pupil.id) AS place
    FROM tenant.people_pupil AS pupil
    WHERE pupil.id IN (
        SELECT link.pupil_id
        FROM tenant.people_guardianship AS link
        JOIN tenant.people_guardian AS guardian ON guardian.id = link.guardian_id
        WHERE guardian.user_id = %(user_id)s AND link.valid_from <= %(day)s
            AND (link.valid_until IS NULL OR link.valid_until > %(day)s)
    )
),
owned AS MATERIALIZED (
    SELECT invoice.id, invoice.public_id, invoice.number, invoice.month, invoice.issued_on,
        invoice.due_on, invoice.payer_first_name, invoice.payer_last_name, invoice.total_cents,
        invoice.ledger_account_id,
        row_number() OVER (ORDER BY invoice.month DESC, invoice.id DESC) AS place
    FROM tenant.people_guardian AS payer
    JOIN tenant.invoicing_invoice AS invoice ON invoice.payer_id = payer.id
    WHERE payer.user_id = %(user_id)s AND %(child_invoices)s + %(viewer_invoices)s > 0
),
about AS MATERIALIZED (
    SELECT line.invoice_id, line.pupil_id,
        row_number() OVER (PARTITION BY line.pupil_id ORDER BY min(owned.place)) AS place
    FROM owned
    JOIN tenant.invoicing_invoiceline AS line ON line.invoice_id = owned.id
    WHERE %(child_invoices)s > 0 AND line.pupil_id IN (SELECT child.id FROM child)
    GROUP BY line.invoice_id, line.pupil_id
)
SELECT json_build_object(
    'is_agent', EXISTS (
        SELECT FROM tenant.accounts_staffrole AS given WHERE given.user_id = %(user_id)s
    ),
    'children', (
        SELECT coalesce(
            json_agg(
                json_build_object(
                    'key', child.id,
                    'public_id', child.public_id,
                    'first_name', child.first_name,
                    'last_name', child.last_name,
                    'birth_date', child.birth_date,
                    'schooling', CASE WHEN %(wants_school)s THEN (
                        SELECT json_build_object(
                            'college', json_build_object(
                                'public_id', college.public_id, 'uai', college.uai,
                                'name', college.name, 'city', college.city),
                            'class_name', school_class.name, 'level', school_class.level,
                            'regime', schooling.regime)
                        FROM tenant.people_schooling AS schooling
                        JOIN tenant.people_college AS college ON college.id = schooling.college_id
                        LEFT JOIN tenant.people_schoolclass AS school_class
                            ON school_class.id = schooling.school_class_id
                        WHERE schooling.pupil_id = child.id AND schooling.valid_from <= %(day)s
                            AND (schooling.valid_until IS NULL OR schooling.valid_until > %(day)s)
                        ORDER BY schooling.valid_from DESC, schooling.id DESC
                        LIMIT 1
                    ) END,
                    'enrolment', CASE WHEN enrolment.id IS NOT NULL THEN json_build_object(
                        'public_id', enrolment.public_id,
                        'school_year', enrolment.school_year,
                        'service', enrolment.service,
                        'state', enrolment.state,
                        'weekdays', enrolment.weekdays,
                        'valid_from', enrolment.valid_from,
                        'valid_until', enrolment.valid_until,
                        'college_name', (
                            SELECT college.name FROM tenant.people_college AS college
                            WHERE college.id = enrolment.college_id
                        ),
                        'payers', CASE WHEN %(wants_payers)s THEN (
                            SELECT coalesce(
                                json_agg(
                                    json_build_array(
                                        guardian.first_name, guardian.last_name, payer.share_bp)
                                    ORDER BY payer.share_bp DESC, payer.id),
                                '[]')
                            FROM tenant.canteen_enrolmentpayer AS payer
                            JOIN tenant.people_guardian AS guardian ON guardian.id = payer.guardian_id
                            WHERE payer.enrolment_id = enrolment.id AND guardian.user_id = %(user_id)s
                        ) END
                    ) END,
                    'price', CASE WHEN %(wants_price)s THEN (
                        SELECT json_build_object(
                            'public_id', decision.public_id,
                            'service', decision.service,
                            'unit_price_cents', decision.unit_price_cents,
                            'steps', decision.steps,
                            'source', decision.source,
                            'valid_from', decision.valid_from,
                            'valid_until', decision.valid_until,
                            'decided_at', decision.decided_at,
                            'version', json_build_object(
                                'definition', version.definition, 'valid_from', version.valid_from,
                                'legal_basis', version.legal_basis, 'source_note', version.source_note,
                                'is_illustrative', version.is_illustrative),
                            'may_read_resources', EXISTS (
                                SELECT FROM tenant.people_householdmember AS member
                                JOIN tenant.people_guardian AS guardian ON guardian.id = member.guardian_id
                                WHERE guardian.user_id = %(user_id)s
                                    AND member.household_id = coalesce(resources.household_id, child.household_id)
                                    AND member.valid_from <= priced.day
                                    AND (member.valid_until IS NULL OR member.valid_until > priced.day)
                            ))
                        FROM tenant.tariffs_pricedecision AS decision
                        JOIN tenant.tariffs_tariffversion AS version
                            ON version.id = decision.tariff_version_id
                        LEFT JOIN tenant.tariffs_householdresources AS resources
                            ON resources.id = decision.resources_id
                        WHERE decision.pupil_id = child.id AND decision.service = 'HALF_BOARD'
                            AND decision.valid_from <= priced.day
                            AND (decision.valid_until IS NULL OR decision.valid_until > priced.day)
                        ORDER BY decision.valid_from
                        LIMIT 1
                    ) END)
                ORDER BY child.place),
            '[]')
        FROM child
        LEFT JOIN LATERAL (
            SELECT held.*
            FROM tenant.canteen_enrolment AS held
            WHERE (%(wants_enrolment)s OR %(wants_price)s)
                AND held.pupil_id = child.id AND held.school_year = %(school_year)s
                AND held.state <> 'DRAFT' AND (held.valid_until IS NULL OR held.valid_until > %(day)s)
            ORDER BY held.valid_from, held.id
            LIMIT 1
        ) AS enrolment ON true
        CROSS JOIN LATERAL (SELECT greatest(%(day)s, enrolment.valid_from) AS day) AS priced
    ),
    'invoices', (
        SELECT coalesce(
            json_agg(
                json_build_object(
                    'place', owned.place,
                    'children', (
                        SELECT coalesce(json_agg(about.pupil_id), '[]') FROM about
                        WHERE about.invoice_id = owned.id
                    ),
                    'public_id', owned.public_id,
                    'number', owned.number,
                    'month', owned.month,
                    'issued_on', owned.issued_on,
                    'due_on', owned.due_on,
                    'payer_name', concat(owned.payer_first_name, ' ', owned.payer_last_name),
                    'total_cents', owned.total_cents,
                    'due_cents', (
                        SELECT greatest(account.debits_posted - account.credits_posted, 0)
                        FROM tenant.ledger_account AS account
                        WHERE account.id = owned.ledger_account_id
                    ),
                    'lines', CASE WHEN %(wants_lines)s THEN (
                        SELECT coalesce(
                            json_agg(
                                json_build_object(
                                    'label', line.label,
                                    'child_id', pupil.public_id,
                                    'child_name',
                                        concat(line.pupil_first_name, ' ', line.pupil_last_name),
                                    'quantity', line.quantity,
                                    'unit_price_cents', line.unit_price_cents,
                                    'is_illustrative', coalesce(version.is_illustrative, false),
                                    'share_bp', line.share_bp,
                                    'amount_cents', line.amount_cents,
                                    'days', line.days)
                                ORDER BY pupil.sort_key, line.pupil_id, line.days, line.id),
                            '[]')
                        FROM tenant.invoicing_invoiceline AS line
                        JOIN tenant.people_pupil AS pupil ON pupil.id = line.pupil_id
                        LEFT JOIN tenant.tariffs_pricedecision AS decision
                            ON decision.id = line.price_decision_id
                        LEFT JOIN tenant.tariffs_tariffversion AS version
                            ON version.id = decision.tariff_version_id
                        WHERE line.invoice_id = owned.id
                    ) END)
                ORDER BY owned.place),
            '[]')
        FROM owned
        WHERE owned.place <= %(viewer_invoices)s
            OR owned.id IN (
                SELECT about.invoice_id FROM about WHERE about.place <= %(child_invoices)s
            )
    )
)::text
