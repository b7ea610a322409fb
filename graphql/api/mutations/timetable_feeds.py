"""Make a secret address for one's calendar, and take it back."""

from __future__ import annotations

from typing import Any

import graphene

from api import rules
from api.context import Context
from api.mutations.base import OperationMutation
from api.scalars import public_id
from api.types.timetables import TimetableFeed
from tenants.schoollife.timetable import operations
from tenants.schoollife.timetable.access import access_address, access_own_pupil
from tenants.schoollife.timetable.feeds import feed_path


class MakeTimetableFeedInput(graphene.InputObjectType):
    """Un enfant, ou tous."""

    child_id = graphene.ID(description="L'enfant (UUID) ; sans lui, tous ceux de la personne.")


class MakeTimetableFeed(OperationMutation):
    """Whoever has the address reads the lessons, until it is taken back."""

    class Meta:
        rule = rules.by_object

    class Arguments:
        input = MakeTimetableFeedInput(required=True, description="Ce qui est demandé.")

    about = {"NOT_FOUND": "child_id"}

    feed = graphene.Field(TimetableFeed, description="L'adresse, sans son secret.")
    address = graphene.String(description="L'adresse entière : elle n'est dite que maintenant.")

    @classmethod
    def perform(  # type: ignore[override]  # a mutation names its own inputs
        cls, context: Context, *, child_id: str | None = None
    ) -> dict[str, Any]:
        user = context.require_user()
        pupil = access_own_pupil(user, public_id(child_id)) if child_id else None
        feed, token = operations.make_feed_address(
            user=user, pupil=pupil, actor=context.actor, at=context.at
        )
        address = context.request.build_absolute_uri(feed_path(token))
        return {"feed": feed, "address": address}


class RevokeTimetableFeedInput(graphene.InputObjectType):
    """Une adresse à soi."""

    feed_id = graphene.ID(required=True, description="L'adresse à retirer (UUID).")


class RevokeTimetableFeed(OperationMutation):
    """It never works again."""

    class Meta:
        rule = rules.by_object

    class Arguments:
        input = RevokeTimetableFeedInput(required=True, description="Ce qui est demandé.")

    about = {"NOT_FOUND": "feed_id"}

    @classmethod
    def perform(cls, context: Context, *, feed_id: str) -> dict[str, Any]:  # type: ignore[override]
        address = access_address(context.require_user(), public_id(feed_id))
        operations.revoke_feed_address(address=address, actor=context.actor, at=context.at)
        return {}
