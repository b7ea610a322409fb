"""End one's own sessions."""

from __future__ import annotations

from typing import Any

import graphene

from api import rules
from api.context import Context
from api.mutations.base import OperationMutation
from api.scalars import public_id
from tenants.accounts import sign_ins


class EndSessionInput(graphene.InputObjectType):
    """Une session à soi."""

    session_id = graphene.ID(required=True, description="La session à fermer (UUID).")


class EndSession(OperationMutation):
    """Whoever holds that browser is signed out at its next request."""

    class Meta:
        rule = rules.by_object

    class Arguments:
        input = EndSessionInput(required=True, description="Ce qui est demandé.")

    about = {"NOT_FOUND": "session_id"}

    @classmethod
    def perform(cls, context: Context, *, session_id: str) -> dict[str, Any]:  # type: ignore[override]
        sign_ins.end_session(
            user=context.require_user(),
            public_id=public_id(session_id),
            actor=context.actor,
            at=context.at,
        )
        return {}


class EndSessionsInput(graphene.InputObjectType):
    """Toutes ses sessions, celle-ci comprise."""

    client_mutation_id = graphene.ID(description="Ce que l'appelant veut ; il n'est pas lu.")


class EndSessions(OperationMutation):
    """Sign out everywhere."""

    class Meta:
        rule = rules.by_object

    class Arguments:
        input = EndSessionsInput(required=True, description="Ce qui est demandé.")

    ended = graphene.Int(description="Combien de sessions ont été fermées.")

    @classmethod
    def perform(cls, context: Context, **_values: Any) -> dict[str, Any]:
        user = context.require_user()
        return {"ended": sign_ins.end_sessions(user=user, actor=context.actor, at=context.at)}
