"""Shared tables of two départements: what no agreement opens is neither read nor written, by any way in.

d92 and d94 agreed that sport of d92 is taken by partners of d94. What operations refuse is tested with
them; here SQL and the ORM go past them, and PostgreSQL refuses.
"""

from __future__ import annotations

import datetime
import json
import os
import uuid
from collections.abc import Iterator

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from federation.passplus import operations as passplus
from federation.passplus.engine.campaign import Domain
from federation.passplus.models import Partner
from federation.reciprocity import models, operations, queries
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tenants.registry import contexts
from tests.factories.passplus import AUTUMN, make_card, make_partner, noon
from tests.factories.reciprocity import agree, make_ticket, take, there
from tests.factories.tariffs import ACTOR
from tests.isolation.conftest import HOST_94
from tests.signed_in import open_session

pytestmark = pytest.mark.usefixtures("committed_tenant_db")
TABLES = {
    model._meta.db_table: model
    for model in vars(models).values()
    if isinstance(model, type) and getattr(model, "__module__", "") == models.__name__
}
AFTER = noon("2023-11-03")
SPORT = operations.Directions(ours_there=["SPORT"])


def fill() -> Partner:
    """A row in each shared table, by the operations where there are: a month, agreed and paid, and an end."""
    agreement = agree(SPORT)
    card = make_card()
    codes = [make_ticket(card, cents).code for cents in (5_00, 6_00)]
    with there() as club:
        for code in codes:
            take(club, f"92 {code}")
    undone = models.CrossCapture.objects.latest("pk")
    models.Reversal.objects.create(capture=undone, reversed_at=timezone.now())
    statement = operations.prepare_statement(
        departement_code="94", month=datetime.date(2023, 10, 1), actor=ACTOR, at=AFTER
    )
    for schema in ("d92", "d94"):
        with contexts.tenant(schema):
            passplus.sign_statement(
                statement=models.Statement.objects.get(), signatory="X", actor=ACTOR, at=AFTER
            )
    with contexts.tenant("d94"):
        passplus.record_settlement(
            statement=queries.statements().get(), reference="VIR", received_on=AFTER.date(),
            actor=ACTOR, at=AFTER,
        )  # fmt: skip
    operations.end_agreement(
        agreement=agreement,
        ends_on=datetime.date(2098, 1, 1),
        reason="Budget",
        actor=ACTOR,
        at=AFTER,
    )
    assert statement.lines.count() == 2
    return club


@pytest.fixture
def third(superuser_url: str) -> Iterator[psycopg.Cursor]:
    """A département that has nothing to do with them: its role, for the length of a transaction."""
    name = f"third_{os.getpid()}"
    with psycopg.connect(superuser_url) as session:
        session.execute(f"CREATE ROLE {name}")
        session.execute(f"GRANT socle_tenant TO {name}")
        session.execute(f"SET LOCAL ROLE {name}")
        yield session.cursor()
        session.rollback()


def refusal(statement: str, *parameters: object) -> str:
    """What PostgreSQL says to a statement of the current tenant."""
    with (
        pytest.raises(DatabaseError) as refused,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, parameters)
    return str(refused.value)


def test_a_third_departement_reads_no_row_and_two_parties_read_theirs(third):
    fill()
    counts = {}
    for table, model in TABLES.items():
        third.execute(f"SELECT count(*) FROM public.{table}")
        with contexts.tenant("d94"):
            counts[table] = (third.fetchone()[0], model.objects.count() > 0)

    assert set(counts.values()) == {(0, True)}
    assert len(counts) == 11
    assert all(model.objects.exists() for model in TABLES.values())


def test_what_two_wrote_is_never_rewritten_by_either():
    fill()
    for schema in ("d92", "d94"):
        with contexts.tenant(schema):
            for table in TABLES:
                assert "permission denied" in refusal(f"DELETE FROM {table}"), table
                assert "permission denied" in refusal(f"UPDATE {table} SET id = id"), table
    (listed,) = models.ListedPartner.objects.filter(published_by="d94")
    listed.name = "Pirate"
    with pytest.raises(DatabaseError, match="did not affect any rows"):
        listed.save(update_fields=["name"])


# As d94, in the name of d92, of nobody, or of what d92 signed: columns and values of an INSERT.
FORGED = {
    "reciprocity_agreement": [
        ("(public_id, proposed_by, proposed_to, valid_from, legal_basis, proposed_at)"
        " VALUES (gen_random_uuid(), 'd92', 'd94', '2020-01-01', 'x', now())"),
    ],
    "reciprocity_term": [
        ("(agreement_id, holder, partner, domains) SELECT id, 'd94', 'd92', '[\"SPORT\"]'"
        " FROM reciprocity_agreement"),
    ],
    "reciprocity_signature": [
        ("(agreement_id, signed_by, signatory, digest, signed_at)"
        " SELECT id, 'd75', 'x', 'x', now() FROM reciprocity_agreement"),
    ],
    "reciprocity_ending": [
        ("(agreement_id, ended_by, ends_on, reason, ended_at)"
        " SELECT id, 'd92', '2020-01-01', 'x', now() FROM reciprocity_agreement"),
    ],
    "reciprocity_listedpartner": [
        ("(published_by, public_id, name, domains, details, published_at)"
        " VALUES ('d92', gen_random_uuid(), 'x', '[\"SPORT\"]', '{}', now())"),
    ],
    "reciprocity_crosscapture": [
        "(public_id, holder, partner, partner_public_id, partner_name, domain, cents, captured_at)"
        f" SELECT gen_random_uuid(), {parties}, public_id, name, 'SPORT', 100, '2023-10-02'"
        " FROM reciprocity_listedpartner"
        for parties in ("'d92', 'd94'", "'d94', 'd92'", "'d94', 'd75'")
    ],
    "reciprocity_reversal": [
        "(capture_id, reversed_at) SELECT min(id), now() FROM reciprocity_crosscapture",
    ],
    "reciprocity_statement": [
        "(public_id, first, second, month, first_owes_cents, second_owes_cents, digest,"
        " prepared_by, prepared_at) VALUES"
        f" (gen_random_uuid(), {parties}, '2023-12-01', 0, 0, 'x', {by}, now())"
        for parties, by in (("'d92', 'd94'", "'d92'"), ("'d75', 'd92'", "'d94'"))
    ],
    "reciprocity_statementline": [
        ("(statement_id, capture_id, is_reversal) SELECT s.id, c.id, NOT l.is_reversal"
        " FROM reciprocity_statement s, reciprocity_crosscapture c, reciprocity_statementline l"
        " WHERE l.capture_id = c.id LIMIT 1"),
    ],
    "reciprocity_statementsignature": [
        "(statement_id, signed_by, signatory, position_cents, signed_at)"
        f" SELECT id, {by}, 'x', {cents}, now() FROM reciprocity_statement"
        for by, cents in (("'d94'", "first_owes_cents + 1"), ("'d75'", "first_owes_cents"))
    ],
    "reciprocity_settlement": [
        "(statement_id, received_by, cents, reference, received_on, recorded_at)"
        f" SELECT id, {by}, {cents}, 'x', '2023-11-10', now() FROM reciprocity_statement"
        for by, cents in (("'d94'", "first_owes_cents + 1"), ("'d92'", "first_owes_cents"))
    ],
}  # fmt: skip


def test_nobody_writes_in_anothers_name_nor_more_than_was_signed():
    fill()
    with contexts.tenant("d94"):
        for table, forgeries in FORGED.items():
            for forged in forgeries:
                said = refusal(f"INSERT INTO {table} {forged}")
                assert f'violates row-level security policy for table "{table}"' in said, forged

    assert set(FORGED) == set(TABLES)


def capture(club: Partner | models.ListedPartner, **traits: object) -> models.CrossCapture:
    said = {
        "holder": "d92", "partner": "d94", "partner_public_id": club.public_id,
        "partner_name": club.name, "domain": "SPORT", "cents": 1_00, "captured_at": AUTUMN,
    }  # fmt: skip
    return models.CrossCapture.objects.create(**said | traits)


def test_a_capture_enters_by_an_agreement_in_force_or_not_at_all():
    """Past every operation: unsigned, too early, ended, another domain, a partner that is not listed."""
    with there() as club:
        passplus.list_partners(at=AUTUMN)
        cinema = make_partner(Domain.CULTURE)
    refused = pytest.raises(DatabaseError, match="row-level security")
    with refused:
        capture(club)
    agreement = agree(SPORT)
    for traits in (
        {"captured_at": noon("2023-08-31")},
        {"domain": "CULTURE"},
        {"partner_public_id": cinema.public_id},
        {"holder": "d94", "partner": "d92"},
    ):
        with refused:
            capture(club, **traits)
    operations.end_agreement(
        agreement=agreement,
        ends_on=datetime.date(2098, 1, 1),
        reason="Budget",
        actor=ACTOR,
        at=AFTER,
    )
    with refused:
        capture(club, captured_at=noon("2098-01-01"))

    assert capture(club, captured_at=noon("2097-12-31")).pk


def test_partners_are_shown_by_agreement_alone():
    with there():
        passplus.list_partners(at=AUTUMN)
    assert not models.ListedPartner.objects.exists()
    agreement = agree(operations.Directions(theirs_here=["SPORT"]))  # not of ours there
    assert not models.ListedPartner.objects.exists()
    operations.end_agreement(
        agreement=agreement, ends_on=datetime.date(2023, 9, 2), reason="Non",
        actor=ACTOR, at=noon("2023-09-01"),
    )  # fmt: skip
    ending = agree(SPORT, at=noon("2023-09-05"))
    assert models.ListedPartner.objects.count() == 1
    operations.end_agreement(
        agreement=ending, ends_on=timezone.localdate(), reason="Non", actor=ACTOR, at=AUTUMN
    )
    assert not models.ListedPartner.objects.exists()


def test_the_api_shows_no_statement_of_two_others(owner_cursor):
    """Hauts-de-Seine and a third agreed; an administrator of Val-de-Marne asks for it by its name."""
    named = uuid.uuid4()
    owner_cursor.execute(
        """INSERT INTO reciprocity_statement (public_id, first, second, month, first_owes_cents,
               second_owes_cents, digest, prepared_by, prepared_at)
           VALUES (%s, 'd75', 'd92', '2023-10-01', 0, 0, '', 'd75', now())""",
        [named],
    )
    with contexts.tenant("d92"):
        assert models.Statement.objects.filter(public_id=named).exists()
    client = Client(headers={"host": HOST_94})
    with contexts.tenant("d94"):
        user = User.objects.create(email="ailleurs@exemple.fr")
        StaffRole.objects.create(user=user, role=Role.ADMINISTRATOR)
        open_session(client, user)
    answers = []
    for query in (
        "query($id: ID!) { clearingStatement(id: $id) { month } }",
        "{ clearingStatements(first: 5) { nodes { id } } reciprocityAgreements { id } }",
        (
            'mutation($id: ID!) { signClearing(input: {statementId: $id, signatory: "X"})'
            " { errors { code } } }"
        ),
    ):
        sent = {"query": query, "variables": {"id": str(named)} if "$id" in query else {}}
        with contexts.tenant("d94"):
            answer = client.post("/graphql/", json.dumps(sent), content_type="application/json")
        answers.append(answer.json())

    found, lists, signed = answers
    assert found["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert lists["data"] == {"clearingStatements": {"nodes": []}, "reciprocityAgreements": []}
    assert signed["data"]["signClearing"]["errors"] == [{"code": "NOT_FOUND"}]
