"""What this side writes to the other: each envelope once, whatever is done again. By a worker.

An envelope's name is made of what it tells; its crossing is written with it. Nothing here decides: who may
be told what was decided by who opened the move, by the agreement, and by what was compared.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection
from typing import Any

from commons import sealing
from commons.actors import Actor
from commons.tenancy import current_schema
from federation.agreements.reading import day_of, is_in_force, other_party
from federation.correspondence.models import Agreement, Envelope
from federation.exchange import blinding, contents, enveloping, keys, moving, queries
from federation.exchange.identity import Form, Identity
from federation.exchange.models import Arrival, AwaitedArrival, Crossing, Departure
from federation.exchange.opening import IDENTITY

Kind = Envelope.Kind
SENDER = Actor.system("exchange")
VEIL = "exchange: veil of a departure"
_NAMES = uuid.UUID("5b0d4a52-8f0e-5c1c-9a4b-7d1f0e3c2a90")


def post(
    agreement: Agreement,
    kind: Kind,
    body: dict[str, Any],
    *,
    about: uuid.UUID,
    at: datetime.datetime,
    items: Collection[str] = (),
) -> None:
    """Write to the other party of an agreement, once. Inside a transaction."""
    here, other = current_schema(), other_party(agreement)
    name = uuid.uuid5(_NAMES, "|".join((here, other, kind, str(about), str(body.get("to", "")))))
    written = Crossing.objects.filter(way=Crossing.Way.OUT, other=other, envelope=name)
    if written.exists():
        return
    outside = enveloping.header(
        agreement=agreement.public_id, sent_by=here, sent_to=other, kind=kind, name=name
    )
    key = next(one.public_key for one in agreement.signatures.all() if one.signed_by == other)
    envelope = Envelope(
        public_id=name,
        agreement=agreement,
        sent_by=here,
        sent_to=other,
        kind=kind,
        content=enveloping.seal(body, public_key=key, outside=outside),
    )
    Envelope.objects.bulk_create([envelope], ignore_conflicts=True)
    crossing = Crossing(
        envelope=name,
        way=Crossing.Way.OUT,
        agreement=agreement.public_id,
        other=other,
        kind=kind,
        about=about,
        items=sorted(items),
        outcome=Crossing.Outcome.SENT,
        at=at,
    )
    Crossing.objects.bulk_create([crossing], ignore_conflicts=True)


def tokens_of(identity: Identity, agreement: Agreement) -> dict[str, str]:
    """Every form of a child with our share; decoys for those that cannot be made."""
    share = keys.secrets_of(agreement.public_id).share
    made = {
        form: blinding.decoy()
        if text is None
        else blinding.blind(f"{form}|{text}", share=share, agreement=agreement.public_id)
        for form, text in identity.forms().items()
    }
    return {form.value: token.hex() for form, token in made.items()}


def tell_arrival(arrival: Arrival, *, at: datetime.datetime) -> None:
    """Tell the other side that somebody comes from there: tokens, nothing else of the child."""
    agreement = _in_force(arrival, at=at)
    if agreement is None or not arrival.is_open or arrival.sealed_identity is None:
        return
    identity = Identity.loaded(sealing.unseal(bytes(arrival.sealed_identity), purpose=IDENTITY))
    body = {
        "arrival": str(arrival.public_id),
        "tokens": tokens_of(identity, agreement),
        "has_ine": identity.forms()[Form.INE] is not None,
        "items": arrival.items,
        "until": arrival.expires_at.isoformat(),
    }
    post(agreement, Kind.ARRIVING, body, about=arrival.public_id, at=at)


def tell_departure(departure: Departure, *, at: datetime.datetime) -> None:
    """Have the other side put its share to the tokens of a locked departure; it keeps none of them."""
    agreement = _in_force(departure, at=at)
    if agreement is None or not departure.is_open:
        return
    made = tokens_of(Identity.of(departure.pupil), agreement)
    veil = _veil_of(departure)
    tokens = {
        form: blinding.raise_token(bytes.fromhex(token), share=veil).hex()
        for form, token in made.items()
    }
    body = {"departure": str(departure.public_id), "tokens": tokens}
    post(agreement, Kind.LEAVING, body, about=departure.public_id, at=at)


def _veil_of(departure: Departure) -> bytes:
    """
    What hides the tokens of one departure, drawn the first time.

    Without it, who puts a share to two departures could answer for one with what is known of the other.
    """
    if departure.sealed_blind is not None:
        return sealing.unseal_bytes(bytes(departure.sealed_blind), purpose=VEIL)
    veil = blinding.draw_share()
    departure.sealed_blind = sealing.seal_bytes(veil, purpose=VEIL)
    departure.save(update_fields=["sealed_blind"])
    return veil


def tell_match(departure: Departure, *, at: datetime.datetime) -> None:
    """Tell the other side that a match is probable, and no more: what is alike stays here."""
    agreement = _in_force(departure, at=at)
    if agreement is None:
        return
    body = {
        "arrival": str(departure.arrival),
        "departure": str(departure.public_id),
        "to": str(departure.arrival),
    }
    post(agreement, Kind.MATCHED, body, about=departure.public_id, at=at)


def send_items(departure: Departure, *, at: datetime.datetime) -> None:
    """Send exactly what the guardian let go, was asked for and may pass. Of a locked, matched departure."""
    agreement = _in_force(departure, at=at)
    if agreement is None or departure.sent_at is not None or departure.arrival is None:
        return
    awaited = AwaitedArrival.objects.get(other=departure.other, arrival=departure.arrival)
    items = sorted({*departure.items} & {*awaited.items} & {*agreement.items})
    body = {
        "arrival": str(departure.arrival),
        "departure": str(departure.public_id),
        "items": {item: contents.content_of(item, departure, at=at) for item in items},
        "to": str(departure.arrival),
    }
    post(agreement, Kind.ITEMS, body, about=departure.public_id, at=at, items=items)
    departure.sent_at = at
    departure.save(update_fields=["sent_at"])
    moving.write_down("sent", departure, actor=SENDER, at=at, items=items)


def tell_closed(move: Arrival | Departure, *, at: datetime.datetime) -> None:
    """Tell the other side that our half is over, and why; even after the agreement is."""
    agreement = queries.agreement_named(move.agreement)
    if isinstance(move, Arrival):
        halves = {"arrival": move.public_id, "departure": move.departure}
    else:
        halves = {"arrival": move.arrival, "departure": move.public_id}
    body = {name: str(half) if half else None for name, half in halves.items()}
    post(agreement, Kind.CLOSED, {**body, "ended": move.ended}, about=move.public_id, at=at)


def _in_force(move: Arrival | Departure, *, at: datetime.datetime) -> Agreement | None:
    found = queries.agreement_named(move.agreement)
    return found if is_in_force(found, on=day_of(at)) else None
