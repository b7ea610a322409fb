"""The sessions and sign-ins of the person who asks; of nobody else, whoever asks."""

from __future__ import annotations

import uuid

import graphene
from graphql import GraphQLResolveInfo

from api.types.enumerations import SignInOutcome
from tenants.accounts.models import Session, SignIn
from tenants.accounts.sessions import digest_of
from ui.ways import way_in


class OwnSession(graphene.ObjectType):
    """Un appareil où la personne est connectée."""

    id = graphene.ID(required=True, description="La session (UUID).")
    device = graphene.String(
        required=True, description="L'appareil, en mots ; vide quand il est inconnu."
    )
    network = graphene.String(
        required=True, description="Le réseau, sans sa dernière partie ; vide quand il est inconnu."
    )
    opened_at = graphene.DateTime(required=True, description="Quand elle a été ouverte.")
    seen_at = graphene.DateTime(required=True, description="Quand elle a servi, à la minute près.")
    is_this_one = graphene.Boolean(
        required=True, description="Vrai pour la session qui pose la question."
    )

    @staticmethod
    def resolve_id(session: Session, _info: GraphQLResolveInfo) -> uuid.UUID:
        return session.public_id

    @staticmethod
    def resolve_network(session: Session, _info: GraphQLResolveInfo) -> str:
        return session.place

    @staticmethod
    def resolve_is_this_one(session: Session, info: GraphQLResolveInfo) -> bool:
        return session.key_digest == digest_of(info.context.request.session.session_key)


class OwnSignIn(graphene.ObjectType):
    """Une connexion, réussie ou refusée."""

    at = graphene.DateTime(required=True, description="Quand.")
    way = graphene.String(required=True, description="Le moyen, en mots.")
    outcome = graphene.Field(SignInOutcome, required=True, description="Réussie, ou refusée.")
    device = graphene.String(
        required=True, description="L'appareil, en mots ; vide quand il est inconnu."
    )
    network = graphene.String(
        required=True, description="Le réseau, sans sa dernière partie ; vide quand il est inconnu."
    )
    is_new_device = graphene.Boolean(
        required=True, description="Vrai si l'appareil n'avait jamais servi à cette personne."
    )

    @staticmethod
    def resolve_way(sign_in: SignIn, _info: GraphQLResolveInfo) -> str:
        return way_in(sign_in.way)

    @staticmethod
    def resolve_network(sign_in: SignIn, _info: GraphQLResolveInfo) -> str:
        return sign_in.place
