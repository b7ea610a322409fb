"""How the person who asks comes in, and where they are; of nobody else, whoever asks."""

from __future__ import annotations

import datetime
import uuid

import graphene
from graphql import GraphQLResolveInfo

from api.limits import LIST_LENGTHS
from api.types.enumerations import SignInOutcome
from tenants.accounts.models import Passkey, Session, SignIn
from tenants.accounts.queries import Factors
from tenants.accounts.sessions import digest_of
from tenants.identities.models import ExternalIdentity
from ui.ways import provider_of, way_in

PASSKEYS_SHOWN = LIST_LENGTHS["OwnFactors.passkeys"]


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


class OwnPasskey(graphene.ObjectType):
    """Une clé d'accès de la personne."""

    id = graphene.ID(required=True, description="La clé (UUID).")
    name = graphene.String(required=True, description="Le nom que la personne lui a donné.")
    created_at = graphene.DateTime(required=True, description="Quand elle a été ajoutée.")
    used_at = graphene.DateTime(description="Quand elle a servi la dernière fois.")

    @staticmethod
    def resolve_id(passkey: Passkey, _info: GraphQLResolveInfo) -> uuid.UUID:
        return passkey.public_id


class OwnFactors(graphene.ObjectType):
    """Ce qui protège le compte en plus du mot de passe."""

    codes_since = graphene.DateTime(
        description="Depuis quand une application donne des codes ; rien s'il n'y en a pas."
    )
    passkeys = graphene.List(
        graphene.NonNull(OwnPasskey),
        required=True,
        description="Les clés d'accès, la plus vieille d'abord.",
    )
    recovery_codes = graphene.Int(
        required=True, description="Combien de codes de secours peuvent encore servir."
    )

    @staticmethod
    def resolve_codes_since(own: Factors, _info: GraphQLResolveInfo) -> datetime.datetime | None:
        return own.authenticator.created_at if own.authenticator else None

    @staticmethod
    def resolve_passkeys(own: Factors, _info: GraphQLResolveInfo) -> list[Passkey]:
        return list(own.passkeys[:PASSKEYS_SHOWN])


class OwnIdentity(graphene.ObjectType):
    """Une identité par laquelle la personne entre : ÉduConnect, FranceConnect, un autre département."""

    id = graphene.ID(required=True, description="L'identité (UUID).")
    provider = graphene.String(required=True, description="Le service, en mots.")
    departement = graphene.String(
        required=True, description="Le code de l'autre département ; vide pour un service national."
    )
    linked_at = graphene.DateTime(required=True, description="Quand elle a été reliée au compte.")
    used_at = graphene.DateTime(description="Quand elle a servi la dernière fois.")

    @staticmethod
    def resolve_id(identity: ExternalIdentity, _info: GraphQLResolveInfo) -> uuid.UUID:
        return identity.public_id

    @staticmethod
    def resolve_provider(identity: ExternalIdentity, _info: GraphQLResolveInfo) -> str:
        return provider_of(identity)

    @staticmethod
    def resolve_departement(identity: ExternalIdentity, _info: GraphQLResolveInfo) -> str:
        return identity.departement_code
