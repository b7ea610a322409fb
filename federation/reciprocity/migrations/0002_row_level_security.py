"""Each party reads what it is party to, and writes in its own name; a capture needs an agreement in force.

Policies are evaluated as the role that asks, so that a question on another shared table sees no more than
that role may. None asks about its own table: PostgreSQL would refuse it as recursive.
"""

# ruff: noqa: S608  the texts are put together from the constants of this file
from django.db import migrations

PARTIES = "CURRENT_USER IN ((proposed_by)::text, (proposed_to)::text)"
MINE = "agreement_id IN (SELECT id FROM reciprocity_agreement)"
UNSIGNED = (
    "NOT EXISTS (SELECT 1 FROM reciprocity_signature s WHERE s.agreement_id = {table}.agreement_id)"
)
TODAY = "((now() AT TIME ZONE 'Europe/Paris'))::date"


def _in_force(found, *, holder, day, more=""):
    """What terms say that both signed, for these holders, and that hold on a day."""
    return f"""(
        SELECT {found} FROM reciprocity_term t JOIN reciprocity_agreement a ON a.id = t.agreement_id
        WHERE t.holder = {holder}
          AND a.valid_from <= {day} AND (a.valid_until IS NULL OR a.valid_until > {day}) {more}
          AND (SELECT count(*) FROM reciprocity_signature s WHERE s.agreement_id = a.id) = 2
          AND NOT EXISTS (SELECT 1 FROM reciprocity_ending e
                          WHERE e.agreement_id = a.id AND e.ends_on <= {day}))"""


LISTED = "reciprocity_listedpartner"
CAPTURE = "reciprocity_crosscapture"
CAPTURED_ON = f"(({CAPTURE}.captured_at AT TIME ZONE 'Europe/Paris'))::date"
OF_PARTNER = (
    f"AND t.partner = {CAPTURE}.partner AND t.domains @> to_jsonb(({CAPTURE}.domain)::text)"
)
OF_TWO = "CURRENT_USER IN ((first)::text, (second)::text)"
MY_STATEMENT = "statement_id IN (SELECT id FROM reciprocity_statement)"

# table: (who reads a row, which row may be written)
POLICIES = {
    "reciprocity_agreement": (PARTIES, "(proposed_by)::text = CURRENT_USER"),
    "reciprocity_term": (
        MINE,
        f"""EXISTS (SELECT 1 FROM reciprocity_agreement a WHERE a.id = reciprocity_term.agreement_id
              AND (a.proposed_by)::text = CURRENT_USER
              AND (holder, partner) IN ((a.proposed_by, a.proposed_to), (a.proposed_to, a.proposed_by)))
            AND {UNSIGNED.format(table="reciprocity_term")}""",
    ),
    "reciprocity_signature": (MINE, f"(signed_by)::text = CURRENT_USER AND {MINE}"),
    "reciprocity_ending": (MINE, f"(ended_by)::text = CURRENT_USER AND {MINE}"),
    LISTED: (
        f"""(published_by)::text = CURRENT_USER OR published_by IN {
            _in_force("t.partner", holder="(CURRENT_USER)::text", day=TODAY)
        }""",
        "(published_by)::text = CURRENT_USER",
    ),
    CAPTURE: (
        "CURRENT_USER IN ((holder)::text, (partner)::text)",
        f"""(holder)::text = CURRENT_USER AND EXISTS {
            _in_force(
                "1",
                holder=f"{CAPTURE}.holder",
                day=CAPTURED_ON,
                more=OF_PARTNER,
            )
        } AND EXISTS (SELECT 1 FROM {LISTED} p
              WHERE p.published_by = {CAPTURE}.partner AND p.public_id = {CAPTURE}.partner_public_id
                AND p.domains @> to_jsonb(({CAPTURE}.domain)::text)
                AND (p.ended_at IS NULL OR p.ended_at > {CAPTURE}.captured_at))""",
    ),
    "reciprocity_reversal": (
        f"capture_id IN (SELECT id FROM {CAPTURE})",
        f"capture_id IN (SELECT id FROM {CAPTURE} WHERE (holder)::text = CURRENT_USER)",
    ),
    "reciprocity_statement": (OF_TWO, f"(prepared_by)::text = CURRENT_USER AND {OF_TWO}"),
    "reciprocity_statementline": (
        MY_STATEMENT,
        f"""EXISTS (SELECT 1 FROM reciprocity_statement st, {CAPTURE} c
              WHERE st.id = reciprocity_statementline.statement_id
                AND c.id = reciprocity_statementline.capture_id
                AND (st.prepared_by)::text = CURRENT_USER
                AND (c.holder, c.partner) IN ((st.first, st.second), (st.second, st.first)))
            AND (NOT is_reversal OR capture_id IN (SELECT capture_id FROM reciprocity_reversal))
            AND NOT EXISTS (SELECT 1 FROM reciprocity_statementsignature s
                            WHERE s.statement_id = reciprocity_statementline.statement_id)""",
    ),
    "reciprocity_statementsignature": (
        MY_STATEMENT,
        """(signed_by)::text = CURRENT_USER AND EXISTS (
             SELECT 1 FROM reciprocity_statement st
             WHERE st.id = reciprocity_statementsignature.statement_id
               AND position_cents = CASE WHEN (st.first)::text = CURRENT_USER
                   THEN st.second_owes_cents - st.first_owes_cents
                   ELSE st.first_owes_cents - st.second_owes_cents END)""",
    ),
    "reciprocity_settlement": (
        MY_STATEMENT,
        """(received_by)::text = CURRENT_USER AND EXISTS (
             SELECT 1 FROM reciprocity_statement st
             WHERE st.id = reciprocity_settlement.statement_id
               AND cents = CASE WHEN (st.first)::text = CURRENT_USER
                   THEN st.second_owes_cents - st.first_owes_cents
                   ELSE st.first_owes_cents - st.second_owes_cents END
               AND (SELECT count(*) FROM reciprocity_statementsignature s
                    WHERE s.statement_id = st.id) = 2)""",
    ),
}


def _statements():
    for table, (reads, writes) in POLICIES.items():
        yield (
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        )
        yield (
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
        )
        policies = [
            ("owner_all", "ALL", "socle_owner", "USING (true) WITH CHECK (true)"),
            ("party_reads", "SELECT", "socle_tenant", f"USING ({reads})"),
            ("party_writes", "INSERT", "socle_tenant", f"WITH CHECK ({writes})"),
        ]
        if table == LISTED:
            own = "(published_by)::text = CURRENT_USER"
            policies.append(
                ("party_updates", "UPDATE", "socle_tenant", f"USING ({own}) WITH CHECK ({own})")
            )
        for name, command, role, clause in policies:
            yield (
                f"CREATE POLICY {name} ON {table} FOR {command} TO {role} {clause}",
                f"DROP POLICY {name} ON {table}",
            )


class Migration(migrations.Migration):
    dependencies = [("reciprocity", "0001_initial")]
    operations = [migrations.RunSQL(sql=sql, reverse_sql=reverse) for sql, reverse in _statements()]
