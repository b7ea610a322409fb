"""What the other side wrote, taken in once each, whatever the order it comes in. By a worker.

An envelope is taken in one transaction with its crossing, which is what it is known by. What is too late,
or beyond what was agreed, or unreadable, is written down as such and changes nothing else.
"""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from commons import sealing
from commons.school_calendar import school_year_of
from federation.agreements.locks import lock_pair
from federation.agreements.reading import PARIS, day_of, is_in_force, other_party
from federation.correspondence.models import Agreement, Envelope
from federation.exchange import blinding, enveloping, keys, matching, moving, posting, queries
from federation.exchange.agreements import LOCK
from federation.exchange.identity import Form
from federation.exchange.models import (
    Arrival,
    AwaitedArrival,
    Crossing,
    Departure,
    Ended,
    ReceivedItem,
    Strength,
)

Kind = Envelope.Kind
Outcome = Crossing.Outcome
RECEIVED = "exchange: received item"


def read_envelopes(*, at: datetime.datetime) -> int:
    """Take in what others wrote to this département, in order; how many envelopes."""
    return sum(take_in(envelope, at=at) for envelope in queries.unread())


@transaction.atomic(durable=True)
def take_in(envelope: Envelope, *, at: datetime.datetime) -> bool:
    """Take one envelope in; whether it was not yet."""
    lock_pair(LOCK, envelope.sent_by)
    known = Crossing.objects.filter(
        way=Crossing.Way.IN, other=envelope.sent_by, envelope=envelope.public_id
    )
    if known.exists():
        return False
    agreement = queries.agreement_named(envelope.agreement.public_id)
    about, items, outcome = _taken(agreement, envelope, at=at)
    Crossing.objects.create(
        envelope=envelope.public_id,
        way=Crossing.Way.IN,
        agreement=agreement.public_id,
        other=envelope.sent_by,
        kind=envelope.kind,
        about=about,
        items=items,
        outcome=outcome,
        at=at,
    )
    return True


_Taken = tuple[uuid.UUID | None, list[str], Outcome]


def _taken(agreement: Agreement, envelope: Envelope, *, at: datetime.datetime) -> _Taken:
    """What became of an envelope: one that cannot be read changes nothing."""
    outside = enveloping.header(
        agreement=agreement.public_id,
        sent_by=envelope.sent_by,
        sent_to=envelope.sent_to,
        kind=envelope.kind,
        name=envelope.public_id,
    )
    secrets = keys.secrets_of(agreement.public_id)
    try:
        body = enveloping.unseal(
            bytes(envelope.content), private_key=secrets.private_key, outside=outside
        )
        with transaction.atomic():
            if envelope.kind != Kind.CLOSED and not is_in_force(agreement, on=day_of(at)):
                return None, [], Outcome.TOO_LATE
            return _TAKERS[Kind(envelope.kind)](agreement, body, at)
    except (enveloping.CannotOpen, blinding.BadToken, KeyError, TypeError, ValueError):
        return None, [], Outcome.UNREADABLE


def _leaving(agreement: Agreement, body: dict[str, Any], at: datetime.datetime) -> _Taken:
    """Put our share to the tokens of a departure, and keep nothing of it."""
    departure = uuid.UUID(body["departure"])
    if _is_over_quota(_leavings(agreement, at=at), agreement):
        return departure, [], Outcome.OVER_QUOTA
    tokens = _raised(agreement, body["tokens"])
    answer = {"departure": str(departure), "tokens": tokens, "to": str(departure)}
    posting.post(agreement, Kind.RAISED, answer, about=departure, at=at)
    return departure, [], Outcome.TAKEN


def _raised_here(agreement: Agreement, body: dict[str, Any], at: datetime.datetime) -> _Taken:
    departure = _departure(agreement, body)
    if departure is None or not departure.is_open or departure.sealed_raised is not None:
        return uuid.UUID(body["departure"]), [], Outcome.TOO_LATE
    veil = sealing.unseal_bytes(bytes(departure.sealed_blind or b""), purpose=posting.VEIL)
    tokens = {
        form.value: blinding.unveil(bytes.fromhex(body["tokens"][form.value]), veil=veil).hex()
        for form in Form
    }
    departure.sealed_raised = sealing.seal(json.dumps({"tokens": tokens}), purpose=matching.RAISED)
    departure.save(update_fields=["sealed_raised"])
    matching.match(agreement, at=at)
    return departure.public_id, [], Outcome.TAKEN


def _arriving(agreement: Agreement, body: dict[str, Any], at: datetime.datetime) -> _Taken:
    arrival = uuid.UUID(body["arrival"])
    if _is_over_quota(_announced(agreement, at=at), agreement):
        return arrival, [], Outcome.OVER_QUOTA
    if AwaitedArrival.objects.filter(other=_other(agreement), arrival=arrival).exists():
        return arrival, [], Outcome.TOO_LATE  # its end came before it
    said = {"tokens": _raised(agreement, body["tokens"]), "has_ine": bool(body["has_ine"])}
    AwaitedArrival.objects.create(
        agreement=agreement.public_id,
        other=_other(agreement),
        arrival=arrival,
        items=[str(item) for item in body["items"]],
        sealed_tokens=sealing.seal(json.dumps(said), purpose=matching.AWAITED),
        school_year=school_year_of(day_of(at)).start_year,
        told_at=at,
        expires_at=datetime.datetime.fromisoformat(body["until"]),
    )
    matching.match(agreement, at=at)
    return arrival, [], Outcome.TAKEN


def _matched(agreement: Agreement, body: dict[str, Any], at: datetime.datetime) -> _Taken:
    arrival = _arrival(agreement, body)
    departure = uuid.UUID(body["departure"])
    if arrival is None or not _joins(arrival, departure):
        return departure, [], Outcome.TOO_LATE
    _join(arrival, departure, at=at)
    return departure, [], Outcome.TAKEN


def _items(agreement: Agreement, body: dict[str, Any], at: datetime.datetime) -> _Taken:
    """Keep what came, sealed, of what was asked for and may pass: nothing else, and nothing too late."""
    arrival = _arrival(agreement, body)
    departure = uuid.UUID(body["departure"])
    if arrival is None or not _joins(arrival, departure) or arrival.received_at is not None:
        return departure, [], Outcome.TOO_LATE
    _join(arrival, departure, at=at)
    wanted = sorted({*body["items"]} & {*arrival.items} & {*agreement.items})
    ReceivedItem.objects.bulk_create(
        ReceivedItem(
            arrival=arrival,
            item=item,
            sealed_content=sealing.seal(json.dumps(body["items"][item]), purpose=RECEIVED),
            received_at=at,
        )
        for item in wanted
    )
    arrival.received_at = at
    arrival.save(update_fields=["received_at"])
    moving.write_down("received", arrival, actor=matching.MATCHER, at=at, items=wanted)
    answer = {"departure": str(departure), "items": wanted}
    posting.post(agreement, Kind.RECEIVED, answer, about=arrival.public_id, at=at, items=wanted)
    return departure, wanted, Outcome.TAKEN


def _received(_agreement: Agreement, body: dict[str, Any], _at: datetime.datetime) -> _Taken:
    items = [str(item) for item in body["items"]]
    return uuid.UUID(body["departure"]), items, Outcome.TAKEN


def _closed(agreement: Agreement, body: dict[str, Any], at: datetime.datetime) -> _Taken:
    """The other half is over: so is ours, if they are of one child. Its end may come before it."""
    arrival, departure = _name(body["arrival"]), _name(body["departure"])
    ended = Ended(body["ended"])
    own = _arrival(agreement, body) if arrival else None
    if own is not None:
        if own.is_open and own.departure in {None, departure}:
            moving.close_arrival(own, Ended.ENDED_THERE, actor=matching.MATCHER, at=at)
        return departure, [], Outcome.TAKEN
    mine = _paired_with(agreement, arrival) if arrival else None  # it may not know of the pair yet
    if mine is not None and mine.is_open:
        why = ended if ended == Ended.APPLIED else Ended.ENDED_THERE
        moving.close_departure(mine, why, actor=matching.MATCHER, at=at)
    if arrival is not None:
        _forget(agreement, arrival, at=at)
    return arrival or departure, [], Outcome.TAKEN


def _forget(agreement: Agreement, arrival: uuid.UUID, *, at: datetime.datetime) -> None:
    """Erase the tokens of an arrival that is over; one that was not announced yet never will be."""
    known = AwaitedArrival.objects.filter(other=_other(agreement), arrival=arrival)
    if not known.exists() and _is_over_quota(_announced(agreement, at=at), agreement):
        return  # it would be refused when it comes
    AwaitedArrival.objects.get_or_create(
        other=_other(agreement),
        arrival=arrival,
        defaults={
            "agreement": agreement.public_id,
            "items": [],
            "school_year": school_year_of(day_of(at)).start_year,
            "told_at": at,
            "expires_at": at,
        },
    )
    known.filter(closed_at__isnull=True).update(closed_at=at, sealed_tokens=None)


def _joins(arrival: Arrival, departure: uuid.UUID) -> bool:
    """Whether an arrival may be of a departure: it is open, is of no other, and that one did not end."""
    ended = Crossing.objects.filter(
        way=Crossing.Way.IN, other=arrival.other, kind=Kind.CLOSED, about=departure
    )
    return arrival.is_open and arrival.departure in {None, departure} and not ended.exists()


def _join(arrival: Arrival, departure: uuid.UUID, *, at: datetime.datetime) -> None:
    """All that this side learns before something comes: that a match is probable."""
    if arrival.departure is None:
        arrival.departure, arrival.strength, arrival.matched_at = departure, Strength.PROBABLE, at
        arrival.save(update_fields=["departure", "strength", "matched_at"])


def _arrival(agreement: Agreement, body: dict[str, Any]) -> Arrival | None:
    return (
        Arrival.objects.select_for_update(of=("self",), no_key=True)
        .filter(public_id=uuid.UUID(body["arrival"]), agreement=agreement.public_id)
        .first()
    )


def _departure(agreement: Agreement, body: dict[str, Any]) -> Departure | None:
    return (
        Departure.objects.select_for_update(of=("self",), no_key=True)
        .filter(public_id=uuid.UUID(body["departure"]), agreement=agreement.public_id)
        .first()
    )


def _paired_with(agreement: Agreement, arrival: uuid.UUID) -> Departure | None:
    return (
        Departure.objects.select_for_update(of=("self",), no_key=True)
        .filter(other=_other(agreement), arrival=arrival)
        .first()
    )


def _name(said: str | None) -> uuid.UUID | None:
    return None if said is None else uuid.UUID(said)


def _raised(agreement: Agreement, tokens: dict[str, str]) -> dict[str, str]:
    """Tokens of the other side, with our share too: exactly as many as there are forms."""
    share = keys.secrets_of(agreement.public_id).share
    return {
        form.value: blinding.raise_token(bytes.fromhex(tokens[form.value]), share=share).hex()
        for form in Form
    }


def _is_over_quota(asked: QuerySet[Any], agreement: Agreement) -> bool:
    """Whether the other side asked as often as was agreed this school year: we count for ourselves."""
    return asked.count() >= agreement.most_a_year


def _announced(agreement: Agreement, *, at: datetime.datetime) -> QuerySet[AwaitedArrival]:
    """The arrivals that were announced this school year, those that are over included."""
    year = school_year_of(day_of(at)).start_year
    return AwaitedArrival.objects.filter(agreement=agreement.public_id, school_year=year)


def _leavings(agreement: Agreement, *, at: datetime.datetime) -> QuerySet[Crossing]:
    """The departures to whose tokens we put our share this school year."""
    first_day = school_year_of(day_of(at)).period.start
    return Crossing.objects.filter(
        agreement=agreement.public_id,
        way=Crossing.Way.IN,
        kind=Kind.LEAVING,
        outcome=Outcome.TAKEN,
        at__gte=datetime.datetime.combine(first_day, datetime.time(), PARIS),
    )


def _other(agreement: Agreement) -> str:
    return other_party(agreement)


_TAKERS: dict[Kind, Callable[[Agreement, dict[str, Any], datetime.datetime], _Taken]] = {
    Kind.LEAVING: _leaving,
    Kind.RAISED: _raised_here,
    Kind.ARRIVING: _arriving,
    Kind.MATCHED: _matched,
    Kind.ITEMS: _items,
    Kind.RECEIVED: _received,
    Kind.CLOSED: _closed,
}
