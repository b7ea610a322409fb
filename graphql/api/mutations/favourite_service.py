"""Put a service first, or back in its place."""

from __future__ import annotations

import dataclasses
from typing import Any

import graphene

from api import rules
from api.context import Context
from api.mutations.base import OperationMutation
from api.scalars import public_id
from api.types.shared_services import Service
from federation.ent import operations
from federation.ent.access import access_open_service


class SetFavouriteServiceInput(graphene.InputObjectType):
    """Un service, et s'il est placé en premier."""

    service_id = graphene.ID(required=True, description="Le service (UUID).")
    is_favourite = graphene.Boolean(required=True, description="Vrai pour le placer en premier.")


class SetFavouriteService(OperationMutation):
    """Only among the services that are open to the person."""

    class Meta:
        rule = rules.by_object

    class Arguments:
        input = SetFavouriteServiceInput(required=True, description="Ce qui est demandé.")

    about = {"NOT_FOUND": "service_id"}

    service = graphene.Field(Service, description="Le service, à sa nouvelle place.")

    @classmethod
    def perform(  # type: ignore[override]  # a mutation names its own inputs
        cls, context: Context, *, service_id: str, is_favourite: bool
    ) -> dict[str, Any]:
        user = context.require_user()
        service = access_open_service(user, public_id(service_id), on=context.today)
        operations.set_favourite(
            user=user,
            service_code=service.code,
            is_favourite=is_favourite,
            on=context.today,
            at=context.at,
        )
        return {"service": dataclasses.replace(service, is_favourite=is_favourite)}
