"""Pass+ of one's children, or one's own: cards, purses, and tickets."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence

import graphene
from graphene_federation import key
from graphql import GraphQLResolveInfo

from api.scalars import Money
from api.types.enumerations import PassNumberKind, PassTicketState
from federation.passplus import holding, signing
from federation.passplus.engine import spending
from federation.passplus.holding import HeldCard, HeldPurse
from federation.passplus.models import CardNumber, Ticket
from federation.passplus.numbers import numbers_of
from federation.passplus.queries import place_of


class PassPurse(graphene.ObjectType):
    """Un porte-monnaie d'un Pass+ : il paie certaines activités, et ne complète pas les autres."""

    code = graphene.String(required=True, description="Le code, à donner pour faire un ticket.")
    label = graphene.String(required=True, description="Le nom, par exemple « Sport ».")
    available = graphene.Field(
        Money, required=True, description="Ce qui peut aller sur un ticket aujourd'hui."
    )
    held = graphene.Field(Money, required=True, description="Ce qui attend sur des tickets.")
    last_day = graphene.Date(
        required=True, description="Le dernier jour pour en faire un ticket, compris."
    )

    @staticmethod
    def resolve_available(purse: HeldPurse, _info: GraphQLResolveInfo) -> int:
        return purse.spendable_cents

    @staticmethod
    def resolve_held(purse: HeldPurse, _info: GraphQLResolveInfo) -> int:
        return purse.held_cents

    @staticmethod
    def resolve_last_day(purse: HeldPurse, _info: GraphQLResolveInfo) -> datetime.date:
        return purse.until


class PassTicket(graphene.ObjectType):
    """Un ticket Pass+ : un montant d'un porte-monnaie, gardé pour un partenaire."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    state = graphene.Field(PassTicketState, required=True, description="L'état.")
    purse = graphene.String(required=True, description="Le nom du porte-monnaie.")
    amount = graphene.Field(Money, required=True, description="Ce que le ticket garde, ou gardait.")
    taken = graphene.Field(Money, description="Ce que le partenaire a pris, s'il a servi.")
    made_out_to = graphene.String(
        required=True, description="Le partenaire pour qui il est fait ; vide pour tous."
    )
    taken_by = graphene.String(
        required=True, description="Le partenaire qui l'a pris ; vide s'il n'a pas servi."
    )
    code = graphene.String(description="Le code à taper, tant qu'il peut servir.")
    text = graphene.String(
        description="Ce que dit le carré à scanner, signé, tant que le ticket peut servir."
    )
    made_at = graphene.DateTime(required=True, description="Quand il a été fait.")
    ended_at = graphene.DateTime(description="Quand il a servi, ou fini.")
    last_day = graphene.Date(
        required=True, description="Le dernier jour où un partenaire le prend, compris."
    )

    @staticmethod
    def resolve_id(ticket: Ticket, _info: GraphQLResolveInfo) -> uuid.UUID:
        return ticket.public_id

    @staticmethod
    def resolve_state(ticket: Ticket, _info: GraphQLResolveInfo) -> str:
        return str(ticket.state)

    @staticmethod
    def resolve_purse(ticket: Ticket, _info: GraphQLResolveInfo) -> str:
        return spending.purse_of(ticket.purse.card.campaign.rules, ticket.purse.code).label

    @staticmethod
    def resolve_amount(ticket: Ticket, _info: GraphQLResolveInfo) -> int:
        return ticket.cents

    @staticmethod
    def resolve_taken(ticket: Ticket, _info: GraphQLResolveInfo) -> int | None:
        return ticket.captured_cents

    @staticmethod
    def resolve_made_out_to(ticket: Ticket, _info: GraphQLResolveInfo) -> str:
        return ticket.made_out_to.name if ticket.made_out_to else ""

    @staticmethod
    def resolve_taken_by(ticket: Ticket, _info: GraphQLResolveInfo) -> str:
        return place_of(ticket) or ""

    @staticmethod
    def resolve_code(ticket: Ticket, _info: GraphQLResolveInfo) -> str | None:
        return ticket.code if ticket.state == Ticket.State.MADE else None

    @staticmethod
    def resolve_text(ticket: Ticket, _info: GraphQLResolveInfo) -> str | None:
        return signing.ticket_text(ticket) if ticket.state == Ticket.State.MADE else None

    @staticmethod
    def resolve_last_day(ticket: Ticket, _info: GraphQLResolveInfo) -> datetime.date:
        return holding.last_day_of(ticket)


class PassNumber(graphene.ObjectType):
    """Le numéro d'une carte ou d'un badge, qui mène au Pass+ de son porteur."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    kind = graphene.Field(PassNumberKind, required=True, description="Sur quoi il est écrit.")
    number = graphene.String(required=True, description="Le numéro.")

    @staticmethod
    def resolve_id(number: CardNumber, _info: GraphQLResolveInfo) -> uuid.UUID:
        return number.public_id

    @staticmethod
    def resolve_kind(number: CardNumber, _info: GraphQLResolveInfo) -> str:
        return str(number.kind)


@key("id")
class PassCard(graphene.ObjectType):
    """Le Pass+ d'une campagne."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    label = graphene.String(required=True, description="Le nom de la campagne.")
    is_illustrative = graphene.Boolean(
        required=True, description="Vrai si une règle au moins est un exemple."
    )
    purses = graphene.List(
        graphene.NonNull(PassPurse), required=True, description="Les porte-monnaie."
    )
    made_until = graphene.Date(
        required=True, description="Le dernier jour pour faire un ticket, compris."
    )
    used_until = graphene.Date(
        required=True, description="Le dernier jour où un partenaire prend un ticket, compris."
    )
    numbers = graphene.List(
        graphene.NonNull(PassNumber), required=True, description="Les numéros reliés au porteur."
    )

    @staticmethod
    def resolve_numbers(card: HeldCard, _info: GraphQLResolveInfo) -> list[CardNumber]:
        return numbers_of(card.row.pupil)

    @staticmethod
    def resolve_id(card: HeldCard, _info: GraphQLResolveInfo) -> uuid.UUID:
        return card.row.public_id

    @staticmethod
    def resolve_purses(card: HeldCard, _info: GraphQLResolveInfo) -> Sequence[HeldPurse]:
        return card.purses
