"""End an agent's access to one's own portal."""

from __future__ import annotations

from typing import Any

import graphene

from api import rules
from api.context import Context
from api.mutations.base import OperationMutation
from api.scalars import public_id
from api.types.acting import AgentAccess
from tenants.acting import operations
from tenants.acting.access import access_session


class EndAgentAccessInput(graphene.InputObjectType):
    """L'accès à arrêter."""

    access_id = graphene.ID(required=True, description="L'accès (UUID).")


class EndAgentAccess(OperationMutation):
    """The person, or the agent, ends it."""

    class Meta:
        rule = rules.by_object

    class Arguments:
        input = EndAgentAccessInput(required=True, description="Ce qui est demandé.")

    about = {"NOT_FOUND": "access_id"}

    access = graphene.Field(AgentAccess, description="L'accès, terminé.")

    @classmethod
    def perform(  # type: ignore[override]  # a mutation names its own inputs
        cls, context: Context, *, access_id: str
    ) -> dict[str, Any]:
        session = access_session(context.require_user(), public_id(access_id))
        operations.end(session=session, actor=context.actor, at=context.at)
        session.refresh_from_db()
        return {"access": session}
