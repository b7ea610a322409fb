"""Hauts-de-Seine and Val-de-Marne: agreements, captures and statements, written beforehand.

The world is in a transaction that the other département cannot see: what the two wrote to each other is
written by the owner of the tables, and taken away at the end.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from billing.ledger import operations as ledger
from billing.ledger.operations import AccountKind, TransferRequest
from federation.passplus.guests import book_guests, clearing_account
from federation.passplus.models import Partner
from federation.reciprocity import queries
from federation.reciprocity.models import Agreement, CrossCapture, Ending, Statement
from tests.factories.tariffs import ACTOR

ACTS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "propose-agreement": (
        ("neighbour",),  # see `before`
        {"ours_there": ["SPORT"], "valid_from": "2025-01-01", "legal_basis": "Délibération 12"}
        | {"signatory": "La présidente"},
    ),
    "sign-agreement": (("proposal",), {"signatory": "La présidente"}),
    "end-agreement": (("agreement",), {"ends_on": "2025-01-01", "reason": "Budget"}),
    "prepare-clearing": (("neighbour",), {"month": "2024-10-01"}),
    "sign-clearing": (("statement",), {"signatory": "Le payeur"}),
    "contest-clearing": (("statement",), {}),  # refused: each line is in our books
    "settle-clearing": (("agreed",), {"reference": "VIR 12", "received_on": "2024-11-08"}),
}
MUTATIONS = {
    "proposeReciprocity": (
        "agreement",
        (
            'departementCode: "94", oursThere: ["SPORT"], theirsHere: [], validFrom: "2025-01-01", '
            'legalBasis: "Délibération 12", signatory: "La présidente"'
        ),
    ),
    "signReciprocity": ("proposal", 'agreementId: $id, signatory: "La présidente"'),
    "endReciprocity": ("agreement", 'agreementId: $id, endsOn: "2025-01-01", reason: "Budget"'),
    "prepareClearing": ("statement", 'departementCode: "94", month: "2024-10-01"'),
    "signClearing": ("statement", 'statementId: $id, signatory: "Le payeur"'),
    "settleClearing": (
        "agreed",
        'statementId: $id, reference: "VIR 12", receivedOn: "2024-11-08"',
    ),
}
PARAMETERS = {
    "clearing-document": "statement",
    "clearing-lines": "statement",
    "reciprocity-agreement-document": "agreement",
}
TABLES = "agreement, reciprocity_crosscapture, reciprocity_statement"
_WRITTEN = """
INSERT INTO reciprocity_agreement
        (public_id, proposed_by, proposed_to, valid_from, valid_until, legal_basis, proposed_at)
    VALUES (gen_random_uuid(), 'd92', 'd94', '2024-01-01', NULL, 'Délibération 7', '2023-12-01'),
           (gen_random_uuid(), 'd94', 'd92', '2026-01-01', '2030-01-01', 'Délibération 9', '2024-11-01');
INSERT INTO reciprocity_term (agreement_id, holder, partner, domains)
    SELECT id, 'd92', 'd94', '["SPORT"]'::jsonb FROM reciprocity_agreement
    UNION ALL SELECT id, 'd94', 'd92', '["SPORT"]'::jsonb FROM reciprocity_agreement;
INSERT INTO reciprocity_crosscapture
        (public_id, holder, partner, partner_public_id, partner_name, domain, cents, captured_at)
    SELECT gen_random_uuid(), holder, partner, gen_random_uuid(), name, 'SPORT', cents, day::timestamptz
    FROM (VALUES ('d94', 'd92', 'Club de Vanves', 900, '2024-08-12'),
                 ('d92', 'd94', 'Club de Créteil', 500, '2024-09-14'),
                 ('d92', 'd94', 'Club de Créteil', 700, '2024-10-05'))
        AS taken (holder, partner, name, cents, day);
INSERT INTO reciprocity_statement (public_id, first, second, month, first_owes_cents, second_owes_cents,
                                   digest, prepared_by, prepared_at)
    VALUES (gen_random_uuid(), 'd92', 'd94', '2024-08-01', 0, 900, 'x', 'd94', '2024-09-02'),
           (gen_random_uuid(), 'd92', 'd94', '2024-09-01', 500, 0, 'x', 'd94', '2024-10-02');
INSERT INTO reciprocity_statementline (statement_id, capture_id, is_reversal)
    SELECT s.id, c.id, false FROM reciprocity_statement s JOIN reciprocity_crosscapture c
        ON date_trunc('month', c.captured_at AT TIME ZONE 'Europe/Paris') = s.month;
INSERT INTO reciprocity_statementsignature (statement_id, signed_by, signatory, position_cents, signed_at)
    SELECT id, party, 'Le payeur', position, '2024-10-03' FROM reciprocity_statement,
        (VALUES ('d92', 900, '2024-08-01'), ('d94', -900, '2024-08-01'), ('d94', 500, '2024-09-01'))
        AS signed (party, position, signed_month) WHERE month = signed_month::date;
"""


@pytest.fixture
def between() -> Iterator[psycopg.Connection]:
    """What is between the two, to be asked for before the transaction of a test, which it outlives."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute(_WRITTEN)
        try:
            yield owner
        finally:
            owner.execute(f"TRUNCATE reciprocity_{TABLES} CASCADE")


def neighbours(owner: psycopg.Connection, partner: Partner) -> dict[str, Any]:
    """What is between the two, with our books of it, by name; the partner is who took theirs."""
    agreement, proposal = Agreement.objects.order_by("pk")
    for signed, parties in ((agreement, ("d92", "d94")), (proposal, ("d94",))):
        for party in parties:
            owner.execute(
                """INSERT INTO reciprocity_signature
                       (agreement_id, signed_by, signatory, digest, signed_at)
                   VALUES (%s, %s, 'Le président', %s, '2024-11-02')""",
                [signed.pk, party, queries.digest_of(signed)],
            )
    agreed, statement = Statement.objects.order_by("month")
    for one in (agreed, statement):
        digest = queries.digest_of_lines(queries.lines_of(one))
        owner.execute(
            "UPDATE reciprocity_statement SET digest = %s WHERE id = %s", [digest, one.pk]
        )
    guest = CrossCapture.objects.get(partner="d92")
    owner.execute(
        "UPDATE reciprocity_crosscapture SET partner_public_id = %s WHERE id = %s",
        [partner.public_id, guest.pk],
    )
    book_guests(actor=ACTOR, at=guest.captured_at)
    captured = CrossCapture.objects.get(captured_at__month=9)
    ours = ledger.open_account(code="campaign:captured", kind=AccountKind.CLEARING)
    ledger.post(
        transfers=[
            TransferRequest(
                debit_account_id=ours.pk,
                credit_account_id=clearing_account("94"),
                amount_cents=captured.cents,
                code="away",
                reference=f"away:{captured.public_id}",
            )
        ],
        actor=ACTOR,
        at=captured.captured_at,
    )
    read = {one.pk: one for one in queries.agreements()}
    return {
        "agreement": read[agreement.pk],
        "proposal": read[proposal.pk],
        "statement": queries.statements().get(pk=statement.pk),
        "agreed": queries.statements().get(pk=agreed.pk),
    }


def before(name: str, *, at: Any) -> None:
    """What an act needs that would change what others show: nothing open, to propose again."""
    if name == "propose-agreement":
        for agreement in Agreement.objects.all():
            Ending.objects.create(
                agreement=agreement, ended_by="d92", ends_on=at.date(), reason="Fini", ended_at=at
            )
