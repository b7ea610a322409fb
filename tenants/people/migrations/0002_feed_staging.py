"""Where a feed is laid before it is compared: unlogged, empty between two imports.

Temporary tables would do if a tenant's role could make them; it cannot, on purpose (they come first
in every search path, and outlive the tenant on a shared connection). Their keys are the place in the
feed; there is no other index: they are written once and read whole. `people_stagedtie` holds the links between a pupil and a guardian that
are not simply as we know them, `people_stagedshare` the pupils whose bills are shared by hand,
`people_stagedplan` what becomes of each pupil who is created or changed.
"""

from django.db import migrations

_COMMON = """
    rank bigint PRIMARY KEY,
    file smallint NOT NULL,
    line integer NOT NULL,
    reviews text NOT NULL,
    operation text NOT NULL,
    jointure_id text NOT NULL
"""
_KEYS = "last_key text, first_key text"
TABLES = {
    "people_stagedcollege": f"""{_COMMON}, uai text, name text, street text, postal_code text,
        city text, phone text, sector text""",
    "people_stagedguardian": f"""{_COMMON}, title text, last_name text, first_name text, {_KEYS},
        email text, mobile_phone text, home_phone text, street text, postal_code text, city text,
        country text""",
    "people_stagedpupil": f"""{_COMMON}, ine text, last_name text, first_name text, {_KEYS},
        other_first_names text, birth_date date, school_id text, class_school_id text,
        class_name text, level text, regime text, is_boursier boolean, has_links boolean NOT NULL""",
    "people_stagedlink": """pupil_rank bigint NOT NULL, guardian_jointure_id text NOT NULL,
        relation text NOT NULL, is_financial boolean NOT NULL, legal_role smallint NOT NULL,
        is_contact boolean NOT NULL, is_payment boolean NOT NULL,
        PRIMARY KEY (pupil_rank, guardian_jointure_id)""",
    "people_stagedrefusal": """rank bigint PRIMARY KEY, file smallint NOT NULL, line integer NOT NULL,
        kind text NOT NULL, record_id text NOT NULL, reason text NOT NULL, detail text NOT NULL""",
    "people_stagedtie": """pupil_rank bigint NOT NULL, guardian_jointure_id text NOT NULL,
        verdict text NOT NULL, link_id bigint, ends_share boolean NOT NULL,
        PRIMARY KEY (pupil_rank, guardian_jointure_id)""",
    "people_stagedshare": "pupil_id bigint PRIMARY KEY",
    "people_stagedplan": """rank bigint PRIMARY KEY, pupil_id bigint NOT NULL, is_new boolean NOT NULL,
        college_id bigint, class_name text, level text, regime text, is_boursier boolean,
        has_links boolean NOT NULL, has_default_shares boolean NOT NULL""",
}


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.RunSQL(
            f"CREATE UNLOGGED TABLE {name} ({columns})", reverse_sql=f"DROP TABLE {name}"
        )
        for name, columns in TABLES.items()
    ]
