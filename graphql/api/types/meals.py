"""A month of meals of an enrolment, day by day: what each is, and what may still change."""

from __future__ import annotations

import graphene
from graphql import GraphQLResolveInfo

from api.scalars import Money
from api.types.enumerations import MealDayStatus
from billing.canteen.overviews import DayView, MonthOverview


class MealDay(graphene.ObjectType):
    """Un jour où la cantine sert."""

    day = graphene.Date(required=True, description="Le jour.")
    status = graphene.Field(MealDayStatus, required=True, description="Ce qu'il est pour l'enfant.")
    is_billed = graphene.Boolean(required=True, description="Vrai si ce repas est compté.")
    price = graphene.Field(Money, description="Le prix du repas, s'il est décidé.")
    change_before = graphene.DateTime(
        required=True, description="L'heure avant laquelle la cuisine peut encore changer."
    )
    can_cancel = graphene.Boolean(required=True, description="Vrai si ce repas peut s'annuler.")
    is_late_cancel = graphene.Boolean(
        required=True, description="Vrai si l'annuler maintenant ne l'ôte pas de la facture."
    )
    can_add = graphene.Boolean(required=True, description="Vrai si un repas peut s'ajouter.")
    closed_reason = graphene.String(required=True, description="Pourquoi la cantine est fermée.")

    @staticmethod
    def resolve_status(view: DayView, _info: GraphQLResolveInfo) -> str:
        return str(view.status)

    @staticmethod
    def resolve_price(view: DayView, _info: GraphQLResolveInfo) -> int | None:
        return view.unit_price_cents


class MealMonth(graphene.ObjectType):
    """Un mois de repas d'une inscription."""

    month = graphene.Date(required=True, description="Le premier jour du mois.")
    days = graphene.List(
        graphene.NonNull(MealDay), required=True, description="Les jours de service, dans l'ordre."
    )
    meal_count = graphene.Int(required=True, description="Combien de repas sont comptés.")
    amount = graphene.Field(Money, description="Ce qu'ils coûtent, si chaque prix est décidé.")
    has_example_price = graphene.Boolean(
        required=True, description="Vrai si un prix est celui d'un barème donné en exemple."
    )

    @staticmethod
    def resolve_days(found: MonthOverview, _info: GraphQLResolveInfo) -> list[DayView]:
        return list(found.days)

    @staticmethod
    def resolve_amount(found: MonthOverview, _info: GraphQLResolveInfo) -> int | None:
        return found.amount_cents
