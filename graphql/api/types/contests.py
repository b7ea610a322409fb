"""What a guardian says is wrong in a price, and the answer."""

from __future__ import annotations

import uuid
from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from api.paging import connection
from api.scalars import Money
from api.types.enumerations import ContestState
from billing.tariffs.models import PriceContest as ContestRow


class PriceContest(graphene.ObjectType):
    """Ce qu'un responsable dit faux dans un prix, et la réponse."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    state = graphene.Field(ContestState, required=True, description="Où elle en est.")
    text = graphene.String(required=True, description="Ce que la famille a écrit.")
    opened_at = graphene.DateTime(required=True, description="Quand elle a été reçue.")
    answer = graphene.String(
        required=True, description="La réponse ; vide tant qu'il n'y en a pas."
    )
    answered_at = graphene.DateTime(description="Quand la réponse a été donnée.")
    contested = graphene.Field(Money, required=True, description="Le prix contesté.")
    new_price = graphene.Field(Money, description="Le nouveau prix, si elle est acceptée.")

    @staticmethod
    def resolve_id(contest: ContestRow, _info: GraphQLResolveInfo) -> uuid.UUID:
        return contest.public_id

    @staticmethod
    def resolve_state(contest: ContestRow, _info: GraphQLResolveInfo) -> str:
        return str(contest.state)

    @staticmethod
    def resolve_contested(contest: ContestRow, _info: GraphQLResolveInfo) -> int:
        return contest.decision.unit_price_cents

    @staticmethod
    def resolve_new_price(contest: ContestRow, _info: GraphQLResolveInfo) -> int | None:
        return contest.new_decision.unit_price_cents if contest.new_decision else None


PriceContestConnection: Any = connection(PriceContest, "des contestations de prix")
