"""What two people put right of what partners were paid, done or only foreseen."""

from __future__ import annotations

import uuid
from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from api.limits import LIST_LENGTHS
from api.paging import connection
from api.scalars import Money
from api.types.enumerations import CorrectionKind, CorrectionState
from api.types.partner_payments import cents_of, id_of_row
from federation.passplus.models import Correction as CorrectionRow
from federation.passplus.models import CorrectionLine as LineRow
from federation.passplus.reimbursing import queries
from federation.passplus.reimbursing.queries import Rehearsed

CHANGES_SHOWN = LIST_LENGTHS["PartnerCorrection.lines"]


class PartnerCorrectionLine(graphene.ObjectType):
    """Ce qui change pour un partenaire, d'un ticket ou d'aucun."""

    partner = graphene.String(required=True, description="Le nom du partenaire.")
    ticket = graphene.String(description="Le code du ticket, s'il s'agit d'un ticket.")
    amount = graphene.Field(Money, required=True, description="Le montant corrigé.")
    of_partner = graphene.Field(
        Money, description="Ce qui en était versé au partenaire, une fois la correction faite."
    )
    credited = graphene.Field(Money, required=True, description="Ce qui lui est ajouté.")
    is_to_purse = graphene.Boolean(
        description="Vrai si le jeune est rendu ; faux si c'est le Département ; rien sinon."
    )

    resolve_amount = staticmethod(cents_of("cents"))
    resolve_of_partner = staticmethod(cents_of("partner_cents"))
    resolve_credited = staticmethod(cents_of("credited_cents"))

    @staticmethod
    def resolve_partner(line: LineRow, _info: GraphQLResolveInfo) -> str:
        return line.partner.name

    @staticmethod
    def resolve_ticket(line: LineRow, _info: GraphQLResolveInfo) -> str | None:
        return line.ticket.code if line.ticket else None


class PartnerCorrection(graphene.ObjectType):
    """Une correction : une personne demande, une autre approuve."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    kind = graphene.Field(CorrectionKind, required=True, description="Ce qui est corrigé.")
    state = graphene.Field(CorrectionState, required=True, description="L'état.")
    reason = graphene.String(required=True, description="La raison, que le partenaire lit.")
    asked_at = graphene.DateTime(required=True, description="Quand elle est demandée.")
    is_own = graphene.Boolean(
        required=True, description="Vrai si qui demande l'a écrite : un autre l'approuve."
    )
    decided_at = graphene.DateTime(description="Quand elle a été décidée.")
    answer = graphene.String(required=True, description="Pourquoi elle est refusée ; vide sinon.")
    undoes_id = graphene.ID(description="La correction qu'elle défait (UUID), s'il y en a une.")
    can_be_undone = graphene.Boolean(
        required=True, description="Vrai si l'on peut demander de la défaire."
    )
    lines = graphene.List(
        graphene.NonNull(PartnerCorrectionLine),
        required=True,
        description="Ses cent premières lignes.",
    )

    resolve_id = staticmethod(id_of_row)

    @staticmethod
    def resolve_kind(correction: CorrectionRow, _info: GraphQLResolveInfo) -> str:
        return str(correction.kind)

    @staticmethod
    def resolve_state(correction: CorrectionRow, _info: GraphQLResolveInfo) -> str:
        return str(correction.state)

    @staticmethod
    def resolve_is_own(correction: CorrectionRow, info: GraphQLResolveInfo) -> bool:
        return bool(correction.asked_by == str(info.context.require_user().public_id))

    @staticmethod
    def resolve_undoes_id(correction: CorrectionRow, _info: GraphQLResolveInfo) -> uuid.UUID | None:
        return correction.undoes.public_id if correction.undoes else None

    @staticmethod
    def resolve_can_be_undone(correction: CorrectionRow, _info: GraphQLResolveInfo) -> bool:
        return queries.can_be_undone(correction)

    @staticmethod
    def resolve_lines(correction: CorrectionRow, _info: GraphQLResolveInfo) -> list[LineRow]:
        return list(queries.lines_of_correction(correction)[:CHANGES_SHOWN])


PartnerCorrectionConnection: Any = connection(PartnerCorrection, "des corrections")


class CorrectionForeseen(graphene.ObjectType):
    """Ce qu'une correction changerait, une fois approuvée. Rien n'est gardé."""

    partners = graphene.Int(required=True, description="Combien de partenaires.")
    tickets = graphene.Int(required=True, description="Combien de tickets.")
    amount = graphene.Field(Money, required=True, description="Ce qui est corrigé.")
    to_purses = graphene.Field(Money, required=True, description="Rendu aux jeunes.")
    to_departement = graphene.Field(Money, required=True, description="Rendu au Département.")
    withheld = graphene.Field(Money, required=True, description="À retenir aux partenaires.")
    credited = graphene.Field(Money, required=True, description="À payer en plus.")
    lines = graphene.List(
        graphene.NonNull(PartnerCorrectionLine),
        required=True,
        description="Ses cent premières lignes.",
    )

    resolve_amount = staticmethod(cents_of("cents"))
    resolve_to_purses = staticmethod(cents_of("to_purse_cents"))
    resolve_to_departement = staticmethod(cents_of("to_departement_cents"))
    resolve_withheld = staticmethod(cents_of("owed_cents"))
    resolve_credited = staticmethod(cents_of("credited_cents"))

    @staticmethod
    def resolve_lines(found: Rehearsed, _info: GraphQLResolveInfo) -> list[LineRow]:
        return list(found.lines[:CHANGES_SHOWN])
