"""Where a feed is laid before it is compared: unlogged, empty between two imports.

Temporary tables would do if a tenant's role could make them; it cannot, on purpose (they come first
in every search path, and outlive the tenant on a shared connection).
"""

from django.db import migrations

_COMMON = """
    rank integer NOT NULL,
    place text NOT NULL,
    operation text NOT NULL,
    jointure_id text NOT NULL,
    public_id uuid NOT NULL,
    reason text NOT NULL DEFAULT '',
    verdict text NOT NULL DEFAULT 'UNCHANGED',
    diff jsonb NOT NULL DEFAULT '{}',
    target_id bigint
"""
TABLES = {
    "people_stagedcollege": f"""{_COMMON}, uai text, name text, street text, postal_code text,
        city text, phone text, sector text""",
    "people_stagedguardian": f"""{_COMMON}, title text, last_name text, first_name text,
        sort_key text, search_key text, email text, mobile_phone text, home_phone text,
        street text, postal_code text, city text, country text""",
    "people_stagedpupil": f"""{_COMMON}, ine text, last_name text, first_name text,
        sort_key text, search_key text, other_first_names text, birth_date date, school_id text,
        class_name text, level text, regime text, is_boursier boolean, has_links boolean NOT NULL,
        has_default_shares boolean NOT NULL DEFAULT true""",
    "people_stagedlink": """pupil_rank integer NOT NULL, guardian_jointure_id text NOT NULL,
        relation text NOT NULL, is_financial boolean NOT NULL, legal_role smallint NOT NULL,
        is_contact boolean NOT NULL, is_payment boolean NOT NULL""",
    "people_stagedrefusal": """kind text NOT NULL, jointure_id text NOT NULL,
        place text NOT NULL, reason text NOT NULL, detail text NOT NULL""",
}


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.RunSQL(
            f"CREATE UNLOGGED TABLE {name} ({columns})", reverse_sql=f"DROP TABLE {name}"
        )
        for name, columns in TABLES.items()
    ]
