"""Every tenant reads the whole catalogue, and none writes it: an owner process does."""

from django.db import migrations

TABLE = "catalogue_sharedservice"
POLICIES = (
    ("owner_all", "ALL", "socle_owner", "USING (true) WITH CHECK (true)"),
    ("public_reads", "SELECT", "socle_public", "USING (true)"),
    ("tenant_reads_all", "SELECT", "socle_tenant", "USING (true)"),
)


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]
    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {TABLE} DISABLE ROW LEVEL SECURITY",
        ),
        migrations.RunSQL(
            f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {TABLE} NO FORCE ROW LEVEL SECURITY",
        ),
        *(
            migrations.RunSQL(
                f"CREATE POLICY {name} ON {TABLE} FOR {command} TO {role} {clause}",
                f"DROP POLICY {name} ON {TABLE}",
            )
            for name, command, role, clause in POLICIES
        ),
    ]
