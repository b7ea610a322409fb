"""Who works for the first partner of each département of the demo, and where: a visitor can be one."""

from __future__ import annotations

import datetime
import uuid

from commons.actors import Actor
from federation.passplus import members
from federation.passplus import operations as passplus
from federation.passplus.models import (
    Partner,
    PartnerMember,
    PartnerRole,
    Ticket,
    Till,
    TillCapture,
)
from socle.seeding.cast import PASSWORD

ACTOR = Actor.command("socle seed")
# The address, the name, and what they do there.
PEOPLE = (
    ("club@exemple.fr", "Solène", "Arnaud", PartnerRole.MANAGER),
    ("accueil@exemple.fr", "Yanis", "Perrot", PartnerRole.TILL),
)
SECOND_TILL = "Entrée du gymnase"
_KEYS = uuid.UUID("6f1d0f5e-9d0b-5b43-8f0e-2f1c6a0a5353")


def let_people_in(partner: Partner, *, at: datetime.datetime) -> None:
    """A manager, somebody at the door, and a second till."""
    joined = []
    for email, first_name, last_name, role in PEOPLE:
        invitation = passplus.invite_member(
            partner=partner, email=email, role=role, actor=ACTOR, at=at
        )
        joined.append(
            passplus.join_as_new(
                token=members.token_of(invitation),
                first_name=first_name,
                last_name=last_name,
                password=PASSWORD,
                at=at,
            )
        )
    passplus.open_till(name=SECOND_TILL, by=joined[0], actor=ACTOR, at=at)


def capture(ticket: Ticket, partner: Partner, cents: int | None, *, at: datetime.datetime) -> None:
    """As the partner's people do, when it has some; else as a partner without a space did."""
    member = PartnerMember.objects.select_related("partner").filter(partner=partner).first()
    if member is None:
        passplus.capture_ticket(code=ticket.code, partner=partner, cents=cents, actor=ACTOR, at=at)
        return
    passplus.capture_at_till(
        member=member,
        till=Till.objects.filter(partner=partner).order_by("pk")[0],
        written=ticket.code,
        cents=cents,
        key=uuid.uuid5(_KEYS, ticket.code),
        way=TillCapture.Way.CAMERA,
        actor=ACTOR,
        at=at,
    )
