"""An agent's access to the portal of the person who asks."""

from __future__ import annotations

import uuid

import graphene
from django.utils import timezone
from graphql import GraphQLResolveInfo

from tenants.acting.models import ActingSession
from tenants.acting.queries import is_running


class AgentAccess(graphene.ObjectType):
    """Un agent a ouvert le portail de la personne pour l'aider."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    agent = graphene.String(required=True, description="Le nom de l'agent.")
    reason = graphene.String(required=True, description="Pourquoi.")
    started_at = graphene.DateTime(required=True, description="Quand l'accès a commencé.")
    ended_at = graphene.DateTime(required=True, description="Quand il finit, au plus tard.")
    is_running = graphene.Boolean(required=True, description="S'il est encore ouvert.")
    widened_for = graphene.String(
        required=True, description="Pourquoi l'agent a pu remplir ; vide s'il n'a fait que lire."
    )

    @staticmethod
    def resolve_id(session: ActingSession, _info: GraphQLResolveInfo) -> uuid.UUID:
        return session.public_id

    @staticmethod
    def resolve_agent(session: ActingSession, _info: GraphQLResolveInfo) -> str:
        return session.agent.get_full_name()

    @staticmethod
    def resolve_ended_at(session: ActingSession, _info: GraphQLResolveInfo) -> object:
        return session.ended_at or session.expires_at

    @staticmethod
    def resolve_is_running(session: ActingSession, _info: GraphQLResolveInfo) -> bool:
        return is_running(session, at=timezone.now())
