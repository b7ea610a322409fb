"""Pupils who move from Val-de-Marne (d94) to Hauts-de-Seine (d92), in the autumn of 2023."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable
from typing import Any

from commons.outbox import deliver_pending
from federation.correspondence.models import Agreement, Item
from federation.exchange import operations, queries
from federation.exchange.identity import Identity
from federation.exchange.models import Arrival, Departure
from tenants.people.models import Guardian, Pupil
from tenants.people.name_keys import name_key
from tenants.registry import contexts
from tests.factories.canteen import Family, make_family
from tests.factories.passplus import noon
from tests.factories.tariffs import ACTOR

SIGNED = noon("2023-08-21")
AT = noon("2023-10-02")
LATER = AT + datetime.timedelta(hours=1)
EVERYTHING = tuple(Item.values)
CONSENT = operations.Consent(text="J'accepte.", version="1")
LEA = Identity("Diallo", "Léa", datetime.date(2012, 5, 4), "0123456789A")


def propose(**traits: Any) -> Agreement:
    """What d92 proposes to Val-de-Marne."""
    terms = {"items": EVERYTHING, "most_a_year": 50, "pupil_cents": None}
    terms |= {name: traits.pop(name) for name in tuple(traits) if name in terms}
    said = {
        "valid_from": datetime.date(2023, 9, 1),
        "legal_basis": "Délibérations CD92 et CD94",
        "signatory": "La présidente",
        "at": SIGNED,
    }
    return operations.propose_agreement(
        departement_code="94", terms=operations.Terms(**terms), actor=ACTOR, **said | traits
    )


def sign_there() -> None:
    with contexts.tenant("d94"):
        for agreement in queries.agreements().filter(endings__isnull=True):
            operations.sign_agreement(
                agreement=agreement, signatory="Le vice-président", actor=ACTOR, at=SIGNED
            )


def agree(**traits: Any) -> Agreement:
    """An agreement that both signed, proposed by d92."""
    agreement = propose(**traits)
    sign_there()
    return queries.agreements().get(pk=agreement.pk)


def family_of(child: Identity = LEA) -> Family:
    """A family of the current département with this child."""
    family = make_family(school_year=2023)
    keys = [name_key(child.last_name), name_key(child.first_name)]
    Pupil.objects.filter(pk=family.pupil.pk).update(
        last_name=child.last_name,
        first_name=child.first_name,
        birth_date=child.birth_date,
        ine=child.ine,
        sort_key="\u0001".join(keys),
        search_key=" ".join(keys),
    )
    family.pupil.refresh_from_db()
    return family


def arrive(
    family: Family | None = None,
    *,
    child: Pupil | Identity | None = None,
    guardian: Guardian | None = None,
    **traits: Any,
) -> Arrival:
    """Somebody comes to the current département, from Val-de-Marne unless said."""
    family = family or family_of()
    said: dict[str, Any] = {"items": EVERYTHING, "departement_code": "94", "at": AT}
    return operations.open_arrival(
        guardian=guardian or family.guardians[0],
        child=child or family.pupil,
        consent=CONSENT,
        actor=ACTOR,
        **said | traits,
    )


def leave(family: Family | None = None, **traits: Any) -> Departure:
    """Somebody leaves the current département, for Hauts-de-Seine unless said."""
    family = family or family_of()
    said: dict[str, Any] = {"items": EVERYTHING, "departement_code": "92", "at": AT}
    return operations.open_departure(
        guardian=family.guardians[0],
        pupil=family.pupil,
        consent=CONSENT,
        actor=ACTOR,
        **said | traits,
    )


@dataclasses.dataclass(frozen=True)
class Moved:
    """A move with both its halves open: the arrival in d92, the departure in d94."""

    arrival: Arrival
    departure: Departure


def both_open(here: Identity = LEA, there: Identity = LEA, **traits: Any) -> Moved:
    """A guardian opened both halves; nothing crossed yet."""
    arrival = arrive(family_of(here), **traits)
    with contexts.tenant("d94"):
        departure = leave(family_of(there), **traits)
    return Moved(arrival, departure)


def work(schema: str, *, at: datetime.datetime = LATER) -> None:
    """What the worker of a département does once: what is asked of it, then what came to it."""
    with contexts.tenant(schema):
        deliver_pending(at=max(at, datetime.datetime.now(datetime.UTC)))
        operations.read_envelopes(at=at)


def settle(*, at: datetime.datetime = LATER, each: Callable[[], object] = lambda: None) -> None:
    """The workers of both pass until nothing more is said: a move takes three passes at most."""
    for _ in range(3):
        for schema in ("d94", "d92"):
            work(schema, at=at)
            each()


def arrival_now(arrival: Arrival) -> Arrival:
    return queries.arrivals().get(pk=arrival.pk)


def departure_now(departure: Departure) -> Departure:
    with contexts.tenant("d94"):
        return queries.departures().get(pk=departure.pk)
