"""What who manages a partner sees of it: who works there, its sheet, and the account it is paid to."""

from __future__ import annotations

import uuid
from typing import Any

import graphene
from graphene.utils.str_converters import to_camel_case
from graphql import GraphQLResolveInfo

from api.types.enumerations import PartnerDomain, PartnerRoleName, PartnerSheetState
from federation.passplus.models import (
    Partner,
    PartnerIban,
    PartnerInvitation,
    PartnerMember,
    SheetProposal,
)
from federation.passplus.sheets import FIELDS


class PartnerColleague(graphene.ObjectType):
    """Une personne qui travaille chez un partenaire."""

    id = graphene.ID(required=True, description="Sa place chez ce partenaire (UUID).")
    full_name = graphene.String(required=True, description="Son prénom et son nom.")
    role = graphene.Field(PartnerRoleName, required=True, description="Ce qu'elle y fait.")

    @staticmethod
    def resolve_id(member: PartnerMember, _info: GraphQLResolveInfo) -> uuid.UUID:
        return member.public_id

    @staticmethod
    def resolve_full_name(member: PartnerMember, _info: GraphQLResolveInfo) -> str:
        return member.user.get_full_name()

    @staticmethod
    def resolve_role(member: PartnerMember, _info: GraphQLResolveInfo) -> str:
        return str(member.role)


class PartnerGuest(graphene.ObjectType):
    """Une personne invitée à travailler chez un partenaire, qui n'a pas répondu."""

    id = graphene.ID(required=True, description="L'invitation (UUID).")
    email = graphene.String(required=True, description="L'adresse où elle est partie.")
    role = graphene.Field(PartnerRoleName, required=True, description="Ce que la personne y fera.")
    expires_at = graphene.DateTime(required=True, description="L'invitation sert jusque-là.")

    @staticmethod
    def resolve_id(invitation: PartnerInvitation, _info: GraphQLResolveInfo) -> uuid.UUID:
        return invitation.public_id

    @staticmethod
    def resolve_role(invitation: PartnerInvitation, _info: GraphQLResolveInfo) -> str:
        return str(invitation.role)


class PartnerSheet(graphene.ObjectType):
    """Ce que les familles lisent d'un partenaire."""

    name = graphene.String(required=True, description="Son nom.")
    domains = graphene.List(
        graphene.NonNull(PartnerDomain), required=True, description="Ce qu'un ticket y paie."
    )
    activities = graphene.String(required=True, description="Ce qu'il propose, en bref.")
    description = graphene.String(required=True, description="Quelques phrases.")
    street = graphene.String(required=True, description="Son adresse.")
    postal_code = graphene.String(required=True, description="Le code postal.")
    town = graphene.String(required=True, description="La commune.")
    phone = graphene.String(required=True, description="Le téléphone.")
    email = graphene.String(required=True, description="L'e-mail.")
    site = graphene.String(required=True, description="Le site.")

    @staticmethod
    def resolve_domains(partner: Partner, _info: GraphQLResolveInfo) -> list[str]:
        return list(partner.domains)


class PartnerSheetField(graphene.ObjectType):
    """Une ligne d'une fiche qui changerait."""

    name = graphene.String(
        required=True, description="La ligne, telle que `PartnerSheet` la nomme."
    )
    before = graphene.List(
        graphene.NonNull(graphene.String),
        required=True,
        description="Ce qui y est : un ou plusieurs mots.",
    )
    after = graphene.List(
        graphene.NonNull(graphene.String), required=True, description="Ce qui y serait."
    )


class PartnerSheetChange(graphene.ObjectType):
    """Un changement de fiche, demandé par le partenaire."""

    id = graphene.ID(required=True, description="La demande (UUID).")
    state = graphene.Field(PartnerSheetState, required=True, description="Ce qu'elle devient.")
    proposed_at = graphene.DateTime(required=True, description="Quand elle est partie.")
    answer = graphene.String(required=True, description="Ce qu'un agent en a dit.")
    fields = graphene.List(
        graphene.NonNull(PartnerSheetField), required=True, description="Ce qui changerait."
    )

    @staticmethod
    def resolve_id(proposal: SheetProposal, _info: GraphQLResolveInfo) -> uuid.UUID:
        return proposal.public_id

    @staticmethod
    def resolve_state(proposal: SheetProposal, _info: GraphQLResolveInfo) -> str:
        return str(proposal.state)

    @staticmethod
    def resolve_fields(proposal: SheetProposal, _info: GraphQLResolveInfo) -> list[dict[str, Any]]:
        return [
            {
                "name": to_camel_case(field),
                "before": _words(proposal.before[field]),
                "after": _words(proposal.after[field]),
            }
            for field in FIELDS
            if field in proposal.after
        ]


def _words(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


class PartnerBankAccount(graphene.ObjectType):
    """Un compte où un partenaire est payé ; seule sa fin se lit."""

    holder = graphene.String(required=True, description="Le titulaire.")
    ending = graphene.String(required=True, description="Les derniers chiffres.")
    is_confirmed = graphene.Boolean(
        required=True, description="Vrai quand une autre personne l'a vérifié : il est payé."
    )

    @staticmethod
    def resolve_is_confirmed(iban: PartnerIban, _info: GraphQLResolveInfo) -> bool:
        return iban.confirmed_at is not None


class PartnerChange(graphene.ObjectType):
    """Ce qui est arrivé à la fiche ou au compte d'un partenaire."""

    at = graphene.DateTime(required=True, description="Quand.")
    what = graphene.String(required=True, description="Ce qui s'est passé, en mots.")
    of = graphene.String(required=True, description="Les lignes touchées, en mots ; vide sinon.")
    by = graphene.String(
        required=True, description="Qui l'a fait ; le Département, sans autre nom."
    )
