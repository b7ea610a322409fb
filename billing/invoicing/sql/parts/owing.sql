-- Who owes something in the run, and how an invoice reaches them: by the address they sign in with,
-- else the one the school knows (as ui.messages.recipient_of chooses), or by post.
owing AS (
    SELECT
        draft.payer_id, draft.total_cents,
        coalesce(account.email, payer.email) AS email,
        payer.street <> '' AND payer.city <> '' AS has_address
    FROM invoicing_draftinvoice AS draft
    JOIN people_guardian AS payer ON payer.id = draft.payer_id
    LEFT JOIN accounts_user AS account ON account.id = payer.user_id
    WHERE draft.run_id = %(run)s AND draft.total_cents > 0
)
