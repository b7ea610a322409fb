"""Cards and badges: a number is linked to a pupil, ended when it is lost, and read by a till.

A number opens nothing by itself: it is written on plastic, and anybody may read it. A partner who types
it sees the tickets that its holder made out to *that partner*, and no other; nor who the holder is.
"""

from __future__ import annotations

import datetime
import re

from django.db import IntegrityError, transaction

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from federation.passplus.engine.campaign import CardKind
from federation.passplus.models import Card, CardNumber, Partner, Ticket
from tenants.people.models import Pupil

MOST = 10  # numbers that a pupil has at once, and tickets that a till is shown
_NUMBER = re.compile(r"[0-9A-Z]{6,20}")


class NumberInvalid(DomainError):
    """Not a number as they are printed."""

    code = "PASSPLUS_NUMBER_INVALID"


class NumberTaken(DomainError):
    """The number is linked to a pupil already."""

    code = "PASSPLUS_NUMBER_TAKEN"


class KindNotOffered(DomainError):
    """The campaign has no card of this kind."""

    code = "PASSPLUS_KIND_NOT_OFFERED"


def kinds_of(card: Card | None) -> tuple[CardKind, ...]:
    """The kinds with a number that the campaign of a card offers."""
    offered = card.campaign.rules.card.kinds if card is not None else ()
    return tuple(kind for kind in (CardKind.PHYSICAL, CardKind.BADGE) if kind in offered)


@transaction.atomic(durable=True)
def link_number(
    *, card: Card, kind: CardKind, number: str, actor: Actor, at: datetime.datetime
) -> CardNumber:
    """
    Link a number to the holder of a card. The same again changes nothing.

    :raises KindNotOffered: if the campaign has no such card
    :raises NumberInvalid: if it is not written as they are, or one is too many
    :raises NumberTaken: if somebody has it
    """
    if kind not in kinds_of(card):
        raise KindNotOffered(kind=str(kind))
    written = "".join(sign for sign in number.upper() if sign.isalnum())
    if not _NUMBER.fullmatch(written):
        raise NumberInvalid(field="number")
    mine = list(numbers_of(card.pupil))
    known = next((one for one in mine if one.number == written), None)
    if known is not None:
        return known
    if len(mine) >= MOST:
        raise NumberInvalid(field="number")
    try:
        with transaction.atomic():
            linked = CardNumber.objects.create(
                pupil=card.pupil, kind=str(kind), number=written, linked_at=at
            )
    except IntegrityError as error:
        raise NumberTaken(field="number") from error
    _tell(linked, "linked", actor=actor, at=at)
    return linked


@transaction.atomic(durable=True)
def end_number(*, number: CardNumber, actor: Actor, at: datetime.datetime) -> CardNumber:
    """End a number that is lost, or is nobody's any more. Again changes nothing."""
    held = CardNumber.objects.select_for_update(of=("self",), no_key=True).get(pk=number.pk)
    if held.ended_at is None:
        held.ended_at = at
        held.save(update_fields=["ended_at"])
        _tell(held, "ended", actor=actor, at=at)
    return held


def numbers_of(pupil: Pupil) -> list[CardNumber]:
    """The numbers that a pupil has now."""
    return list(CardNumber.objects.filter(pupil=pupil, ended_at=None).order_by("pk"))


def tickets_shown(*, number: str, partner: Partner) -> list[Ticket]:
    """The tickets that the holder of a number made out to a partner, the oldest first."""
    written = "".join(sign for sign in number.upper() if sign.isalnum())
    found = Ticket.objects.filter(
        purse__card__pupil__card_numbers__number=written,
        purse__card__pupil__card_numbers__ended_at=None,
        made_out_to=partner,
        state=Ticket.State.MADE,
    )
    return list(found.order_by("pk")[:MOST])


def _tell(number: CardNumber, what: str, *, actor: Actor, at: datetime.datetime) -> None:
    record_audit(
        actor=actor,
        action=f"passplus.number.{what}",
        subject_type="CardNumber",
        subject_id=number.public_id,
        at=at,
        pupil=str(number.pupil.public_id),
    )
