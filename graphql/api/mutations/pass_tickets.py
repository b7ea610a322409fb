"""Make a Pass+ ticket, and give one up."""

from __future__ import annotations

from typing import Any

import graphene

from api import rules
from api.context import Context
from api.mutations.base import OperationMutation
from api.scalars import Cents, public_id
from api.types.pass_plus import PassTicket
from commons.errors import NotFound
from federation.passplus import operations
from federation.passplus.access import access_holder, access_own_ticket
from federation.passplus.holding import open_card_of
from federation.passplus.queries import partner_taking


class MakePassTicketInput(graphene.InputObjectType):
    """Un ticket à faire."""

    child_id = graphene.ID(required=True, description="L'enfant, ou soi-même (UUID).")
    purse = graphene.String(required=True, description="Le code du porte-monnaie.")
    cents = Cents(required=True, description="Le montant.")
    partner_id = graphene.ID(description="Le partenaire pour qui il est fait (UUID).")
    key = graphene.String(
        required=True,
        description="Un mot à vous : envoyer deux fois la même demande fait un seul ticket.",
    )


class MakePassTicket(OperationMutation):
    """Of a child one answers for, or of oneself."""

    class Meta:
        rule = rules.by_object

    class Arguments:
        input = MakePassTicketInput(required=True, description="Ce qui est demandé.")

    about = {
        "PASSPLUS_PURSE_UNKNOWN": "purse",
        "PASSPLUS_PURSE_TOO_SMALL": "cents",
        "PASSPLUS_AMOUNT_NOT_ALLOWED": "cents",
        "PASSPLUS_OUTSIDE_DOMAIN": "partner_id",
        "PASSPLUS_TICKET_MADE": "key",
    }

    ticket = graphene.Field(PassTicket, description="Le ticket.")

    @classmethod
    def perform(  # type: ignore[override]  # a mutation names its own inputs
        cls,
        context: Context,
        *,
        child_id: str,
        purse: str,
        cents: int,
        key: str,
        partner_id: str | None = None,
    ) -> dict[str, Any]:
        pupil = access_holder(context.require_user(), public_id(child_id))
        card = open_card_of(pupil, on=context.today)
        if card is None:
            raise NotFound(pupil=str(pupil.public_id))
        partner = partner_taking(public_id(partner_id), at=context.at) if partner_id else None
        ticket = operations.make_ticket(
            card=card.row,
            purse=purse,
            cents=cents,
            key=key[:100],
            partner=partner,
            actor=context.actor,
            at=context.at,
        )
        return {"ticket": ticket}


class CancelPassTicketInput(graphene.InputObjectType):
    """Un ticket à annuler."""

    ticket_id = graphene.ID(required=True, description="Le ticket (UUID).")
    accepts_loss = graphene.Boolean(
        default_value=False,
        description="Vrai si l'on accepte que le montant soit perdu, quand il l'est.",
    )


class CancelPassTicket(OperationMutation):
    """Nothing is lost by somebody who did not say that they accept it."""

    class Meta:
        rule = rules.by_object

    class Arguments:
        input = CancelPassTicketInput(required=True, description="Ce qui est demandé.")

    about = {"NOT_FOUND": "ticket_id", "PASSPLUS_LOSS_NOT_ACCEPTED": "accepts_loss"}

    ticket = graphene.Field(PassTicket, description="Le ticket.")

    @classmethod
    def perform(  # type: ignore[override]  # a mutation names its own inputs
        cls, context: Context, *, ticket_id: str, accepts_loss: bool
    ) -> dict[str, Any]:
        ticket = access_own_ticket(context.require_user(), public_id(ticket_id))
        operations.give_up(
            ticket=ticket, accepts_loss=accepts_loss, actor=context.actor, at=context.at
        )
        return {"ticket": access_own_ticket(context.require_user(), ticket.public_id)}
