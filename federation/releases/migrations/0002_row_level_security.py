"""Everybody reads what was released; a département writes its own, whole, in one transaction."""

from django.db import migrations

OWN = "(published_by)::text = CURRENT_USER AND recorded_at = now()"
# A figure joins a release of the same transaction: nothing is added to what was already read.
OF_OWN = """EXISTS (SELECT 1 FROM releases_release r
    WHERE r.id = releases_figure.release_id AND (r.published_by)::text = CURRENT_USER
      AND r.recorded_at = now())"""
WRITES = {"releases_release": OWN, "releases_figure": OF_OWN}


def _statements():
    for table, written in WRITES.items():
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
            ("public_reads", "SELECT", "socle_public", "USING (true)"),
            ("tenant_reads_all", "SELECT", "socle_tenant", "USING (true)"),
            ("publisher_writes", "INSERT", "socle_tenant", f"WITH CHECK ({written})"),
        ):
            yield (
                f"CREATE POLICY {name} ON {table} FOR {command} TO {role} {clause}",
                f"DROP POLICY {name} ON {table}",
            )


class Migration(migrations.Migration):
    dependencies = [("releases", "0001_initial")]
    operations = [migrations.RunSQL(sql=sql, reverse_sql=reverse) for sql, reverse in _statements()]
