"""Shared services, as they are open to the person who asks."""

from __future__ import annotations

import uuid

import graphene
from django.urls import reverse
from graphene_federation import key
from graphql import GraphQLResolveInfo

from api.types.enumerations import ServiceAttribute, ServiceCategory
from federation.ent.queries import OpenService


@key("code")
class Service(graphene.ObjectType):
    """Un service ouvert à la personne connectée."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    code = graphene.String(required=True, description="Son code, qui ne change pas.")
    name = graphene.String(required=True, description="Son nom.")
    description = graphene.String(required=True, description="Ce qu'il fait.")
    editor = graphene.String(required=True, description="Qui le fait.")
    category = graphene.Field(ServiceCategory, required=True, description="Sa rubrique.")
    is_native = graphene.Boolean(required=True, description="Fait par Socle : rien ne sort.")
    is_ready = graphene.Boolean(required=True, description="Faux : annoncé, il ne s'ouvre pas.")
    is_favourite = graphene.Boolean(required=True, description="Placé en premier.")
    down_since = graphene.DateTime(description="En panne depuis ; rien quand il marche.")
    children = graphene.List(
        graphene.NonNull(graphene.String),
        required=True,
        description="Les prénoms des enfants pour qui un responsable l'a ; vide pour les autres.",
    )
    told = graphene.List(
        graphene.NonNull(ServiceAttribute),
        required=True,
        description="Ce qu'il reçoit de la personne, avec un identifiant qui ne sert que chez lui.",
    )
    launch_path = graphene.String(
        description="La page d'ici qui l'ouvre ; rien s'il ne s'ouvre pas."
    )

    @staticmethod
    def resolve_id(service: OpenService, _info: GraphQLResolveInfo) -> uuid.UUID:
        return service.public_id

    @staticmethod
    def resolve_category(service: OpenService, _info: GraphQLResolveInfo) -> str:
        return service.category

    @staticmethod
    def resolve_is_ready(service: OpenService, _info: GraphQLResolveInfo) -> bool:
        return service.can_be_launched

    @staticmethod
    def resolve_children(service: OpenService, _info: GraphQLResolveInfo) -> list[str]:
        return [child.first_name for child in service.children]

    @staticmethod
    def resolve_told(service: OpenService, _info: GraphQLResolveInfo) -> list[str]:
        return [attribute.value for attribute in service.granted]

    @staticmethod
    def resolve_launch_path(service: OpenService, _info: GraphQLResolveInfo) -> str | None:
        if not service.can_be_launched:
            return None
        return reverse("portal:service-launch", args=[service.code])
