"""Pupils who move: an agreement and a proposal with Val-de-Marne, arrivals, what came, a matched departure.

As in `reciprocity`, what the two wrote to each other is written by the owner of the tables, beforehand.
"""

from __future__ import annotations

import datetime
import json
import os
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from commons import sealing
from federation.correspondence.models import Agreement
from federation.exchange import enveloping, keys, operations, queries
from federation.exchange.models import Arrival, Departure, ReceivedItem
from federation.exchange.taking_in import RECEIVED
from tests.factories.canteen import Family
from tests.factories.tariffs import ACTOR

ACTS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "propose-exchange": (  # refused: there is one already
        ("neighbour",),
        {"items": ["PASS_PLUS"], "most_a_year": "50", "valid_from": "2025-01-01"}
        | {"legal_basis": "Délibération 12", "signatory": "La présidente"},
    ),
    "sign-exchange": (("exchange_proposal",), {"signatory": "La présidente"}),
    "end-exchange": (("exchange",), {"ends_on": "2025-01-01", "reason": "Budget"}),
    "merge-arrival": (("arrival", "pupil"), {}),
    "unmerge-arrival": (("merged_arrival",), {}),
    "refuse-arrival": (("arrival",), {}),
    "take-over-item": (("received",), {}),
    "set-item-aside": (("received",), {}),
    "confirm-departure": (("departure",), {}),
    "refuse-departure": (("departure",), {}),
}
CONSENT = operations.Consent(text="J'accepte.", version="1")
_WRITTEN = """
INSERT INTO correspondence_agreement
        (public_id, proposed_by, proposed_to, valid_from, legal_basis, proposed_at, items, most_a_year)
    VALUES (gen_random_uuid(), 'd92', 'd94', '2024-01-01', 'Délibération 7', '2023-12-01',
            '["PASS_PLUS", "RIGHTS"]', 50),
           (gen_random_uuid(), 'd94', 'd92', '2026-01-01', 'Délibération 9', '2024-11-01',
            '["PASS_PLUS"]', 50)
"""


@pytest.fixture
def exchanged() -> Iterator[psycopg.Connection]:
    """What is agreed, to be asked for before the transaction of a test, which it outlives."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute(_WRITTEN)
        try:
            yield owner
        finally:
            owner.execute("TRUNCATE correspondence_agreement CASCADE")


def moved(
    owner: psycopg.Connection, family: Family, other: Family, *, at: datetime.datetime
) -> dict[str, Any]:
    """The objects of the acts, by name."""
    agreement, proposal = Agreement.objects.order_by("pk")
    ours = keys.draw(agreement.public_id, at=at)
    theirs = enveloping.draw_key().public_key().public_bytes_raw().hex()
    signed = ((agreement, "d92", ours), (agreement, "d94", theirs), (proposal, "d94", theirs))
    for one, party, key in signed:
        owner.execute(
            """INSERT INTO correspondence_signature
                   (agreement_id, signed_by, signatory, digest, signed_at, public_key)
               VALUES (%s, %s, 'Le président', %s, '2024-10-02', %s)""",
            [one.pk, party, queries.digest_of(one), key],
        )
    asked = {
        "departement_code": "94", "items": ["PASS_PLUS"], "consent": CONSENT, "actor": ACTOR, "at": at,
    }  # fmt: skip
    arrival = operations.open_arrival(
        guardian=family.guardians[0], child=operations.Identity.of(family.pupil), **asked
    )
    merged = operations.open_arrival(guardian=other.guardians[0], child=other.pupil, **asked)
    Arrival.objects.filter(pk=merged.pk).update(departure=uuid.uuid4(), received_at=at)
    content = {"cards": [{"label": "Pass+", "purses": [{"label": "Sport", "cents": 2500}]}]}
    received = ReceivedItem.objects.create(
        arrival=merged,
        item="PASS_PLUS",
        sealed_content=sealing.seal(json.dumps(content), purpose=RECEIVED),
        received_at=at,
    )
    departure = operations.open_departure(guardian=family.guardians[0], pupil=family.pupil, **asked)
    Departure.objects.filter(pk=departure.pk).update(
        arrival=uuid.uuid4(), matched_at=at, strength="PROBABLE"
    )
    read = {one.pk: one for one in queries.agreements()}
    return {
        "exchange": read[agreement.pk],
        "exchange_proposal": read[proposal.pk],
        "arrival": arrival,
        "merged_arrival": merged,
        "received": received,
        "departure": departure,
    }
