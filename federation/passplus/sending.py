"""What a phone took without network, sent when it has one again: each ticket by itself, once.

The phone sends the text of each picture, which only the département can write: a code alone is not
enough here. What is accepted and what is refused are both kept, with the reason; sent twice, the same
answer comes back.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from commons.actors import Actor
from commons.errors import DomainError, RetryLater
from federation.passplus import signing, ticketing
from federation.passplus.capturing import Asked, ValidationReused, Way, capture
from federation.passplus.engine.refusals import OtherPartner
from federation.passplus.engine.spending import CaptureTooLate, CaptureTooMuch, day_of
from federation.passplus.models import PartnerMember, Till, TillCapture
from federation.passplus.permits import check_at_work

MOST_AT_ONCE = 200
LONGEST_TEXT = 600  # of a picture
MOST_CENTS = 10**7
_EARLIEST = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """A ticket that a phone took without network: its picture's text, the amount, and when."""

    key: uuid.UUID
    text: str
    cents: int
    taken_at: datetime.datetime

    def __post_init__(self) -> None:
        """
        Refuse what no phone of ours sends.

        :raises ValueError: if it is no ticket
        """
        if self.taken_at.tzinfo is None or self.taken_at < _EARLIEST:
            raise ValueError("a moment has an offset")
        if not 0 <= self.cents < MOST_CENTS or len(self.text) > LONGEST_TEXT:
            raise ValueError("no ticket")


def send_captures(
    *,
    member: PartnerMember,
    till: Till,
    shown: Sequence[Shown],
    actor: Actor,
    at: datetime.datetime,
) -> list[TillCapture]:
    """
    Book what a phone took without network, and say for each whether it is validated, and why not.

    Those that could not be tried now (`RetryLater`) are left out: the phone keeps them.

    :raises Forbidden: if they no longer work there
    :raises TillClosed: if the till is closed
    """
    check_at_work(member, till)
    done = []
    for one in shown[:MOST_AT_ONCE]:
        try:
            done.append(send_capture(member=member, till=till, shown=one, actor=actor, at=at))
        except RetryLater:
            continue
        except ValidationReused:
            continue  # somebody else's key: nothing is said of it
    return done


def send_capture(
    *, member: PartnerMember, till: Till, shown: Shown, actor: Actor, at: datetime.datetime
) -> TillCapture:
    """
    Book one ticket taken without network, or keep why it is refused.

    :raises RetryLater: if it could not be tried now
    :raises ValidationReused: if its key served for another validation
    """
    try:
        return _book(member, till, shown, actor=actor, at=at)
    except (RetryLater, ValidationReused):
        raise
    except DomainError as refusal:
        return _keep_refusal(member, till, shown, refusal, at=at)


@transaction.atomic(durable=True)
def _book(
    member: PartnerMember, till: Till, shown: Shown, *, actor: Actor, at: datetime.datetime
) -> TillCapture:
    check_at_work(member, till)
    before = _sent_before(member, shown.key)
    if before is not None:
        return before
    said = signing.read_text(shown.text, signing.published_keys()["keys"])
    if said.partner != member.partner.public_id:
        raise OtherPartner(ticket=said.code)
    taken_at = min(shown.taken_at, at)
    if not 0 < shown.cents <= said.cents:
        raise CaptureTooMuch(held_cents=said.cents)
    if day_of(taken_at) > said.last_day:
        raise CaptureTooLate(closed_on=said.last_day + datetime.timedelta(days=1))
    asked = Asked(said.code, shown.cents, shown.key, Way.OFFLINE, taken_at)
    return capture(member, till, asked, actor=actor, at=at)


@transaction.atomic(durable=True)
def _keep_refusal(
    member: PartnerMember,
    till: Till,
    shown: Shown,
    refusal: DomainError,
    *,
    at: datetime.datetime,
) -> TillCapture:
    before = _sent_before(member, shown.key)
    if before is not None:
        return before
    kept, _is_new = TillCapture.objects.get_or_create(
        key=shown.key,
        defaults={
            "till": till,
            "member": member,
            "code": _code_said(shown.text),
            "cents": shown.cents,
            "way": Way.OFFLINE,
            "taken_at": min(shown.taken_at, at),
            "booked_at": at,
            "refusal": refusal.code,
            "refusal_details": _plain(refusal.details),
        },
    )
    return kept


def _sent_before(member: PartnerMember, key: uuid.UUID) -> TillCapture | None:
    before = TillCapture.objects.select_related("till").filter(key=key).first()
    if before is not None and before.till.partner_id != member.partner_id:
        raise ValidationReused
    return before


def _code_said(text: str) -> str:
    """The code in a text that may be anybody's: to be shown, never to be looked up."""
    try:
        return signing.read_text(text, signing.published_keys()["keys"]).code
    except DomainError:
        return ticketing.typed(text)[: ticketing.CODE_LENGTH]


def _plain(details: dict[str, Any]) -> dict[str, Any]:
    encode = DjangoJSONEncoder().default
    return {
        name: value if isinstance(value, str | int | None) else encode(value)
        for name, value in details.items()
    }
