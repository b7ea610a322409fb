"""Enrolments in the canteen."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from api.loaders import Children
from api.types.enumerations import EnrolmentState, MealService, Weekday, weekdays_of
from billing.canteen.models import Enrolment, EnrolmentPayer
from billing.canteen.overviews import MonthOverview, month_overview
from billing.tariffs.queries import ExplainedPrice
from commons.school_calendar import SchoolYear


class EnrolmentShare(graphene.ObjectType):
    """Ce qu'une personne paie d'une inscription."""

    full_name = graphene.String(required=True, description="Prénom et nom du payeur.")
    share_bp = graphene.Int(
        required=True, description="Sa part, en dix-millièmes : 5000 pour la moitié."
    )

    @staticmethod
    def resolve_full_name(payer: EnrolmentPayer, _info: GraphQLResolveInfo) -> str:
        return payer.guardian.full_name


@dataclasses.dataclass(frozen=True, slots=True)
class EnrolmentNode:
    """An enrolment, in the batch it was read with."""

    enrolment: Enrolment
    batch: Children


class CanteenEnrolment(graphene.ObjectType):
    """Une inscription à la cantine."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    school_year = graphene.String(
        required=True, description="L'année scolaire, par exemple « 2026-2027 »."
    )
    service = graphene.Field(MealService, required=True, description="Le service.")
    state = graphene.Field(EnrolmentState, required=True, description="L'état.")
    weekdays = graphene.List(
        graphene.NonNull(Weekday), required=True, description="Les jours de repas de la semaine."
    )
    valid_from = graphene.Date(description="Premier jour ; absent d'une inscription commencée.")
    valid_until = graphene.Date(description="Fin, exclue : le premier jour sans repas.")
    college_name = graphene.String(required=True, description="Le nom du collège de ces repas.")
    payers = graphene.List(
        graphene.NonNull(EnrolmentShare),
        required=True,
        description="Qui paie, et quelle part. Un parent ne voit que la sienne.",
    )
    price = graphene.Field(
        "api.types.prices.MealPrice", description="Le prix d'un repas, s'il est décidé."
    )

    month = graphene.Field(
        "api.types.meals.MealMonth",
        of=graphene.Date(required=True, description="Un jour du mois."),
        description="Un mois de repas ; rien hors de l'année scolaire de l'inscription.",
    )

    @staticmethod
    def resolve_id(node: EnrolmentNode, _info: GraphQLResolveInfo) -> uuid.UUID:
        return node.enrolment.public_id

    @staticmethod
    def resolve_school_year(node: EnrolmentNode, _info: GraphQLResolveInfo) -> str:
        return SchoolYear(node.enrolment.school_year).label

    @staticmethod
    def resolve_service(node: EnrolmentNode, _info: GraphQLResolveInfo) -> str:
        return node.enrolment.service

    @staticmethod
    def resolve_state(node: EnrolmentNode, _info: GraphQLResolveInfo) -> str:
        return node.enrolment.state

    @staticmethod
    def resolve_weekdays(node: EnrolmentNode, _info: GraphQLResolveInfo) -> list[int]:
        return weekdays_of(node.enrolment.weekdays)

    @staticmethod
    def resolve_valid_from(node: EnrolmentNode, _info: GraphQLResolveInfo) -> Any:
        return node.enrolment.valid_from

    @staticmethod
    def resolve_valid_until(node: EnrolmentNode, _info: GraphQLResolveInfo) -> Any:
        return node.enrolment.valid_until

    @staticmethod
    def resolve_college_name(node: EnrolmentNode, _info: GraphQLResolveInfo) -> str:
        return node.enrolment.college.name

    @staticmethod
    def resolve_payers(node: EnrolmentNode, _info: GraphQLResolveInfo) -> list[EnrolmentPayer]:
        return node.batch.payers_of(node.enrolment)

    @staticmethod
    def resolve_price(node: EnrolmentNode, _info: GraphQLResolveInfo) -> ExplainedPrice | None:
        return node.batch.price_of(node.enrolment)

    @staticmethod
    def resolve_month(
        node: EnrolmentNode, info: GraphQLResolveInfo, of: datetime.date
    ) -> MonthOverview | None:
        if not SchoolYear(node.enrolment.school_year).period.contains(of):
            return None
        return month_overview(node.enrolment, year=of.year, month=of.month, at=info.context.at)
