"""A guardian opens one half of a move, with their consent, or withdraws it; nothing is compared before.

The département a child comes from and the one they go to are each told by the guardian, in the account room
of each: what leaves a département is let go there, by who answers for the child there. What is opened too
often is refused: by one author, and between two départements, in a school year.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Collection
from typing import Any, TypeVar

from django.db import IntegrityError, transaction

from commons import sealing
from commons.actors import Actor
from commons.errors import DomainError
from commons.normalisation import search_key
from commons.school_calendar import school_year_of
from federation.agreements.locks import lock_pair
from federation.agreements.reading import day_of
from federation.correspondence.models import Agreement, Item
from federation.exchange import moving, queries
from federation.exchange.agreements import LOCK
from federation.exchange.identity import Identity
from federation.exchange.models import Arrival, Departure, Ended, Merge
from tenants.people.models import Guardian, Pupil
from tenants.registry import directory

Half = TypeVar("Half", Arrival, Departure)
IDENTITY = "exchange: identity"
WAITS = datetime.timedelta(days=120)
MOST_BY_ONE = 30  # moves that one author opens in a school year, an agent included
OLDEST = datetime.timedelta(days=365 * 21)


class NoAgreement(DomainError):
    """No agreement with that département lets this pass today."""

    code = "EXCHANGE_NO_AGREEMENT"


class ItemNotOffered(DomainError):
    """Nothing is chosen, or something that does not pass; `item` names it."""

    code = "EXCHANGE_ITEM_NOT_OFFERED"


class NotTheirChild(DomainError):
    """Who asks has not parental authority on this child, or the child's household is another's."""

    code = "EXCHANGE_NOT_THEIR_CHILD"


class QuotaReached(DomainError):
    """Too many were opened this school year, by this author or with that département."""

    code = "EXCHANGE_QUOTA_REACHED"


class AlreadyMoving(DomainError):
    """There is one for this child already, with another département."""

    code = "EXCHANGE_ALREADY_MOVING"


class IdentityInvalid(DomainError):
    """A child that cannot be; `field` names what."""

    code = "EXCHANGE_IDENTITY_INVALID"


@dataclasses.dataclass(frozen=True, slots=True)
class Consent:
    """What a guardian agreed to: the words they read, and which version of them."""

    text: str
    version: str


@transaction.atomic(durable=True)
def open_arrival(
    *,
    guardian: Guardian,
    departement_code: str,
    child: Pupil | Identity,
    items: Collection[str],
    consent: Consent,
    actor: Actor,
    at: datetime.datetime,
) -> Arrival:
    """
    Say that a child comes from another département; again changes nothing.

    :param child: one of theirs here, or who will be, once a feed brings them
    :raises NoAgreement: if none with that département is in force
    :raises ItemNotOffered: if an item does not pass, or none is chosen
    :raises NotTheirChild: if the guardian does not answer for the pupil
    :raises IdentityInvalid: if a name is missing, or the day of birth cannot be
    :raises AlreadyMoving: if the pupil comes from another département already
    :raises QuotaReached: if too many were opened
    """
    agreement = _agreement(departement_code, items, at=at)
    pupil = child if isinstance(child, Pupil) else None
    identity = Identity.of(child) if isinstance(child, Pupil) else _checked(child, at=at)
    other = _other(departement_code)
    if pupil is not None:
        _check_child(guardian, pupil, at=at)
        standing = Arrival.objects.filter(pupil=pupil, closed_at__isnull=True).first()
        if standing is not None:
            return _same(standing, other)
    lock_pair(LOCK, other)
    _check_quota(agreement, actor, at=at)
    try:
        with transaction.atomic():
            arrival = Arrival.objects.create(
                guardian=guardian,
                pupil=pupil,
                sealed_identity=sealing.seal(identity.dumped(), purpose=IDENTITY),
                **_fields(agreement, other, items, consent, actor=actor, at=at),
            )
    except IntegrityError:  # the other parent, at the same moment
        return _same(Arrival.objects.get(pupil=pupil, closed_at__isnull=True), other)
    if pupil is not None:
        Merge.objects.create(arrival=arrival, pupil=pupil, merged_by=actor.id, merged_at=at)
    moving.write_down("opened", arrival, actor=actor, at=at, items=sorted(items))
    moving.tell("opened", arrival, at=at)
    return arrival


@transaction.atomic(durable=True)
def open_departure(
    *,
    guardian: Guardian,
    pupil: Pupil,
    departement_code: str,
    items: Collection[str],
    consent: Consent,
    actor: Actor,
    at: datetime.datetime,
) -> Departure:
    """
    Let items of a child go to another département; again changes nothing.

    :raises NoAgreement: if none with that département is in force
    :raises ItemNotOffered: if an item does not pass, or none is chosen
    :raises NotTheirChild: if the guardian does not answer for the pupil, or for the household's resources
    :raises AlreadyMoving: if the pupil goes to another département already
    :raises QuotaReached: if too many were opened
    """
    agreement = _agreement(departement_code, items, at=at)
    other = _other(departement_code)
    _check_child(guardian, pupil, at=at)
    if Item.RIGHTS in items and not queries.shares_household(guardian, pupil, on=day_of(at)):
        raise NotTheirChild(item=Item.RIGHTS)
    standing = Departure.objects.filter(pupil=pupil, closed_at__isnull=True).first()
    if standing is not None:
        return _same(standing, other)
    lock_pair(LOCK, other)
    _check_quota(agreement, actor, at=at)
    try:
        with transaction.atomic():
            departure = Departure.objects.create(
                guardian=guardian,
                pupil=pupil,
                **_fields(agreement, other, items, consent, actor=actor, at=at),
            )
    except IntegrityError:  # the other parent, at the same moment
        return _same(Departure.objects.get(pupil=pupil, closed_at__isnull=True), other)
    moving.write_down("opened", departure, actor=actor, at=at, items=sorted(items))
    moving.tell("opened", departure, at=at)
    return departure


@transaction.atomic(durable=True)
def withdraw_arrival(*, arrival: Arrival, actor: Actor, at: datetime.datetime) -> Arrival:
    """
    Take an arrival back: what came and was not taken over is erased. Again changes nothing.

    :raises MoveOver: if it is over otherwise
    """
    locked = moving.lock_arrival(arrival.public_id)
    if locked.ended != Ended.WITHDRAWN:
        moving.refuse_over(locked)
        moving.close_arrival(locked, Ended.WITHDRAWN, actor=actor, at=at)
    return locked


@transaction.atomic(durable=True)
def withdraw_departure(*, departure: Departure, actor: Actor, at: datetime.datetime) -> Departure:
    """
    Let nothing go any more; what went and was not taken over is erased there. Again changes nothing.

    :raises MoveOver: if it is over otherwise
    """
    locked = moving.lock_departure(departure.public_id)
    if locked.ended != Ended.WITHDRAWN:
        moving.refuse_over(locked)
        moving.close_departure(locked, Ended.WITHDRAWN, actor=actor, at=at)
    return locked


def _agreement(code: str, items: Collection[str], *, at: datetime.datetime) -> Agreement:
    found = queries.agreement_with(_other(code), on=day_of(at))
    if found is None:
        raise NoAgreement(departement=code)
    if not items:
        raise ItemNotOffered
    for item in sorted(items):
        if item not in found.items:
            raise ItemNotOffered(item=item)
    return found


def _other(code: str) -> str:
    other = directory.neighbour(code)
    if other is None:
        raise NoAgreement(departement=code)
    return str(other.schema_name)


def _check_child(guardian: Guardian, pupil: Pupil, *, at: datetime.datetime) -> None:
    if not queries.answers_for(guardian, pupil, on=day_of(at)):
        raise NotTheirChild


def _checked(identity: Identity, *, at: datetime.datetime) -> Identity:
    for field in ("last_name", "first_name"):
        if not search_key(getattr(identity, field)):
            raise IdentityInvalid(field=field)
    today = day_of(at)
    if not today - OLDEST < identity.birth_date < today:
        raise IdentityInvalid(field="birth_date")
    return identity


def _check_quota(agreement: Agreement, actor: Actor, *, at: datetime.datetime) -> None:
    """Under the pair's lock: two at once are counted one after the other."""
    if queries.opened_this_year(agreement.public_id, at=at) >= agreement.most_a_year:
        raise QuotaReached(most=agreement.most_a_year)
    if queries.opened_by_one(actor.id, at=at) >= MOST_BY_ONE:
        raise QuotaReached(most=MOST_BY_ONE)


def _same(standing: Half, other: str) -> Half:
    if standing.other != other:
        raise AlreadyMoving
    return standing


def _fields(
    agreement: Agreement,
    other: str,
    items: Collection[str],
    consent: Consent,
    *,
    actor: Actor,
    at: datetime.datetime,
) -> dict[str, Any]:
    return {
        "agreement": agreement.public_id,
        "other": other,
        "items": sorted(set(items)),
        "consent_text": consent.text,
        "consent_version": consent.version,
        "opened_by": actor.id,
        "opened_at": at,
        "school_year": school_year_of(day_of(at)).start_year,
        "expires_at": at + WAITS,
    }
