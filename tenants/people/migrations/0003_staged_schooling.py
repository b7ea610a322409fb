"""Where each pupil is schooled when a feed comes, found once for the statements that compare."""

from django.db import migrations

COLUMNS = """pupil_id bigint PRIMARY KEY, college_id bigint NOT NULL, uai text NOT NULL,
    jointure_id text NOT NULL, class_name text NOT NULL, regime text NOT NULL, is_boursier boolean"""


class Migration(migrations.Migration):
    dependencies = [("people", "0002_feed_staging")]

    operations = [
        migrations.RunSQL(
            f"CREATE UNLOGGED TABLE people_stagedschooling ({COLUMNS})",
            reverse_sql="DROP TABLE people_stagedschooling",
        )
    ]
