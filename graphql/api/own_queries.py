"""What a person reads of themselves: a part of `api.queries.Query`."""

from __future__ import annotations

import graphene
from graphql import GraphQLResolveInfo

from api import rules
from api.limits import LIST_LENGTHS
from api.paging import Page, page_of_rows, paged
from api.types.contests import PriceContestConnection
from api.types.enumerations import RightsWay
from api.types.security import OwnFactors, OwnIdentity, OwnSession, OwnSignIn
from billing.rights.queries import ways_offered
from billing.tariffs.access import visible_price_contests
from tenants.accounts import queries as accounts
from tenants.accounts.models import Session, SignIn
from tenants.accounts.queries import Factors
from tenants.identities import queries as identities
from tenants.identities.models import ExternalIdentity

IDENTITIES_SHOWN = LIST_LENGTHS["Query.ownIdentities"]


class OwnQuery(graphene.ObjectType):
    """What protects one's account, where it is open, what one said of a price, how to prove one's means."""

    own_sessions = graphene.List(
        graphene.NonNull(OwnSession),
        required=True,
        description="Les appareils où la personne est connectée, le dernier vu d'abord.",
    )
    own_sign_ins = graphene.List(
        graphene.NonNull(OwnSignIn),
        required=True,
        description="Les dernières connexions de la personne, refusées comprises.",
    )
    own_factors = graphene.Field(
        OwnFactors,
        required=True,
        description="Ce qui protège le compte de la personne en plus du mot de passe.",
    )
    own_identities = graphene.List(
        graphene.NonNull(OwnIdentity),
        required=True,
        description="Par quels services la personne entre, autrement que par son mot de passe.",
    )
    price_contests = paged(
        PriceContestConnection,
        "Les contestations de prix de la personne, la plus récente d'abord ; toutes, pour les agents.",
    )
    rights_ways = graphene.List(
        graphene.NonNull(RightsWay),
        required=True,
        description="Comment une famille peut faire connaître ses ressources aujourd'hui.",
    )

    @staticmethod
    @rules.by_object
    def resolve_own_sessions(_root: None, info: GraphQLResolveInfo) -> list[Session]:
        return accounts.sessions_of(info.context.require_user(), at=info.context.at)

    @staticmethod
    @rules.by_object
    def resolve_own_sign_ins(_root: None, info: GraphQLResolveInfo) -> list[SignIn]:
        return accounts.sign_ins_of(info.context.require_user())

    @staticmethod
    @rules.by_object
    def resolve_own_factors(_root: None, info: GraphQLResolveInfo) -> Factors:
        return accounts.factors_of(info.context.require_user())

    @staticmethod
    @rules.by_object
    def resolve_own_identities(_root: None, info: GraphQLResolveInfo) -> list[ExternalIdentity]:
        return list(identities.identities_of(info.context.require_user())[:IDENTITIES_SHOWN])

    @staticmethod
    @rules.by_object
    def resolve_price_contests(
        _root: None, info: GraphQLResolveInfo, first: int | None, after: str | None = None
    ) -> Page:
        rows = visible_price_contests(info.context.require_user())
        return page_of_rows(rows, order=("-opened_at", "-pk"), first=first, after=after)

    @staticmethod
    @rules.by_object
    def resolve_rights_ways(_root: None, info: GraphQLResolveInfo) -> list[str]:
        info.context.require_user()
        return [str(way) for way in ways_offered(on=info.context.today)]
