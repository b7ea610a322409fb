"""Campaigns of Pass+ and the rules of what partners are paid. For agents."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from api.paging import Page, connection, page_of_rows
from api.scalars import Money
from api.types.enumerations import PartnerDomain, PassCampaignState
from federation.passplus.campaign_rows import CampaignRow, campaign_rows, campaigns
from federation.passplus.engine.pricing import Line
from federation.passplus.models import Campaign as CampaignRecord
from federation.passplus.models import ReimbursementRules as RulesRecord
from federation.passplus.reimbursing.rule_files import parse_pricing, pricing_text

ONE_DAY = datetime.timedelta(days=1)


def _place(name: str) -> Callable[[CampaignRow, GraphQLResolveInfo], int]:
    def resolve(row: CampaignRow, _info: GraphQLResolveInfo) -> int:
        return int(getattr(row.standing, name))

    return resolve


class PassCampaign(graphene.ObjectType):
    """Une campagne Pass+ : chaque euro accordé est à un seul endroit."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    code = graphene.String(required=True, description="Le code de son fichier.")
    scheme = graphene.String(required=True, description="Ce qui reste d'une année à l'autre.")
    label = graphene.String(required=True, description="Le nom.")
    is_illustrative = graphene.Boolean(
        required=True, description="Vrai si une règle au moins est un exemple."
    )
    state = graphene.Field(PassCampaignState, required=True, description="Où elle en est.")
    opens_on = graphene.Date(required=True, description="Le premier jour des inscriptions.")
    made_until = graphene.Date(
        required=True, description="Le dernier jour pour faire un ticket, compris."
    )
    used_until = graphene.Date(
        required=True, description="Le dernier jour où un partenaire prend un ticket, compris."
    )
    cards = graphene.Int(required=True, description="Les Pass+ accordés.")
    waiting = graphene.Int(required=True, description="Les inscriptions à étudier.")
    granted = graphene.Field(Money, required=True, description="Ce qui a été accordé.")
    in_purses = graphene.Field(Money, required=True, description="Dans les porte-monnaie.")
    on_tickets = graphene.Field(Money, required=True, description="Sur des tickets.")
    captured = graphene.Field(Money, required=True, description="Validé par des partenaires.")
    returned = graphene.Field(Money, required=True, description="Revenu au Département.")
    definition = graphene.String(
        required=True, description="Son fichier, en JSON : le lire redonne la même campagne."
    )

    resolve_granted = staticmethod(_place("granted"))
    resolve_in_purses = staticmethod(_place("purses"))
    resolve_on_tickets = staticmethod(_place("held"))
    resolve_captured = staticmethod(_place("captured"))
    resolve_returned = staticmethod(_place("returned"))

    @staticmethod
    def resolve_id(row: CampaignRow, _info: GraphQLResolveInfo) -> uuid.UUID:
        return row.public_id

    @staticmethod
    def resolve_code(row: CampaignRow, _info: GraphQLResolveInfo) -> str:
        return row.campaign.code

    @staticmethod
    def resolve_scheme(row: CampaignRow, _info: GraphQLResolveInfo) -> str:
        return row.campaign.scheme

    @staticmethod
    def resolve_label(row: CampaignRow, _info: GraphQLResolveInfo) -> str:
        return row.campaign.label

    @staticmethod
    def resolve_is_illustrative(row: CampaignRow, _info: GraphQLResolveInfo) -> bool:
        return row.campaign.is_illustrative

    @staticmethod
    def resolve_opens_on(row: CampaignRow, _info: GraphQLResolveInfo) -> datetime.date:
        return row.campaign.rules.registration.opens_on

    @staticmethod
    def resolve_made_until(row: CampaignRow, _info: GraphQLResolveInfo) -> datetime.date:
        return row.campaign.rules.tickets.issued_before - ONE_DAY

    @staticmethod
    def resolve_used_until(row: CampaignRow, _info: GraphQLResolveInfo) -> datetime.date:
        return row.campaign.rules.tickets.captured_before - ONE_DAY

    @staticmethod
    def resolve_definition(row: CampaignRow, _info: GraphQLResolveInfo) -> str:
        return json.dumps(row.campaign.definition, ensure_ascii=False)


PassCampaignConnection: Any = connection(PassCampaign, "des campagnes Pass+")


def campaigns_page(*, at: datetime.datetime, first: int | None, after: str | None) -> Page:
    """A page of the campaigns, the latest published first."""
    page = page_of_rows(campaigns(), order=("-pk",), first=first, after=after)
    return Page(campaign_rows(page.nodes, at=at), page.has_next_page, page.has_previous_page)


def campaign_node(campaign: CampaignRecord, *, at: datetime.datetime) -> CampaignRow:
    """One campaign by itself."""
    return campaign_rows([campaign], at=at)[0]


class PassRenewal(graphene.ObjectType):
    """Ce qu'un renouvellement donne, ou donnerait."""

    pupils = graphene.Int(required=True, description="Les élèves regardés.")
    cards = graphene.Int(required=True, description="Les Pass+ accordés.")
    credit = graphene.Field(Money, required=True, description="Le crédit donné.")

    @staticmethod
    def resolve_credit(renewed: Any, _info: GraphQLResolveInfo) -> int:
        return int(renewed.cents)


class ReimbursementLine(graphene.ObjectType):
    """Ce qui est versé d'un ticket. La première ligne qui convient s'applique."""

    domain = graphene.Field(PartnerDomain, description="Le domaine ; rien pour tous.")
    rate = graphene.Decimal(required=True, description="La part versée, en pour cent.")
    cap = graphene.Field(Money, description="Ce qui est versé au plus par ticket, s'il y a.")

    @staticmethod
    def resolve_domain(line: Line, _info: GraphQLResolveInfo) -> str | None:
        return None if line.domain is None else str(line.domain)

    @staticmethod
    def resolve_rate(line: Line, _info: GraphQLResolveInfo) -> Decimal:
        return line.rate

    @staticmethod
    def resolve_cap(line: Line, _info: GraphQLResolveInfo) -> int | None:
        return line.cap_cents


class ReimbursementRules(graphene.ObjectType):
    """Ce qui est versé aux partenaires, à partir d'un jour."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    code = graphene.String(required=True, description="Le code de leur fichier.")
    label = graphene.String(required=True, description="Le nom.")
    valid_from = graphene.Date(required=True, description="Le premier jour.")
    valid_until = graphene.Date(description="Le premier jour des suivantes, s'il y en a.")
    is_illustrative = graphene.Boolean(
        required=True, description="Vrai si une valeur au moins est un exemple."
    )
    lines = graphene.List(
        graphene.NonNull(ReimbursementLine), required=True, description="Ce qui est versé."
    )
    text = graphene.String(required=True, description="Leur fichier, en YAML.")

    @staticmethod
    def resolve_id(row: RulesRecord, _info: GraphQLResolveInfo) -> uuid.UUID:
        return row.public_id

    @staticmethod
    def resolve_lines(row: RulesRecord, _info: GraphQLResolveInfo) -> list[Line]:
        return list(parse_pricing(row.definition).lines)

    @staticmethod
    def resolve_text(row: RulesRecord, _info: GraphQLResolveInfo) -> str:
        return pricing_text(parse_pricing(row.definition))


class PricingForeseen(graphene.ObjectType):
    """Ce que des règles changeraient à ce qui est validé et n'est sur aucun relevé."""

    tickets = graphene.Int(required=True, description="Combien de tickets.")
    validated = graphene.Field(Money, required=True, description="Ce qui en est validé.")
    paid_now = graphene.Field(Money, required=True, description="Versé avec les règles publiées.")
    paid_then = graphene.Field(Money, required=True, description="Versé avec celles-ci.")

    @staticmethod
    def resolve_tickets(found: Any, _info: GraphQLResolveInfo) -> int:
        return int(found.dues)

    @staticmethod
    def resolve_validated(found: Any, _info: GraphQLResolveInfo) -> int:
        return int(found.gross_cents)

    @staticmethod
    def resolve_paid_now(found: Any, _info: GraphQLResolveInfo) -> int:
        return int(found.paid_now_cents)

    @staticmethod
    def resolve_paid_then(found: Any, _info: GraphQLResolveInfo) -> int:
        return int(found.paid_then_cents)
