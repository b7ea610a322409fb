"""An announcement to every family of a département: the time to queue it, and that of the bare SQL.

54,000 pupils of 100 collèges, 40,000 families with one or two guardians, nine in ten of whom have an
account; one in five chose when to be told. Publishing fixes the recipients and asks the notices; releasing
makes one event of the outbox for each. The bare SQL writes rows of the same size, with nothing decided.
"""

from __future__ import annotations

import datetime

from django.db import connection, transaction

from bench.billing import analyze
from bench.measures import Row, seconds
from commons.models import OutboxEvent
from tenants.schoollife.announcements import operations, queries
from tenants.schoollife.announcements.models import Announcement, Notice, Recipient
from tenants.schoollife.announcements.writing import Audience, Text
from tests.factories.tariffs import ACTOR

PUPILS = 54_000
AT = datetime.datetime(2026, 11, 3, 10, tzinfo=datetime.UTC)  # a Tuesday, at eleven here
RATIO = 6.0
QUEUED_SECONDS = 10.0
_LOAD = (
    """INSERT INTO people_college (public_id, uai, jointure_id, name, street, postal_code, city, phone,
           sector, is_open)
       SELECT gen_random_uuid(), 'B' || lpad(n::text, 7, '0'), '', 'Collège ' || n, '', '', '', '',
              'PUBLIC', true
       FROM generate_series(1, 100) AS n""",
    """INSERT INTO people_schoolclass (college_id, school_year, name, level)
       SELECT college.id, 2026, 'Classe ' || n, (ARRAY['6E', '5E', '4E', '3E'])[1 + n %% 4]
       FROM people_college AS college CROSS JOIN generate_series(1, 20) AS n""",
    """INSERT INTO people_pupil (public_id, last_name, first_name, sort_key, search_key, birth_date,
           other_first_names)
       SELECT gen_random_uuid(), 'Nom' || n, 'Enfant', n::text, n::text, '2013-05-04', ''
       FROM generate_series(1, %(pupils)s::int) AS n""",
    """INSERT INTO people_schooling (pupil_id, college_id, school_year, school_class_id, regime,
           valid_from)
       SELECT pupil.id, class.college_id, 2026, class.id, 'DAY', '2026-09-01'
       FROM people_pupil AS pupil
       JOIN people_schoolclass AS class ON class.id = (
           SELECT min(id) FROM people_schoolclass) + pupil.id %% (SELECT count(*) FROM people_schoolclass)""",
    """INSERT INTO accounts_user (password, public_id, email, first_name, last_name, is_active)
       SELECT '', gen_random_uuid(), 'parent' || n || '@exemple.fr', 'Parent', 'Nom', true
       FROM generate_series(1, %(guardians)s::int * 9 / 10) AS n""",
    """INSERT INTO people_guardian (public_id, last_name, first_name, sort_key, search_key, title, email,
           mobile_phone, home_phone, street, postal_code, city, country, user_id)
       SELECT gen_random_uuid(), 'Nom' || n, 'Parent', n::text, n::text, '', '', '', '', '', '', '', '',
              account.id
       FROM generate_series(1, %(guardians)s::int) AS n
       LEFT JOIN accounts_user AS account ON account.email = 'parent' || n || '@exemple.fr'""",
    """INSERT INTO people_guardianship (pupil_id, guardian_id, relation, legal_role, is_financial,
           is_contact, is_payment, payer_share_bp, valid_from)
       SELECT pupil.id, (SELECT min(id) FROM people_guardian)
                  + (pupil.id * (1 + which) + which * 7) %% %(guardians)s,
              'MOTHER', 1, true, true, false, 0, '2020-09-01'
       FROM people_pupil AS pupil CROSS JOIN generate_series(0, 1) AS which
       WHERE which = 0 OR pupil.id %% 3 > 0
       ON CONFLICT DO NOTHING""",
    """INSERT INTO announcements_preference (user_id, mode, quiet_from, quiet_until,
           is_quiet_at_weekends, changed_at)
       SELECT id, (ARRAY['AT_ONCE', 'DIGEST', 'NONE'])[1 + id %% 3], 19 + id %% 4, 6 + id %% 3, true,
              now()
       FROM accounts_user WHERE id %% 5 = 0""",
)
# As many rows of the same size as publishing and releasing write, with nothing decided nor joined.
_BARE = (
    """INSERT INTO announcements_recipient (announcement_id, pupil_id, guardian_id, college_id,
           school_class_id, added_at)
       SELECT %(other)s, pupil_id, guardian_id, college_id, school_class_id, added_at
       FROM announcements_recipient WHERE announcement_id = %(announcement)s""",
    """INSERT INTO announcements_notice (user_id, kind, subject, turn, is_urgent, way, asked_at, due_at)
       SELECT user_id, kind, %(subject)s, turn, is_urgent, way, asked_at, due_at
       FROM announcements_notice""",
    """INSERT INTO commons_outboxevent (name, aggregate, payload, occurred_at)
       SELECT name, aggregate, payload, occurred_at FROM commons_outboxevent
       WHERE name = 'announcements.notice.due'""",
)


def run(scale: float) -> list[Row]:
    pupils = max(500, int(PUPILS * scale))
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _LOAD:
            cursor.execute(statement, {"pupils": pupils, "guardians": pupils * 4 // 3})
    analyze()
    announcement, other = _written(), _written()
    size = queries.audience_size(announcement, on=AT.date())
    sized = seconds(lambda: queries.audience_size(announcement, on=AT.date()))
    published = seconds(lambda: operations.publish(announcement=announcement, actor=ACTOR, at=AT))
    released = seconds(lambda: operations.release(at=AT))
    again = seconds(lambda: operations.complete(announcement=announcement, at=AT))
    followed = seconds(lambda: queries.follow(announcement, colleges=None, on=AT.date()))
    told = OutboxEvent.objects.filter(name="announcements.notice.due").count()
    notices, recipients = Notice.objects.count(), Recipient.objects.count()
    bare = seconds(lambda: _write_by_hand(announcement, other))
    queued = published + released
    return [
        Row(f"the audience of {size.people:,} people, counted", f"{sized:.2f} s"),
        Row(f"published: {recipients:,} recipients, {notices:,} notices", f"{published:.2f} s"),
        Row(f"let go: {told:,} events of the outbox", f"{released:.2f} s"),
        Row(
            "queued, in all",
            f"{queued:.2f} s",
            f"under {QUEUED_SECONDS:g} s",
            holds=queued < QUEUED_SECONDS,
        ),
        Row("the same rows by hand, with nothing decided", f"{bare:.2f} s"),
        Row(
            "ratio to the bare SQL",
            f"×{queued / bare:.1f}",
            f"under ×{RATIO:g}",
            holds=queued < RATIO * bare,
        ),
        Row("completed, when nobody joined", f"{again:.2f} s"),
        Row("who has read, by class of every collège", f"{followed:.2f} s"),
    ]


def _written() -> Announcement:
    return operations.write(
        college=None,
        text=Text(title="Une annonce", body="Un texte."),
        audience=Audience(),
        actor=ACTOR,
        at=AT,
    )


def _write_by_hand(announcement: Announcement, other: Announcement) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _BARE:
            cursor.execute(
                statement,
                {"announcement": announcement.pk, "other": other.pk, "subject": other.public_id},
            )
