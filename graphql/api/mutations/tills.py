"""What a partner's people do at a till: validate, undo within the minute, work without network.

The person signs in to the partners' space; `membershipId` says for which partner they work. What no
ticket bears is counted, as on the pages: codes are not to be guessed here.
"""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import graphene

from api import rules
from api.context import Context
from api.mutations.family_rights import value_of
from api.mutations.making import identifier, mutation, words
from api.scalars import Cents, public_id
from api.types.enumerations import TillWay
from api.types.tills import OfflinePermit, PhoneKit, TillCapture
from federation.passplus import operations, till_queries
from federation.passplus.codes import TicketUnreadable
from federation.passplus.models import PartnerMember
from federation.passplus.models import TillCapture as CaptureRow
from federation.passplus.till_access import access_capture, access_permit, access_till
from ui import visitors
from ui.guessing import guesses_counted

MEMBERSHIP = identifier("La place de la personne chez le partenaire")
TILL = identifier("La caisse")
_CAPTURE = {"capture": graphene.Field(TillCapture, description="La validation.")}


def guesser(context: Context, member: PartnerMember) -> tuple[str, str]:
    """Whose unknown codes are counted: the member's, and those of their place."""
    return str(member.public_id), visitors.place_of(context.request)


def _read_again(member: PartnerMember, capture: CaptureRow) -> dict[str, Any]:
    return {"capture": access_capture(member, capture.public_id)}


def _capture(
    context: Context,
    *,
    membership_id: str,
    till_id: str,
    ticket: str,
    key: str,
    way: Any,
    cents: int | None = None,
) -> dict[str, Any]:
    """The same key again gives the first answer."""
    member = context.member(membership_id)
    till = access_till(member, public_id(till_id))
    scanned = value_of(way) == CaptureRow.Way.CAMERA
    with guesses_counted(*guesser(context, member)):
        done = operations.capture_at_till(
            member=member,
            till=till,
            written=ticket[: operations.LONGEST_TEXT],
            cents=cents,
            key=public_id(key),
            way=CaptureRow.Way.CAMERA if scanned else CaptureRow.Way.TYPED,
            actor=context.partner_actor,
            at=context.at,
        )
    return _read_again(member, done)


CapturePassTicket = mutation(
    _capture,
    name="CapturePassTicket",
    rule=rules.by_partner,
    asked="Un ticket à valider, en entier ou en partie.",
    takes={
        "membership_id": MEMBERSHIP,
        "till_id": TILL,
        "ticket": words("Le code tapé, ou le texte du carré scanné."),
        "cents": graphene.InputField(Cents, description="Le montant ; rien pour tout le ticket."),
        "key": identifier("Un nom à vous : la même demande envoyée deux fois est une validation"),
        "way": graphene.InputField(TillWay, default_value="TYPED", description="Tapé, ou scanné."),
    },
    gives=_CAPTURE,
    about={
        "PASSPLUS_TICKET_UNKNOWN": "ticket",
        "PASSPLUS_TICKET_UNREADABLE": "ticket",
        "PASSPLUS_TICKET_TEXT_INVALID": "ticket",
        "PASSPLUS_TICKET_OVER": "ticket",
        "PASSPLUS_TICKET_TAKEN": "ticket",
        "PASSPLUS_OTHER_PARTNER": "ticket",
        "PASSPLUS_CAPTURE_TOO_MUCH": "cents",
        "PASSPLUS_VALIDATION_REUSED": "key",
        "PASSPLUS_TILL_CLOSED": "till_id",
    },
)


def _undo(context: Context, *, membership_id: str, capture_id: str) -> dict[str, Any]:
    """Again changes nothing."""
    member = context.member(membership_id)
    found = access_capture(member, public_id(capture_id))
    operations.undo_capture(
        capture=found, member=member, actor=context.partner_actor, at=context.at
    )
    return _read_again(member, found)


UndoPassCapture = mutation(
    _undo,
    name="UndoPassCapture",
    rule=rules.by_partner,
    asked="Une validation à annuler, dans sa minute.",
    takes={"membership_id": MEMBERSHIP, "capture_id": identifier("La validation")},
    gives=_CAPTURE,
    about={"NOT_FOUND": "capture_id", "PASSPLUS_UNDO_TOO_LATE": "capture_id"},
)


def _begin(context: Context, *, membership_id: str, till_id: str, hours: int) -> dict[str, Any]:
    """What the phone needs is read once the permit is written."""
    member = context.member(membership_id)
    permit = operations.begin_offline(
        member=member,
        till=access_till(member, public_id(till_id)),
        hours=hours,
        actor=context.partner_actor,
        at=context.at,
    )
    return {"permit": permit, "kit": till_queries.for_the_phone(member.partner, at=context.at)}


BeginOfflineWork = mutation(
    _begin,
    name="BeginOfflineWork",
    rule=rules.by_partner,
    asked="Une caisse qui va travailler sans internet.",
    takes={
        "membership_id": MEMBERSHIP,
        "till_id": TILL,
        "hours": graphene.Int(required=True, description="Combien d'heures, douze au plus."),
    },
    gives={
        "permit": graphene.Field(OfflinePermit, description="Jusqu'à quand."),
        "kit": graphene.Field(PhoneKit, description="De quoi juger un ticket sans internet."),
    },
    about={"NOT_FOUND": "till_id", "PASSPLUS_TILL_CLOSED": "till_id"},
)


def _end(context: Context, *, membership_id: str, permit_id: str) -> dict[str, Any]:
    """Once all is sent: again changes nothing."""
    member = context.member(membership_id)
    permit = operations.end_offline(
        permit=access_permit(member, public_id(permit_id)),
        actor=context.partner_actor,
        at=context.at,
    )
    return {"permit": permit}


EndOfflineWork = mutation(
    _end,
    name="EndOfflineWork",
    rule=rules.by_partner,
    asked="Un travail sans internet qui est fini : tout est envoyé.",
    takes={"membership_id": MEMBERSHIP, "permit_id": identifier("Le travail sans internet")},
    gives={"permit": graphene.Field(OfflinePermit, description="Le travail, fini.")},
    about={"NOT_FOUND": "permit_id"},
)


class OfflineTicketInput(graphene.InputObjectType):
    """Un ticket pris sans internet."""

    key = graphene.ID(
        required=True, description="Son nom sur l'appareil (UUID), une fois pour toutes."
    )
    text = graphene.String(required=True, description="Le texte de son carré.")
    cents = Cents(required=True, description="Ce qui est pris.")
    taken_at = graphene.DateTime(required=True, description="Quand, avec le décalage horaire.")


def _shown(key: str, text: str, cents: int, taken_at: datetime.datetime) -> operations.Shown:
    try:
        return operations.Shown(uuid.UUID(key), text, cents, taken_at)
    except ValueError as error:
        raise TicketUnreadable from error


def _send(
    context: Context, *, membership_id: str, till_id: str, tickets: list[dict[str, Any]]
) -> dict[str, Any]:
    """Each by itself, once; what could not be tried now is left out, to be sent again."""
    member = context.member(membership_id)
    booked = operations.send_captures(
        member=member,
        till=access_till(member, public_id(till_id)),
        shown=[_shown(**one) for one in tickets],
        actor=context.partner_actor,
        at=context.at,
    )
    return {"captures": [access_capture(member, one.public_id) for one in booked]}


SendOfflineTickets = mutation(
    _send,
    name="SendOfflineTickets",
    rule=rules.by_partner,
    asked="Ce qu'une caisse a pris sans internet.",
    takes={
        "membership_id": MEMBERSHIP,
        "till_id": TILL,
        "tickets": graphene.List(
            graphene.NonNull(OfflineTicketInput),
            required=True,
            description="Les tickets, deux cents au plus à la fois.",
        ),
    },
    gives={
        "captures": graphene.List(
            graphene.NonNull(TillCapture),
            description="Ce que devient chacun ; ce qui manque est à renvoyer.",
        )
    },
    about={"PASSPLUS_TICKET_UNREADABLE": "tickets", "PASSPLUS_TILL_CLOSED": "till_id"},
)
