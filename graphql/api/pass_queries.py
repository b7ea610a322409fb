"""What is read at the root of Pass+: a part of `api.queries.Query`."""

from __future__ import annotations

from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from api import rules
from api.limits import LIST_LENGTHS
from api.paging import Page, id_of, page_of_rows, paged
from api.scalars import public_id
from api.types.enumerations import (
    PartnerDomain,
    PassRegistrationState,
)
from api.types.partners import Partner, PartnerConnection, partners_page
from api.types.pass_plus import PassTicket
from api.types.pass_registrations import (
    PassOffer,
    PassRegistration,
    PassRegistrationConnection,
    RegistrationNode,
    registration_node,
    registrations_page,
)
from api.types.reciprocity import (
    ClearingPosition,
    ClearingStatement,
    ClearingStatementConnection,
    ReciprocityAgreement,
)
from federation.passplus import clearing
from federation.passplus.access import access_own_ticket
from federation.passplus.clearing import Standing
from federation.passplus.directory import access_listed_partner
from federation.passplus.models import Partner as PartnerRow
from federation.passplus.models import Ticket as TicketRow
from federation.passplus.registrations.access import (
    access_registration,
    offers_of,
    visible_registrations,
)
from federation.passplus.registrations.queries import Offer
from federation.reciprocity import access as reciprocity_access
from federation.reciprocity import queries as reciprocity
from federation.reciprocity.models import Agreement, Statement

AGREEMENTS_SHOWN = LIST_LENGTHS["Query.reciprocityAgreements"]


class PassQuery(graphene.ObjectType):
    """What is read of Pass+, of its partners, and of what départements owe each other for it."""

    pass_ticket = graphene.Field(
        PassTicket, id=id_of("Le ticket"), description="Un ticket Pass+ à soi, ou de son enfant."
    )
    pass_registrations = paged(
        PassRegistrationConnection,
        "Les inscriptions au Pass+ que la personne a faites ; toutes, pour les agents.",
        state=graphene.Argument(PassRegistrationState, description="Seulement dans cet état."),
    )
    pass_registration = graphene.Field(
        PassRegistration, id=id_of("L'inscription"), description="Une inscription qu'on peut voir."
    )
    pass_offers = graphene.List(
        graphene.NonNull(PassOffer),
        required=True,
        description="Ce que la personne peut faire pour chaque enfant, campagne par campagne.",
    )
    partners = paged(
        PartnerConnection,
        "Les partenaires où un Pass+ se dépense, par nom, ou du plus proche d'une ville. Ouvert à tous.",
        text=graphene.Argument(graphene.String, description="Une activité, un nom ou une ville."),
        domain=graphene.Argument(PartnerDomain, description="Un domaine seulement."),
        near=graphene.Argument(
            graphene.String,
            description="Une ville d'Île-de-France, ou son code postal : ceux dont le lieu est connu.",
        ),
        within_km=graphene.Argument(
            graphene.Int, description="À cette distance au plus de la ville, en kilomètres."
        ),
    )
    partner = graphene.Field(
        Partner, id=id_of("Le partenaire"), description="Un partenaire affilié. Ouvert à tous."
    )
    reciprocity_agreements = graphene.List(
        graphene.NonNull(ReciprocityAgreement),
        required=True,
        description="Les conventions Pass+ entre départements, cinquante au plus. Pour les agents.",
    )
    clearing_positions = graphene.List(
        graphene.NonNull(ClearingPosition),
        required=True,
        description="Où l'on en est avec chaque autre département. Pour les agents.",
    )
    clearing_statements = paged(
        ClearingStatementConnection, "Les relevés entre départements. Pour les agents."
    )
    clearing_statement = graphene.Field(
        ClearingStatement, id=id_of("Le relevé"), description="Un relevé. Pour les agents."
    )

    @staticmethod
    @rules.by_object
    def resolve_pass_ticket(_root: None, info: GraphQLResolveInfo, id: str) -> TicketRow:  # noqa: A002
        return access_own_ticket(info.context.require_user(), public_id(id))

    @staticmethod
    @rules.by_object
    def resolve_pass_registrations(
        _root: None,
        info: GraphQLResolveInfo,
        first: int | None,
        after: str | None = None,
        state: Any = None,
    ) -> Page:
        rows = visible_registrations(info.context.require_user())
        if state is not None:
            rows = rows.filter(state=getattr(state, "value", state))
        order = ("-created_at", "-pk")
        return registrations_page(page_of_rows(rows, order=order, first=first, after=after))

    @staticmethod
    @rules.by_object
    def resolve_pass_registration(
        _root: None,
        info: GraphQLResolveInfo,
        id: str,  # noqa: A002
    ) -> RegistrationNode:
        return registration_node(access_registration(info.context.require_user(), public_id(id)))

    @staticmethod
    @rules.by_object
    def resolve_pass_offers(_root: None, info: GraphQLResolveInfo) -> list[Offer]:
        return offers_of(info.context.require_user(), at=info.context.at)

    @staticmethod
    @rules.anyone
    def resolve_partners(
        _root: None,
        _info: GraphQLResolveInfo,
        first: int | None,
        after: str | None = None,
        **asked: Any,
    ) -> Page:
        return partners_page(asked, first=first, after=after)

    @staticmethod
    @rules.anyone
    def resolve_partner(_root: None, _info: GraphQLResolveInfo, id: str) -> PartnerRow:  # noqa: A002
        return access_listed_partner(public_id(id))

    @staticmethod
    @rules.needs(*reciprocity_access.READS)
    def resolve_reciprocity_agreements(_root: None, _info: GraphQLResolveInfo) -> list[Agreement]:
        return list(reciprocity.agreements()[:AGREEMENTS_SHOWN])

    @staticmethod
    @rules.needs(*reciprocity_access.READS)
    def resolve_clearing_positions(_root: None, _info: GraphQLResolveInfo) -> list[Standing]:
        return clearing.standings()

    @staticmethod
    @rules.needs(*reciprocity_access.READS)
    def resolve_clearing_statements(
        _root: None, _info: GraphQLResolveInfo, first: int | None, after: str | None = None
    ) -> Page:
        order = ("-month", "-pk")
        return page_of_rows(reciprocity.statements(), order=order, first=first, after=after)

    @staticmethod
    @rules.by_object
    def resolve_clearing_statement(
        _root: None,
        info: GraphQLResolveInfo,
        id: str,  # noqa: A002
    ) -> Statement:
        return reciprocity_access.access_statement(info.context.require_user(), public_id(id))
