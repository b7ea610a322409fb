-- The answer to family_accounts.graphql, written by hand for it alone. Parameters: user_id, day.
SELECT json_build_object('data', json_build_object('viewer', json_build_object(
    'firstName', guardian.first_name,
    'lastName', guardian.last_name,
    'children', (
        SELECT coalesce(json_agg(child.told), '[]')
        FROM (
            SELECT json_build_object(
                'id', pupil.public_id,
                'firstName', pupil.first_name,
                'college', (
                    SELECT json_build_object('name', college.name, 'city', college.city)
                    FROM tenant.people_schooling AS schooling
                    JOIN tenant.people_college AS college ON college.id = schooling.college_id
                    WHERE schooling.pupil_id = pupil.id AND schooling.valid_from <= %(day)s
                        AND (schooling.valid_until IS NULL OR schooling.valid_until > %(day)s)
                    ORDER BY schooling.valid_from DESC
                    LIMIT 1
                ),
                'passCards', (
                    SELECT coalesce(
                        json_agg(
                            json_build_object('label', campaign.label, 'purses', (
                                SELECT coalesce(
                                    json_agg(
                                        json_build_object('code', purse.code, 'available',
                                            json_build_object('cents', account.credits_posted
                                                - account.debits_posted - account.debits_pending))
                                        ORDER BY purse.id),
                                    '[]')
                                FROM tenant.passplus_purse AS purse
                                JOIN tenant.ledger_account AS account ON account.id = purse.account_id
                                WHERE purse.card_id = card.id
                            ))
                            ORDER BY card.campaign_id DESC),
                        '[]')
                    FROM tenant.passplus_card AS card
                    JOIN tenant.passplus_campaign AS campaign ON campaign.id = card.campaign_id
                    WHERE card.pupil_id = pupil.id
                        AND %(day)s < (campaign.definition -> 'tickets' ->> 'captured_before')::date
                )) AS told
            FROM tenant.people_guardianship AS link
            JOIN tenant.people_pupil AS pupil ON pupil.id = link.pupil_id
            WHERE link.guardian_id = guardian.id AND link.valid_from <= %(day)s
                AND (link.valid_until IS NULL OR link.valid_until > %(day)s)
            ORDER BY pupil.birth_date, pupil.sort_key, pupil.id
            LIMIT 10
        ) AS child
    ),
    'invoices', json_build_object('nodes', (
        SELECT coalesce(json_agg(bill.told), '[]')
        FROM (
            SELECT json_build_object(
                'number', invoice.number,
                'total', json_build_object('cents', invoice.total_cents),
                'due', json_build_object('cents', (
                    SELECT greatest(account.debits_posted - account.credits_posted, 0)
                    FROM tenant.ledger_account AS account
                    WHERE account.id = invoice.ledger_account_id
                )),
                'lines', (
                    SELECT coalesce(
                        json_agg(
                            json_build_object(
                                'label', line.label,
                                'quantity', line.quantity,
                                'amount', json_build_object('cents', line.amount_cents))
                            ORDER BY line.id),
                        '[]')
                    FROM tenant.invoicing_invoiceline AS line
                    WHERE line.invoice_id = invoice.id
                )) AS told
            FROM tenant.invoicing_invoice AS invoice
            WHERE invoice.payer_id = guardian.id
            ORDER BY invoice.month DESC, invoice.id DESC
            LIMIT 5
        ) AS bill
    ))
)))::text
FROM tenant.people_guardian AS guardian
WHERE guardian.user_id = %(user_id)s
