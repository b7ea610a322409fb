"""A tenant sees its own row of the registry, and no other; the public role sees all, changes none."""

from django.db import migrations

TABLES = {
    "registry_departement": "schema_name = current_user",
    "registry_domain": (
        "tenant_id IN (SELECT id FROM registry_departement WHERE schema_name = current_user)"
    ),
}


def _policies():
    for table, own in TABLES.items():
        yield (
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        )
        yield (
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
        )
        for name, role, clause in (
            ("owner_all", "socle_owner", "USING (true) WITH CHECK (true)"),
            ("public_reads", "socle_public", "USING (true)"),
            ("tenant_reads_own", "socle_tenant", f"USING ({own})"),
        ):
            command = "ALL" if name == "owner_all" else "SELECT"
            yield (
                f"CREATE POLICY {name} ON {table} FOR {command} TO {role} {clause}",
                f"DROP POLICY {name} ON {table}",
            )


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]
    operations = [migrations.RunSQL(sql=sql, reverse_sql=reverse) for sql, reverse in _policies()]
