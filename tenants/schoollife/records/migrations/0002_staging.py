"""Where a file is laid before it is compared: unlogged, and emptied once the file is taken or a day old.

A dry run leaves its lines there, so that the file that was looked at is the one that is taken.
"""

from django.db import migrations

_COMMON = """
    import_id bigint NOT NULL,
    line integer NOT NULL,
    record_id text NOT NULL
"""
TABLES = {
    "school_records_stagedmark": f"""{_COMMON}, pupil_key text NOT NULL, assessment text NOT NULL,
        subject text NOT NULL, title text NOT NULL, held_on date NOT NULL, group_name text NOT NULL,
        coefficient numeric(5, 2) NOT NULL, status text NOT NULL, value numeric(6, 2),
        out_of numeric(6, 2), level smallint, comment text NOT NULL, PRIMARY KEY (import_id, line)""",
    "school_records_stagedabsence": f"""{_COMMON}, pupil_key text NOT NULL, kind text NOT NULL,
        starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL, is_justified boolean NOT NULL,
        reason text NOT NULL, PRIMARY KEY (import_id, line)""",
    "school_records_stagedhomework": f"""{_COMMON}, pupil_key text NOT NULL, class_name text NOT NULL,
        subject text NOT NULL, given_on date NOT NULL, due_on date NOT NULL, text text NOT NULL,
        PRIMARY KEY (import_id, line)""",
}


class Migration(migrations.Migration):
    dependencies = [("school_records", "0001_initial")]

    operations = [
        migrations.RunSQL(
            f"CREATE UNLOGGED TABLE {name} ({columns})", reverse_sql=f"DROP TABLE {name}"
        )
        for name, columns in TABLES.items()
    ]
