"""Partners' people and tills, and tickets shown to them, for tests of what happens at a till."""

from __future__ import annotations

import datetime
import itertools
import uuid

from federation.passplus import operations, signing
from federation.passplus.engine.campaign import Domain
from federation.passplus.members import invitation_of, token_of
from federation.passplus.models import (
    Card,
    Partner,
    PartnerMember,
    PartnerRole,
    Ticket,
    Till,
    TillCapture,
)
from tenants.accounts.models import User
from tests.factories.passplus import AUTUMN, make_partner, new_key
from tests.factories.tariffs import ACTOR

PASSWORD = "Judo-ceinture-noire-2023"
_people = itertools.count(1)


def make_member(
    partner: Partner | None = None,
    role: PartnerRole = PartnerRole.MANAGER,
    *,
    email: str = "",
    at: datetime.datetime = AUTUMN,
) -> PartnerMember:
    """Somebody who was invited, followed the link and opened an account; the first has a till."""
    invitation = operations.invite_member(
        partner=partner or make_partner(Domain.SPORT),
        email=email or f"club{next(_people)}@exemple.fr",
        role=role,
        actor=ACTOR,
        at=at,
    )
    return operations.join_as_new(
        token=token_of(invitation),
        first_name="Ada",
        last_name="Tatami",
        password=PASSWORD,
        at=at,
    )


def till_of(member: PartnerMember) -> Till:
    return Till.objects.filter(partner_id=member.partner_id).order_by("pk")[0]


def user_of(member: PartnerMember) -> User:
    return User.objects.get(pk=member.user_id)


def make_ticket(
    card: Card, cents: int = 25_00, *, partner: Partner | None = None, at=AUTUMN, purse="sport"
) -> Ticket:
    return operations.make_ticket(
        card=card, purse=purse, cents=cents, key=new_key(), partner=partner, actor=ACTOR, at=at
    )


def take(
    member: PartnerMember, written: str, cents: int | None = None, *, at=AUTUMN, **traits
) -> TillCapture:
    """Validate at the member's first till, unless told otherwise."""
    options = {
        "till": till_of(member),
        "key": uuid.uuid4(),
        "way": TillCapture.Way.TYPED,
    } | traits
    return operations.capture_at_till(
        member=member, written=written, cents=cents, actor=ACTOR, at=at, **options
    )


def undo(capture: TillCapture, member: PartnerMember, *, at=AUTUMN) -> TillCapture:
    return operations.undo_capture(capture=capture, member=member, actor=ACTOR, at=at)


def text_of(ticket: Ticket) -> str:
    """What the picture of a ticket says."""
    return signing.ticket_text(
        Ticket.objects.select_related("purse__card__campaign", "made_out_to").get(pk=ticket.pk)
    )


def shown(ticket: Ticket, *, at: datetime.datetime = AUTUMN, **traits) -> operations.Shown:
    """A ticket as a phone without network keeps it."""
    facts = {
        "key": uuid.uuid4(),
        "text": text_of(ticket),
        "cents": ticket.cents,
        "taken_at": at,
    } | traits
    return operations.Shown(**facts)


__all__ = ("invitation_of", "token_of")
