"""Messages between families and collèges: 2,000,000 of them, for 54,000 pupils.

What is timed is what a person waits for: the page whole by the test client, and its reads alone beside
one statement of ours that gives the same rows (the limit of SQL). Another person asks at each call. A
search asks for a word of nearly all messages, then for a rare one.
"""

from __future__ import annotations

import datetime
import functools
import itertools
import os
from collections.abc import Callable

import psycopg
from django.db import connection
from django.test import Client
from django.urls import reverse

from bench import families
from bench.measures import Row, interleaved, milliseconds_of, p99_row
from bench.visitors import HOST
from commons.actors import Actor
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tenants.people.models import College, Guardian
from tenants.registry import directory
from tenants.schoollife.messages import access, operations, queries
from tests.signed_in import open_session

MESSAGES = 2_000_000
IN_A_THREAD = 4
CALLS, ROUNDS = 200, 60
# An inbox is three short statements beside one: who the person is, in two tables, then the rows.
PAGE_MS, READ_RATIO, SEARCH_MS, SEND_MS = 150, 6.0, 100, 60
RARE = "zygomatique"
# Of a thread: its pupil turns with its number; two people, who write in turn, the collège last.
_LOAD = (
    """INSERT INTO school_messages_thread (public_id, college_id, pupil_id, subject, opened_at,
           latest_number, latest_at)
       SELECT gen_random_uuid(), schooling.college_id, pupil.id, 'Objet ' || n, at, 4, at
       FROM (SELECT n, now() - make_interval(mins => n % 400000) AS at
             FROM generate_series(1, %(threads)s::int) AS n) AS drawn
       JOIN people_pupil AS pupil ON pupil.id = 1 + n % %(pupils)s
       JOIN people_schooling AS schooling ON schooling.pupil_id = pupil.id""",
    """INSERT INTO school_messages_participant (public_id, thread_id, college_id, latest_number,
           latest_at, read_number)
       SELECT gen_random_uuid(), id, college_id, 4, latest_at, CASE WHEN id % 20 = 0 THEN 2 ELSE 4 END
       FROM school_messages_thread""",
    """INSERT INTO school_messages_participant (public_id, thread_id, guardian_id, latest_number,
           latest_at, read_number)
       SELECT gen_random_uuid(), thread.id, pupil.household_id, 4, latest_at,
           CASE WHEN thread.id % 3 = 0 THEN 3 ELSE 4 END
       FROM school_messages_thread AS thread JOIN people_pupil AS pupil ON pupil.id = thread.pupil_id""",
    """INSERT INTO school_messages_stay (participant_id, from_number, joined_at)
       SELECT id, 1, latest_at FROM school_messages_participant""",
    """INSERT INTO school_messages_message (public_id, thread_id, number, participant_id, written_by,
           text, sent_at, words)
       SELECT gen_random_uuid(), part.thread_id, turn, part.id, part.id::text, said, part.latest_at,
           array_to_tsvector(ARRAY['@' || thread.college_id]) || to_tsvector('simple', lower(said))
       FROM school_messages_participant AS part
       JOIN school_messages_thread AS thread ON thread.id = part.thread_id
       CROSS JOIN generate_series(1, 4) AS turn
       CROSS JOIN LATERAL (SELECT 'Bonjour, une question sur la sortie du ' || thread.id % 29
           || ' et le mot' || thread.id % 997 || '. Merci de votre reponse'
           || CASE WHEN thread.id % 5000 = 7 AND turn = 1 THEN ' %(rare)s' ELSE '' END) AS text(said)
       WHERE (turn % 2 = 1) = (part.guardian_id IS NOT NULL)""",
    "ANALYZE",
)
# What an inbox shows, in one statement.
_INBOX = """
    SELECT part.id, thread.public_id, thread.subject, college.name, pupil.first_name, part.latest_at,
        (SELECT count(*) FROM school_messages_message AS message
         WHERE message.thread_id = part.thread_id AND message.number > part.read_number
           AND message.participant_id <> part.id),
        (SELECT left(message.text, 140) FROM school_messages_message AS message
         WHERE message.thread_id = part.thread_id AND message.number = part.latest_number)
    FROM school_messages_participant AS part
    JOIN school_messages_thread AS thread ON thread.id = part.thread_id
    JOIN people_college AS college ON college.id = thread.college_id
    LEFT JOIN people_pupil AS pupil ON pupil.id = thread.pupil_id
    WHERE part.{column} = %s
    ORDER BY part.latest_at DESC, part.id DESC LIMIT 21
"""
_times = functools.partial(milliseconds_of, calls=CALLS, warm=5)


def run(scale: float) -> list[Row]:
    """Pages and searches of families and of a secretariat, and a message sent."""
    pupils = max(540, int(families.PUPILS * scale))
    families.load(pupils, password="!", day=datetime.date.today())  # noqa: DTZ011  the machine's
    _fill(pupils, threads=int(MESSAGES * scale) // IN_A_THREAD)
    parents = list(User.objects.order_by("pk")[: min(200, pupils // 2)])
    secretary = _secretary()
    turn = itertools.cycle(parents)
    colleges = [one.pk for one in access.desk_colleges(secretary)]
    return [
        *_inboxes(parents, secretary),
        *(
            p99_row(f"{name}: the page, whole", _times(_page(user, path)), PAGE_MS)
            for name, user, path in (
                ("a parent's inbox", parents[0], reverse("portal:messages")),
                ("a parent's thread", parents[0], _thread_of(parents[0])),
                ("a secretariat's inbox", secretary, reverse("console:messages")),
                (
                    "what a secretariat has to read",
                    secretary,
                    reverse("console:messages") + "?non-lus=1",
                ),
            )
        ),
        *(
            row
            for word in ("bonjour", RARE)
            for row in (
                p99_row(
                    f"a parent searches « {word} »",
                    _times(lambda word=word: _search(next(turn), word)),  # type: ignore[misc]
                    SEARCH_MS,
                ),
                p99_row(
                    f"a secretariat searches « {word} »",
                    _times(lambda word=word: _search(secretary, word, colleges)),  # type: ignore[misc]
                    SEARCH_MS,
                ),
            )
        ),
        p99_row("a message sent, its commit included", _times(_send(parents[-1])), SEND_MS),
    ]


def _fill(pupils: int, *, threads: int) -> None:
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner:
        owner.execute("SET search_path = d92")
        for statement in _LOAD:
            owner.execute(
                statement.replace("%(threads)s", str(threads))
                .replace("%(pupils)s", str(pupils))
                .replace("%(rare)s", RARE)
            )


def _secretary() -> User:
    user = User.objects.create(email="secretariat@exemple.fr", first_name="S", last_name="S")
    uai = College.objects.order_by("pk")[0].uai
    StaffRole.objects.create(user=user, role=Role.COLLEGE_SECRETARY, college_uai=uai)
    return user


def _inboxes(parents: list[User], secretary: User) -> list[Row]:
    college = access.desk_colleges(secretary)[0]
    keys = dict(Guardian.objects.filter(user__in=parents).values_list("user_id", "pk"))
    rows = []
    for name, ours, column, key_of in (
        ("a parent's inbox", access.own_participations, "guardian_id", lambda user: keys[user.pk]),
        (
            "a secretariat's inbox",
            access.desk_participations,
            "college_id",
            lambda _user: college.pk,
        ),
    ):
        people = parents if column == "guardian_id" else [secretary]
        ours_turn, limit_turn = itertools.cycle(people), itertools.cycle(people)

        def read(ours=ours, turn=ours_turn) -> None:
            queries.inbox(ours(next(turn)))

        def limit(column=column, key_of=key_of, turn=limit_turn) -> None:
            with connection.cursor() as cursor:
                cursor.execute(_INBOX.format(column=column), [key_of(next(turn))])
                cursor.fetchall()

        taken = interleaved({"ours": read, "limit": limit}, rounds=ROUNDS)
        ratio = taken["ours"] / taken["limit"]
        found = f"{1000 * taken['ours']:.1f} ms, {ratio:.1f} × the limit of SQL"
        rows.append(Row(f"{name}: its rows", found, f"≤ {READ_RATIO:g} ×", ratio <= READ_RATIO))
    return rows


def _page(user: User, path: str) -> Callable[[], None]:
    client = Client(headers={"host": HOST})
    open_session(client, user)

    def opened() -> None:
        answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
        connection.set_tenant(directory.by_schema("d92"))

    return opened


def _thread_of(user: User) -> str:
    part = queries.inbox(access.own_participations(user)).parts[0]
    return reverse("portal:message-thread", args=[part.thread.public_id])


def _search(user: User, word: str, colleges: list[int] | None = None) -> None:
    parts = (
        access.own_participations(user) if colleges is None else access.desk_participations(user)
    )
    queries.search(parts, word, college_ids=colleges)


def _send(user: User) -> Callable[[], None]:
    """By a command, whom no limit holds back."""
    part = queries.inbox(access.own_participations(user)).parts[0]
    actor = Actor.command("bench")

    def sent() -> None:
        at = datetime.datetime.now(datetime.UTC)
        operations.reply(participant=part, text="Bien reçu, merci.", actor=actor, at=at)

    return sent
