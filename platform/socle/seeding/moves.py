"""A child of Yvelines comes to Hauts-de-Seine: both openings, and a file that an agent takes over.

Made once both are filled, through the real operations, each side in its own context. What the workers would
write is written here: they do it again later, which changes nothing.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection

from django.db import transaction
from django.db.models import F

from commons.actors import Actor
from federation.agreements.reading import name_of
from federation.correspondence.models import Item
from federation.exchange import moving, operations, posting, queries
from federation.exchange.models import Arrival, Departure
from tenants.people.models import Guardian, Guardianship
from tenants.registry import contexts
from ui import exchange_texts as texts

ACTOR = Actor.command("socle seed")
HERE, THERE = "d92", "d78"
CODES = {HERE: "92", THERE: "78"}
SIGNATORIES = {HERE: "La présidente, essai", THERE: "Le président, essai"}
PUPIL_CENTS = 350_00
Say = Callable[[str], object]


def move_one(*, codes: Collection[str], at: datetime.datetime, say: Say) -> None:
    """One child who moves, whose items came and wait for an agent of here."""
    if not set(CODES.values()) <= set(codes):
        return
    _agree(at - datetime.timedelta(days=40))
    with contexts.tenant(THERE):
        departure = _leave(at)
    if departure is None:
        return
    with contexts.tenant(THERE):
        child = operations.Identity.of(departure.pupil)
    with contexts.tenant(HERE):
        arrival = _arrive(child, at)
    if arrival is None:
        return
    _work(arrival, departure, at)
    say("Déménagement : le dossier d'un élève attend un agent.")


def _agree(at: datetime.datetime) -> None:
    with contexts.tenant(HERE):
        operations.propose_agreement(
            departement_code=CODES[THERE],
            terms=operations.Terms(Item.values, most_a_year=200, pupil_cents=PUPIL_CENTS),
            valid_from=at.date(),
            legal_basis="Délibérations d'essai des deux départements",
            signatory=SIGNATORIES[HERE],
            actor=ACTOR,
            at=at,
        )
    with contexts.tenant(THERE):
        for proposal in queries.to_sign(on=at.date()):
            operations.sign_agreement(
                agreement=proposal, signatory=SIGNATORIES[THERE], actor=ACTOR, at=at
            )


def _leave(at: datetime.datetime) -> Departure | None:
    """The first child whose household is a guardian's own, with an account."""
    link = (
        Guardianship.objects.filter(
            legal_role__gt=0,
            valid_until__isnull=True,
            guardian__user__isnull=False,
            guardian__memberships__valid_until__isnull=True,
            guardian__memberships__household=F("pupil__household"),
            pupil__missing_since__isnull=True,
        )
        .select_related("guardian", "pupil")
        .order_by("pk")
        .first()
    )
    if link is None:
        return None
    words = texts.departure_consent(name_of(HERE))
    return operations.open_departure(
        guardian=link.guardian,
        pupil=link.pupil,
        departement_code=CODES[HERE],
        items=Item.values,
        consent=operations.Consent(words, texts.CONSENT_VERSION),
        actor=Actor.user(link.guardian.user) if link.guardian.user else ACTOR,
        at=at,
    )


def _arrive(child: operations.Identity, at: datetime.datetime) -> Arrival | None:
    guardian = Guardian.objects.filter(user__isnull=False).order_by("pk").first()
    if guardian is None:
        return None
    words = texts.arrival_consent(name_of(THERE))
    return operations.open_arrival(
        guardian=guardian,
        departement_code=CODES[THERE],
        child=child,
        items=Item.values,
        consent=operations.Consent(words, texts.CONSENT_VERSION),
        actor=Actor.user(guardian.user) if guardian.user else ACTOR,
        at=at,
    )


def _work(arrival: Arrival, departure: Departure, at: datetime.datetime) -> None:
    """What the two workers do, in turn."""
    with contexts.tenant(THERE), transaction.atomic(durable=True):
        posting.tell_departure(moving.lock_departure(departure.public_id), at=at)
    with contexts.tenant(HERE), transaction.atomic(durable=True):
        posting.tell_arrival(moving.lock_arrival(arrival.public_id), at=at)
    for schema in (HERE, THERE, HERE, THERE):
        with contexts.tenant(schema):
            operations.read_envelopes(at=at)
