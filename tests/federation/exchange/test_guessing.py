"""As an agent of A, guessed identities learn nothing of B: no observable tells one that exists there.

The agent has all that the role and the worker of Hauts-de-Seine have: its tables, the shared rows, its keys
in the clear, and SQL. They guess children of Val-de-Marne, half of whom exist there; nobody there opened a
departure. `EXCHANGE_GUESSES=100000` (make soak) guesses as many; here a few hundred.
"""

from __future__ import annotations

import datetime
import itertools
import os
import uuid

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from commons.tenancy import current_schema
from federation.correspondence.models import Agreement, Ending, Envelope, Signature
from federation.exchange import blinding, enveloping, keys, operations, posting, queries
from federation.exchange.identity import Form, Identity
from federation.exchange.models import AwaitedArrival, Crossing
from tenants.people.models import Pupil
from tenants.registry import contexts
from tests.factories.exchange import (
    AT,
    LATER,
    LEA,
    agree,
    arrive,
    family_of,
    leave,
    settle,
)
from tests.factories.tariffs import ACTOR

pytestmark = pytest.mark.usefixtures("committed_tenant_db")
GUESSES = int(os.environ.get("EXCHANGE_GUESSES", "300"))
BORN = datetime.date(2012, 1, 1)


def guessed(number: int) -> Identity:
    born = BORN + datetime.timedelta(days=number % 1000)
    return Identity(f"Nom{number}", f"Prenom{number // 7}", born, f"{number:010d}A")


def let_exist_there(count: int) -> None:
    """Pupils of Val-de-Marne: those of even numbers."""
    with contexts.tenant("d94"):
        Pupil.objects.bulk_create(
            Pupil(
                last_name=one.last_name,
                first_name=one.first_name,
                birth_date=one.birth_date,
                ine=one.ine,
                sort_key=str(number),
                search_key=str(number),
            )
            for number in range(0, count, 2)
            for one in (guessed(number),)
        )


def forge(agreement: Agreement, numbers: range) -> list[uuid.UUID]:
    """Write arrivals past every operation and quota, as who holds the role and the keys could."""
    key = next(one.public_key for one in agreement.signatures.all() if one.signed_by == "d94")
    share = keys.secrets_of(agreement.public_id).share
    rows = []
    for number in numbers:
        name = uuid.uuid4()
        tokens = {
            form.value: blinding.blind(
                f"{form}|{text}", share=share, agreement=agreement.public_id
            ).hex()
            for form, text in guessed(number).forms().items()
        }
        body = {
            "arrival": str(name),
            "tokens": tokens,
            "has_ine": True,
            "items": ["RIGHTS"],
            "until": (AT + datetime.timedelta(days=90)).isoformat(),
        }
        outside = enveloping.header(
            agreement=agreement.public_id, sent_by="d92", sent_to="d94", kind="ARRIVING", name=name
        )
        rows.append(
            Envelope(
                public_id=name,
                agreement=agreement,
                sent_by="d92",
                sent_to="d94",
                kind="ARRIVING",
                content=enveloping.seal(body, public_key=key, outside=outside),
            )
        )
    Envelope.objects.bulk_create(rows, batch_size=1000)
    return [row.public_id for row in rows]


def read_all() -> None:
    """The worker of Val-de-Marne takes everything in."""
    with contexts.tenant("d94"):
        while operations.read_envelopes(at=LATER):
            pass


def test_guesses_learn_nothing_of_who_exists_there():
    agreement = agree(most_a_year=10_000)
    let_exist_there(GUESSES)
    names = forge(agreement, range(GUESSES))
    seen_before = Envelope.objects.filter(sent_by="d94").count()

    read_all()
    settle()

    # All that A may read of B: the rows B wrote it. There is none, for any guess.
    assert Envelope.objects.filter(sent_by="d94").count() == seen_before == 0
    assert not Crossing.objects.filter(way="IN").exists()
    with contexts.tenant("d94"):
        taken = AwaitedArrival.objects.count()
        outcomes = Crossing.objects.filter(way="IN").values_list("envelope", "outcome")
        by_name = dict(outcomes)
        assert taken == min(GUESSES, 10_000)
        # What B writes down for itself depends on the order alone, never on who exists.
        assert [by_name[name] for name in names] == ["TAKEN"] * taken + ["OVER_QUOTA"] * (
            GUESSES - taken
        )


def test_the_operation_answers_alike_whoever_exists_there():
    agree()
    let_exist_there(20)
    family = family_of()
    answers = []
    for number in range(20):
        arrival = arrive(family, child=guessed(number))
        answers.append((arrival.strength, arrival.matched_at, arrival.is_open))
    settle()

    assert set(answers) == {("", None, True)}
    now = {(one.strength, one.departure, one.received_at) for one in queries.arrivals()}
    assert now == {("", None, None)}


def test_a_departure_tells_nothing_but_that_one_was_opened():
    """A knows its own share and guesses whom B told of: what it makes is like no token it was sent."""
    agreement = agree()
    with contexts.tenant("d94"):
        leave(family_of(LEA))
    settle()

    sent = Envelope.objects.get(kind="LEAVING")
    secrets = keys.secrets_of(agreement.public_id)
    outside = enveloping.header(
        agreement=agreement.public_id,
        sent_by="d94",
        sent_to="d92",
        kind="LEAVING",
        name=sent.public_id,
    )
    body = enveloping.unseal(bytes(sent.content), private_key=secrets.private_key, outside=outside)
    assert set(body) == {"departure", "tokens"}
    mine = posting.tokens_of(LEA, agreement)
    raised = {
        blinding.raise_token(bytes.fromhex(token), share=secrets.share).hex()
        for token in body["tokens"].values()
    }
    assert not raised & set(mine.values())
    assert not set(body["tokens"].values()) & set(mine.values())


def test_who_knows_one_departure_cannot_answer_for_another():
    """Without the veil of each departure, a known child's tokens could be given back for another's."""
    agreement = agree()
    known, secret = LEA, Identity("Martin", "Zoé", BORN, "1111111111Z")
    with contexts.tenant("d94"):
        leave(family_of(known))
        departure = leave(family_of(secret))
    from tests.factories.exchange import work

    work("d94")
    told = {
        envelope.pk: enveloping.unseal(
            bytes(envelope.content),
            private_key=keys.secrets_of(agreement.public_id).private_key,
            outside=enveloping.header(
                agreement=agreement.public_id,
                sent_by="d94",
                sent_to="d92",
                kind="LEAVING",
                name=envelope.public_id,
            ),
        )
        for envelope in Envelope.objects.filter(kind="LEAVING")
    }
    of_known = next(one for one in told.values() if one["departure"] != str(departure.public_id))
    with transaction.atomic():
        posting.post(
            agreement,
            Envelope.Kind.RAISED,
            {"departure": str(departure.public_id), "tokens": of_known["tokens"]},
            about=departure.public_id,
            at=LATER,
        )
        posting.post(
            agreement,
            Envelope.Kind.ARRIVING,
            {
                "arrival": str(uuid.uuid4()),
                "tokens": unshared(known, agreement),
                "has_ine": True,
                "items": ["RIGHTS"],
                "until": (AT + datetime.timedelta(days=90)).isoformat(),
            },
            about=uuid.uuid4(),
            at=LATER,
        )
    read_all()

    with contexts.tenant("d94"):
        assert queries.departures().get(pk=departure.pk).arrival is None


def unshared(identity: Identity, agreement: Agreement) -> dict[str, str]:
    """The bare points of a child: what a dishonest side, which skips its share, would send."""
    one = (1).to_bytes(32, "little")
    return {
        form.value: blinding.blind(f"{form}|{text}", share=one, agreement=agreement.public_id).hex()
        for form, text in identity.forms().items()
    }


def test_too_many_are_refused_to_one_author_and_to_two_départements():
    agree(most_a_year=2)
    family = family_of()
    for number in range(2):
        arrive(family, child=guessed(number))
    with pytest.raises(operations.QuotaReached):
        arrive(family, child=guessed(2))


def test_one_author_opens_so_many_moves_and_no_more():
    agree()
    family = family_of()
    from federation.exchange.opening import MOST_BY_ONE

    for number in range(MOST_BY_ONE):
        arrive(family, child=guessed(number))
    with pytest.raises(operations.QuotaReached):
        arrive(family, child=guessed(MOST_BY_ONE))


def test_no_row_that_crosses_holds_a_word_of_a_child():
    agreement = agree()
    with contexts.tenant("d94"):
        leave(family_of(LEA))
    arrive(family_of(LEA))
    settle()

    rows = [bytes(one.content) for one in Envelope.objects.all()]
    assert len(rows) >= 5
    words = [LEA.last_name, LEA.first_name, LEA.ine, LEA.birth_date.isoformat()]
    found = list(itertools.product(rows, map(str.encode, map(str, words))))
    assert not any(word in row for row, word in found)
    assert {len(row) % 4096 for row in rows} == {48}  # padded: the rest is what sealing adds
    assert agreement.items == ["PASS_PLUS", "RIGHTS"]


REFUSED = {
    "in another's name": ("d94", "d92", "ARRIVING"),
    "to itself": ("d92", "d92", "ARRIVING"),
    "to who did not sign": ("d92", "d75", "ARRIVING"),
}


@pytest.mark.parametrize(("sent_by", "sent_to", "kind"), REFUSED.values(), ids=REFUSED.keys())
def test_postgresql_refuses_an_envelope(sent_by, sent_to, kind):
    agreement = agree()
    assert current_schema() == "d92"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO public.correspondence_envelope
               (public_id, agreement_id, sent_by, sent_to, kind, content)
               VALUES (%s, %s, %s, %s, %s, '')""",
            [uuid.uuid4(), agreement.pk, sent_by, sent_to, kind],
        )


def test_nothing_crosses_once_an_agreement_is_over_but_that_something_ended():
    agreement = agree()
    operations.end_agreement(
        agreement=agreement,
        ends_on=datetime.date(2023, 10, 1),
        reason="Budget",
        actor=ACTOR,
        at=AT - datetime.timedelta(days=10),
    )
    insert = """INSERT INTO public.correspondence_envelope
                (public_id, agreement_id, sent_by, sent_to, kind, content)
                VALUES (%s, %s, 'd92', 'd94', %s, '')"""
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(insert, [uuid.uuid4(), agreement.pk, "ARRIVING"])
    with connection.cursor() as cursor:
        cursor.execute(insert, [uuid.uuid4(), agreement.pk, "CLOSED"])


def test_nobody_rewrites_what_crossed_nor_reads_the_other_s_books():
    agree()
    arrive()
    settle()
    for statement in (
        "UPDATE public.correspondence_envelope SET id = id",
        "DELETE FROM public.correspondence_envelope",
        "SELECT * FROM d94.exchange_awaitedarrival",
        "SELECT * FROM d94.exchange_agreementkey",
        "SELECT * FROM d94.exchange_departure",
    ):
        with (
            pytest.raises(DatabaseError) as refused,
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
        assert "permission denied" in str(refused.value), statement


def test_every_form_holds_the_day_of_birth():
    forms = LEA.forms()
    assert set(forms) == set(Form)
    assert all(LEA.birth_date.isoformat() in text for text in forms.values())


def test_a_third_département_reads_no_row(superuser_url):
    agreement = agree()
    arrive()
    settle()
    operations.end_agreement(
        agreement=agreement,
        ends_on=datetime.date(2098, 1, 1),
        reason="Budget",
        actor=ACTOR,
        at=AT,
    )
    third = f"third_{os.getpid()}"
    with psycopg.connect(superuser_url) as session:
        session.execute(f"CREATE ROLE {third}")
        session.execute(f"GRANT socle_tenant TO {third}")
        session.execute(f"SET LOCAL ROLE {third}")
        counts = {}
        for model in (Agreement, Ending, Envelope, Signature):
            table = model._meta.db_table
            (seen,) = session.execute(f"SELECT count(*) FROM public.{table}").fetchone()
            counts[table] = (seen, model.objects.exists())
        session.rollback()

    assert set(counts.values()) == {(0, True)}
