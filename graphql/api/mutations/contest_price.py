"""Contest a price of one's own child."""

from __future__ import annotations

from typing import Any

import graphene

from api import rules
from api.context import Context
from api.mutations.base import OperationMutation
from api.scalars import public_id
from api.types.contests import PriceContest
from billing.tariffs import operations
from billing.tariffs.access import access_own_price


class ContestPriceInput(graphene.InputObjectType):
    """Ce qui ne va pas dans le prix d'un enfant à soi."""

    price_id = graphene.ID(required=True, description="Le prix décidé (UUID).")
    text = graphene.String(required=True, description="Ce qui ne va pas, en une ou deux phrases.")


class ContestPrice(OperationMutation):
    """A guardian of the child alone contests its price."""

    class Meta:
        rule = rules.by_object

    class Arguments:
        input = ContestPriceInput(required=True, description="Ce qui est demandé.")

    about = {
        "NOT_FOUND": "price_id",
        "TARIFF_CONTEST_ALREADY_OPEN": "price_id",
        "TARIFF_CONTESTED_PRICE_OVER": "price_id",
    }

    contest = graphene.Field(PriceContest, description="La contestation, en attente de réponse.")

    @classmethod
    def perform(  # type: ignore[override]  # a mutation names its own inputs
        cls, context: Context, *, price_id: str, text: str
    ) -> dict[str, Any]:
        decision, guardian = access_own_price(context.require_user(), public_id(price_id))
        contest = operations.contest_price(
            decision=decision, guardian=guardian, text=text, actor=context.actor, at=context.at
        )
        return {"contest": contest}
