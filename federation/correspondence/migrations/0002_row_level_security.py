"""Each party reads what it is party to, and writes in its own name; an envelope needs an agreement in force.

That something is over may be told after the agreement is: what waits on the other side is then dropped.
"""

# ruff: noqa: S608  the texts are put together from the constants of this file
from django.db import migrations

PARTIES = "CURRENT_USER IN ((proposed_by)::text, (proposed_to)::text)"
MINE = "agreement_id IN (SELECT id FROM correspondence_agreement)"
TODAY = "((now() AT TIME ZONE 'Europe/Paris'))::date"

# table: (who reads a row, which row may be written)
POLICIES = {
    "correspondence_agreement": (PARTIES, "(proposed_by)::text = CURRENT_USER"),
    "correspondence_signature": (MINE, f"(signed_by)::text = CURRENT_USER AND {MINE}"),
    "correspondence_ending": (MINE, f"(ended_by)::text = CURRENT_USER AND {MINE}"),
    "correspondence_envelope": (
        "CURRENT_USER IN ((sent_by)::text, (sent_to)::text)",
        f"""(sent_by)::text = CURRENT_USER AND EXISTS (
          SELECT 1 FROM correspondence_agreement a
          WHERE a.id = correspondence_envelope.agreement_id
            AND (sent_by, sent_to) IN ((a.proposed_by, a.proposed_to), (a.proposed_to, a.proposed_by))
            AND (SELECT count(*) FROM correspondence_signature s WHERE s.agreement_id = a.id) = 2
            AND ((kind)::text = 'CLOSED' OR (
              a.valid_from <= {TODAY} AND (a.valid_until IS NULL OR a.valid_until > {TODAY})
              AND NOT EXISTS (SELECT 1 FROM correspondence_ending e
                              WHERE e.agreement_id = a.id AND e.ends_on <= {TODAY}))))""",
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
        for name, command, role, clause in (
            ("owner_all", "ALL", "socle_owner", "USING (true) WITH CHECK (true)"),
            ("party_reads", "SELECT", "socle_tenant", f"USING ({reads})"),
            ("party_writes", "INSERT", "socle_tenant", f"WITH CHECK ({writes})"),
        ):
            yield (
                f"CREATE POLICY {name} ON {table} FOR {command} TO {role} {clause}",
                f"DROP POLICY {name} ON {table}",
            )


class Migration(migrations.Migration):
    dependencies = [("correspondence", "0001_initial")]
    operations = [migrations.RunSQL(sql=sql, reverse_sql=reverse) for sql, reverse in _statements()]
