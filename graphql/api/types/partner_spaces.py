"""A partner for which the person works: its tills, what was validated, what it is paid."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import graphene
from django.db.models import QuerySet
from graphql import GraphQLResolveInfo

from api.context import Context
from api.limits import LIST_LENGTHS
from api.paging import Page, page_of_rows, paged
from api.scalars import Money, public_id
from api.types.enumerations import PartnerDomain, PartnerRoleName
from api.types.partner_payments import PartnerStatementConnection, statements_page
from api.types.partner_teams import (
    PartnerBankAccount,
    PartnerChange,
    PartnerColleague,
    PartnerGuest,
    PartnerSheet,
    PartnerSheetChange,
)
from api.types.tills import Till, TillCaptureConnection, TillDay
from commons.errors import Forbidden
from federation.passplus import sheet_queries, till_access, till_queries
from federation.passplus.models import (
    Partner,
    PartnerIban,
    PartnerInvitation,
    PartnerMember,
    SheetProposal,
)
from federation.passplus.models import Till as TillRow
from federation.passplus.models import TillCapture as CaptureRow
from federation.passplus.reimbursing import queries
from federation.passplus.till_queries import DayOfTill
from ui.partner_history import Change, history_of

TILLS_SHOWN = LIST_LENGTHS["PartnerSpace.tills"]
TEAM_SHOWN = LIST_LENGTHS["PartnerSpace.team"]
HISTORY_SHOWN = LIST_LENGTHS["PartnerSpace.history"]
INVITATIONS_SHOWN = LIST_LENGTHS["PartnerSpace.invitations"]


class PartnerPlace(graphene.ObjectType):
    """Un partenaire pour lequel la personne travaille, en bref."""

    id = graphene.ID(required=True, description="Sa place chez ce partenaire (UUID).")
    partner = graphene.String(required=True, description="Le nom du partenaire.")
    role = graphene.Field(PartnerRoleName, required=True, description="Ce que la personne y fait.")

    @staticmethod
    def resolve_id(member: PartnerMember, _info: GraphQLResolveInfo) -> uuid.UUID:
        return member.public_id

    @staticmethod
    def resolve_partner(member: PartnerMember, _info: GraphQLResolveInfo) -> str:
        return member.partner.name


class PartnerSpace(graphene.ObjectType):
    """Un partenaire pour lequel la personne travaille."""

    id = graphene.ID(required=True, description="Sa place chez ce partenaire (UUID).")
    partner_id = graphene.ID(required=True, description="Le partenaire (UUID).")
    partner = graphene.String(required=True, description="Le nom du partenaire.")
    domains = graphene.List(
        graphene.NonNull(PartnerDomain), required=True, description="Ce qu'un ticket y paie."
    )
    role = graphene.Field(PartnerRoleName, required=True, description="Ce que la personne y fait.")
    tills = graphene.List(
        graphene.NonNull(Till), required=True, description="Ses caisses ouvertes, par nom."
    )
    today = graphene.Field(TillDay, required=True, description="La journée.")
    captures = paged(
        TillCaptureConnection,
        "Ce qui est validé, le plus récent d'abord ; les refus d'un téléphone aussi.",
        till_id=graphene.Argument(graphene.ID, description="Une caisse seulement (UUID)."),
    )
    statements = paged(
        PartnerStatementConnection,
        "Ses relevés émis, le dernier d'abord. Pour qui gère le partenaire.",
    )
    unstated = graphene.Field(
        Money, description="Ce qui est validé et n'est sur aucun relevé, pour qui le gère."
    )
    owed_back = graphene.Field(
        Money, description="Ce qui a été payé en trop et reste à retenir, pour qui le gère."
    )

    team = graphene.List(
        graphene.NonNull(PartnerColleague), description="Qui y travaille, pour qui le gère."
    )
    invitations = graphene.List(
        graphene.NonNull(PartnerGuest), description="Qui est invité, pour qui le gère."
    )
    sheet = graphene.Field(PartnerSheet, description="Sa fiche, pour qui le gère.")
    sheet_change = graphene.Field(
        PartnerSheetChange, description="Le changement qui attend une réponse, pour qui le gère."
    )
    accounts = graphene.List(
        graphene.NonNull(PartnerBankAccount),
        description="Le compte payé, et celui qui attend d'être vérifié, pour qui le gère.",
    )
    history = graphene.List(
        graphene.NonNull(PartnerChange),
        description="Ce que sa fiche et son compte sont devenus, pour qui le gère.",
    )

    @staticmethod
    def resolve_team(
        member: PartnerMember, _info: GraphQLResolveInfo
    ) -> list[PartnerMember] | None:
        if not member.is_manager:
            return None
        return till_queries.members_of(member.partner)[:TEAM_SHOWN]

    @staticmethod
    def resolve_invitations(
        member: PartnerMember, info: GraphQLResolveInfo
    ) -> list[PartnerInvitation] | None:
        if not member.is_manager:
            return None
        found = till_queries.invitations_of(member.partner, at=info.context.at)
        return found[:INVITATIONS_SHOWN]

    @staticmethod
    def resolve_sheet(member: PartnerMember, _info: GraphQLResolveInfo) -> Partner | None:
        return member.partner if member.is_manager else None

    @staticmethod
    def resolve_sheet_change(
        member: PartnerMember, _info: GraphQLResolveInfo
    ) -> SheetProposal | None:
        return sheet_queries.waiting_sheet(member.partner) if member.is_manager else None

    @staticmethod
    def resolve_accounts(
        member: PartnerMember, _info: GraphQLResolveInfo
    ) -> list[PartnerIban] | None:
        if not member.is_manager:
            return None
        given = sheet_queries.accounts_of(member.partner)
        return [one for one in given if one.closed_at is None]

    @staticmethod
    def resolve_history(
        member: PartnerMember, _info: GraphQLResolveInfo
    ) -> tuple[Change, ...] | None:
        return history_of(member.partner)[:HISTORY_SHOWN] if member.is_manager else None

    @staticmethod
    def resolve_statements(
        member: PartnerMember,
        _info: GraphQLResolveInfo,
        first: int | None,
        after: str | None = None,
    ) -> Page:
        if not member.is_manager:  # a till's people see what they validate, not what is paid
            raise Forbidden(member=str(member.public_id))
        rows = queries.issued_statements(member.partner)
        return statements_page(rows, order=("-issued_at", "-pk"), first=first, after=after)

    @staticmethod
    def resolve_unstated(member: PartnerMember, info: GraphQLResolveInfo) -> int | None:
        if not member.is_manager:
            return None
        return queries.unstated_cents(member.partner, at=info.context.at)

    @staticmethod
    def resolve_owed_back(member: PartnerMember, _info: GraphQLResolveInfo) -> int | None:
        return queries.owed_back_cents(member.partner) if member.is_manager else None

    @staticmethod
    def resolve_id(member: PartnerMember, _info: GraphQLResolveInfo) -> uuid.UUID:
        return member.public_id

    @staticmethod
    def resolve_partner_id(member: PartnerMember, _info: GraphQLResolveInfo) -> uuid.UUID:
        return member.partner.public_id

    @staticmethod
    def resolve_partner(member: PartnerMember, _info: GraphQLResolveInfo) -> str:
        return member.partner.name

    @staticmethod
    def resolve_domains(member: PartnerMember, _info: GraphQLResolveInfo) -> Sequence[str]:
        return list(member.partner.domains)

    @staticmethod
    def resolve_tills(member: PartnerMember, _info: GraphQLResolveInfo) -> list[TillRow]:
        return till_queries.open_tills(member.partner)[:TILLS_SHOWN]

    @staticmethod
    def resolve_today(member: PartnerMember, info: GraphQLResolveInfo) -> DayOfTill:
        context: Context = info.context
        return till_queries.day_of_partner(member.partner, on=context.today)

    @staticmethod
    def resolve_captures(
        member: PartnerMember,
        _info: GraphQLResolveInfo,
        first: int | None,
        after: str | None = None,
        till_id: str | None = None,
    ) -> Page:
        rows: QuerySet[CaptureRow] = till_queries.captures_of(member.partner)
        if till_id is not None:
            rows = rows.filter(till=till_access.access_till(member, public_id(till_id)))
        return page_of_rows(rows, order=("-booked_at", "-pk"), first=first, after=after)
