"""What is read at the root of campaigns and partners: a part of `api.queries.Query`."""

from __future__ import annotations

from typing import Any

import graphene
from django.db.models import QuerySet
from graphql import GraphQLResolveInfo

from api import rules
from api.context import Context
from api.limits import LIST_LENGTHS
from api.mutations.family_rights import value_of
from api.mutations.tills import guesser
from api.paging import Page, id_of, page_of_rows, paged
from api.scalars import public_id
from api.types.campaigns import PassCampaignConnection, ReimbursementRules, campaigns_page
from api.types.enumerations import PartnerApplicationState, PayoutState, StatementDisputeState
from api.types.partner_applications import PartnerApplication, PartnerApplicationConnection
from api.types.partner_corrections import PartnerCorrectionConnection
from api.types.partner_payments import (
    PartnerPayoutConnection,
    PartnerRun,
    PartnerRunConnection,
    PartnerStatement,
    StatementDisputeConnection,
    StatementNode,
    run_node,
    runs_page,
    statement_nodes,
)
from api.types.partner_spaces import PartnerPlace, PartnerSpace
from api.types.tills import TillTicket
from federation.passplus import queries as passplus
from federation.passplus import till_queries
from federation.passplus.models import PartnerApplication as ApplicationRow
from federation.passplus.models import PartnerMember
from federation.passplus.models import ReimbursementRules as RulesRow
from federation.passplus.partner_access import access_application
from federation.passplus.reimbursing import queries as reimbursing
from federation.passplus.reimbursing.access import access_partner_run, access_partner_statement
from federation.passplus.reimbursing.queries import RunRow
from federation.passplus.sending import LONGEST_TEXT
from federation.passplus.till_access import memberships
from federation.passplus.till_queries import TicketAtTill, TicketElsewhere
from tenants.accounts.capabilities import Capability
from ui.guessing import guesses_counted

RULES_SHOWN = LIST_LENGTHS["Query.reimbursementRules"]
SPACES_SHOWN = LIST_LENGTHS["Query.partnerSpaces"]
_SEES_CAMPAIGNS = (Capability.READ_FILES, Capability.READ_MONEY, Capability.MANAGE_PASSPLUS)


class PartnerQuery(graphene.ObjectType):
    """What is read of campaigns, of partners' tills, and of what partners are paid."""

    pass_campaigns = paged(
        PassCampaignConnection,
        "Les campagnes Pass+, la dernière publiée d'abord. Pour les agents.",
    )
    reimbursement_rules = graphene.List(
        graphene.NonNull(ReimbursementRules),
        required=True,
        description="Ce qui est versé aux partenaires, règles récentes d'abord. Pour les agents.",
    )

    partner_spaces = graphene.List(
        graphene.NonNull(PartnerPlace),
        required=True,
        description="Les partenaires pour qui la personne travaille. Pour leur espace.",
    )
    partner_space = graphene.Field(
        PartnerSpace,
        id=id_of("Sa place chez le partenaire"),
        description="Un partenaire pour qui la personne travaille. Pour leur espace.",
    )
    till_ticket = graphene.Field(
        TillTicket,
        membership_id=id_of("Sa place chez le partenaire"),
        ticket=graphene.Argument(
            graphene.String, required=True, description="Le code tapé, ou le texte du carré."
        ),
        description="Un ticket que ce partenaire peut valider. Pour leur espace.",
    )

    partner_runs = paged(
        PartnerRunConnection, "Les paiements des partenaires, le dernier d'abord. Pour les agents."
    )
    partner_run = graphene.Field(
        PartnerRun, id=id_of("Le paiement"), description="Un paiement. Pour les agents."
    )
    partner_statement = graphene.Field(
        PartnerStatement, id=id_of("Le relevé"), description="Un relevé. Pour les agents."
    )
    partner_payouts = paged(
        PartnerPayoutConnection,
        "Les virements aux partenaires, le dernier d'abord. Pour les agents.",
        state=graphene.Argument(PayoutState, description="Seulement dans cet état."),
    )
    partner_corrections = paged(
        PartnerCorrectionConnection, "Les corrections, la dernière d'abord. Pour les agents."
    )
    statement_disputes = paged(
        StatementDisputeConnection,
        "Ce que des partenaires contestent, le dernier d'abord. Pour les agents.",
        state=graphene.Argument(StatementDisputeState, description="Seulement dans cet état."),
    )

    own_partner_application = graphene.Field(
        PartnerApplication,
        description="La demande de partenariat ouverte sur cet appareil ; rien sans code.",
    )
    partner_applications = paged(
        PartnerApplicationConnection,
        "Les demandes de partenariat, la plus récente d'abord. Pour les agents.",
        state=graphene.Argument(PartnerApplicationState, description="Seulement dans cet état."),
    )
    partner_application = graphene.Field(
        PartnerApplication, id=id_of("La demande"), description="Une demande. Pour les agents."
    )

    @staticmethod
    @rules.anyone
    def resolve_own_partner_application(
        _root: None, info: GraphQLResolveInfo
    ) -> ApplicationRow | None:
        context: Context = info.context
        return context.application

    @staticmethod
    @rules.needs(Capability.MANAGE_PARTNERS)
    def resolve_partner_applications(
        _root: None,
        _info: GraphQLResolveInfo,
        first: int | None,
        after: str | None = None,
        state: Any = None,
    ) -> Page:
        rows = _in_state(passplus.applications(), state)
        return page_of_rows(rows, order=("-created_at", "-pk"), first=first, after=after)

    @staticmethod
    @rules.by_object
    def resolve_partner_application(
        _root: None,
        info: GraphQLResolveInfo,
        id: str,  # noqa: A002
    ) -> ApplicationRow:
        return access_application(info.context.require_user(), public_id(id))

    @staticmethod
    @rules.needs(Capability.READ_MONEY)
    def resolve_partner_runs(
        _root: None, _info: GraphQLResolveInfo, first: int | None, after: str | None = None
    ) -> Page:
        return runs_page(first=first, after=after)

    @staticmethod
    @rules.by_object
    def resolve_partner_run(_root: None, info: GraphQLResolveInfo, id: str) -> RunRow:  # noqa: A002
        return run_node(access_partner_run(info.context.require_user(), public_id(id)))

    @staticmethod
    @rules.by_object
    def resolve_partner_statement(
        _root: None,
        info: GraphQLResolveInfo,
        id: str,  # noqa: A002
    ) -> StatementNode:
        found = access_partner_statement(info.context.require_user(), public_id(id))
        return statement_nodes([found])[0]

    @staticmethod
    @rules.needs(Capability.READ_MONEY)
    def resolve_partner_payouts(
        _root: None,
        _info: GraphQLResolveInfo,
        first: int | None,
        after: str | None = None,
        state: Any = None,
    ) -> Page:
        rows = _in_state(reimbursing.payouts(), state)
        return page_of_rows(rows, order=("-pk",), first=first, after=after)

    @staticmethod
    @rules.needs(Capability.READ_MONEY)
    def resolve_partner_corrections(
        _root: None, _info: GraphQLResolveInfo, first: int | None, after: str | None = None
    ) -> Page:
        order = ("-asked_at", "-pk")
        return page_of_rows(reimbursing.corrections(), order=order, first=first, after=after)

    @staticmethod
    @rules.needs(Capability.READ_MONEY)
    def resolve_statement_disputes(
        _root: None,
        _info: GraphQLResolveInfo,
        first: int | None,
        after: str | None = None,
        state: Any = None,
    ) -> Page:
        rows = _in_state(reimbursing.disputes(), state)
        return page_of_rows(rows, order=("-opened_at", "-pk"), first=first, after=after)

    @staticmethod
    @rules.by_partner
    def resolve_partner_spaces(_root: None, info: GraphQLResolveInfo) -> list[PartnerMember]:
        return memberships(info.context.require_partner_user())[:SPACES_SHOWN]

    @staticmethod
    @rules.by_partner
    def resolve_partner_space(
        _root: None,
        info: GraphQLResolveInfo,
        id: str,  # noqa: A002
    ) -> PartnerMember:
        found: PartnerMember = info.context.member(id)
        return found

    @staticmethod
    @rules.by_partner
    def resolve_till_ticket(
        _root: None, info: GraphQLResolveInfo, membership_id: str, ticket: str
    ) -> TicketAtTill | TicketElsewhere:
        member = info.context.member(membership_id)
        with guesses_counted(*guesser(info.context, member)):
            return till_queries.ticket_at_till(
                member.partner, ticket[:LONGEST_TEXT], at=info.context.at
            )

    @staticmethod
    @rules.needs(*_SEES_CAMPAIGNS)
    def resolve_pass_campaigns(
        _root: None, info: GraphQLResolveInfo, first: int | None, after: str | None = None
    ) -> Page:
        return campaigns_page(at=info.context.at, first=first, after=after)

    @staticmethod
    @rules.needs(Capability.READ_MONEY)
    def resolve_reimbursement_rules(_root: None, _info: GraphQLResolveInfo) -> list[RulesRow]:
        return list(reimbursing.rules_published()[:RULES_SHOWN])


def _in_state(rows: QuerySet[Any], state: Any) -> QuerySet[Any]:
    """All of them, or those in the state that is asked for."""
    return rows if state is None else rows.filter(state=value_of(state))
