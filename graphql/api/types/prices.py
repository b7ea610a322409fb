"""Prices, and why they are what they are."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Mapping
from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from api.scalars import Cents, Money
from api.types.enumerations import MealService
from billing.tariffs.engine import Step
from billing.tariffs.queries import ExplainedPrice
from ui.price_story import PriceStory, price_story


class StepValue(graphene.ObjectType):
    """Une valeur d'une étape : un nom, et ce qu'il vaut."""

    name = graphene.String(required=True, description="Le nom de la valeur.")
    value = graphene.String(description="Ce qu'elle vaut, en texte ; rien pour une borne ouverte.")


class PriceStep(graphene.ObjectType):
    """Une étape du calcul d'un prix. Les étapes se rejouent : chacune part de la précédente."""

    code = graphene.String(
        required=True, description="Ce que fait l'étape, par exemple RATE_APPLIED."
    )
    given = graphene.List(
        graphene.NonNull(StepValue), required=True, description="Ce qui entre dans l'étape."
    )
    gives = graphene.List(graphene.NonNull(StepValue), required=True, description="Ce qui en sort.")
    source = graphene.String(
        required=True, description="D'où viennent les chiffres : une pièce, ou une ligne du tarif."
    )

    @staticmethod
    def resolve_given(step: Step, _info: GraphQLResolveInfo) -> list[dict[str, Any]]:
        return step_values(step.given)

    @staticmethod
    def resolve_gives(step: Step, _info: GraphQLResolveInfo) -> list[dict[str, Any]]:
        return step_values(step.gives)


def step_values(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The values of a step as the API lists them."""
    return [
        {"name": name, "value": None if value is None else str(value)}
        for name, value in values.items()
    ]


class PriceExplanation(graphene.ObjectType):
    """L'explication d'un prix."""

    sentences = graphene.List(
        graphene.NonNull(graphene.String),
        required=True,
        description="Trois phrases : la situation, la règle, ce qui est payé.",
    )
    steps = graphene.List(
        graphene.NonNull(PriceStep),
        required=True,
        description="Les étapes du calcul ; vides pour qui ne peut pas voir les ressources du foyer.",
    )
    advice = graphene.String(required=True, description="Un conseil, ou un texte vide.")
    note = graphene.String(required=True, description="Une réserve, ou un texte vide.")


class MealPrice(graphene.ObjectType):
    """Le prix décidé d'un repas, avec tout ce qui l'explique."""

    id = graphene.ID(required=True, description="Identifiant de la décision (UUID).")
    service = graphene.Field(MealService, required=True, description="Le service.")
    unit = graphene.Field(Money, required=True, description="Le prix d'un repas.")
    explanation = graphene.Field(PriceExplanation, required=True, description="Pourquoi ce prix.")
    legal_basis = graphene.String(required=True, description="La délibération qui fonde le prix.")
    is_illustrative = graphene.Boolean(
        required=True, description="Vrai si une valeur du tarif reste à confirmer."
    )
    valid_from = graphene.Date(required=True, description="Premier jour du prix.")
    valid_until = graphene.Date(description="Fin du prix, exclue ; rien tant qu'il dure.")

    @staticmethod
    def resolve_id(price: ExplainedPrice, _info: GraphQLResolveInfo) -> uuid.UUID:
        return price.public_id

    @staticmethod
    def resolve_unit(price: ExplainedPrice, _info: GraphQLResolveInfo) -> int:
        return price.unit_price_cents

    @staticmethod
    def resolve_explanation(price: ExplainedPrice, _info: GraphQLResolveInfo) -> Explanation:
        return Explanation(price)


class SimulatedPrice(graphene.ObjectType):
    """Ce que coûterait un repas, d'après des réponses. Rien n'est gardé, personne n'est engagé."""

    service = graphene.Field(MealService, required=True, description="Le service.")
    unit = graphene.Field(Money, required=True, description="Le prix d'un repas.")
    quotient = graphene.Decimal(
        description="Le quotient lu, en euros par mois ; rien si le prix n'en dépend pas."
    )
    explanation = graphene.Field(PriceExplanation, required=True, description="Pourquoi ce prix.")
    legal_basis = graphene.String(required=True, description="La délibération qui fonde le prix.")
    is_illustrative = graphene.Boolean(
        required=True, description="Vrai si une valeur du tarif reste à confirmer."
    )
    valid_from = graphene.Date(required=True, description="Premier jour du tarif.")
    valid_until = graphene.Date(description="Fin du tarif, exclue ; rien tant qu'il dure.")

    @staticmethod
    def resolve_unit(price: ExplainedPrice, _info: GraphQLResolveInfo) -> int:
        return price.unit_price_cents

    @staticmethod
    def resolve_explanation(price: ExplainedPrice, _info: GraphQLResolveInfo) -> Explanation:
        return Explanation(price)


class SimulatedHousehold(graphene.InputObjectType):
    """
    Ce qu'on dit d'un foyer : un quotient, ou ce qui sert à le calculer, et des aides reçues.

    Un tarif au quotient fiscal lit le revenu fiscal de référence et les parts ; un tarif au
    quotient de la CAF lit les revenus et les allocations d'un mois et les parts. Rien du tout est
    une réponse : elle donne le prix sans pièce.
    """

    quotient_familial = graphene.Decimal(description="Le quotient, en euros par mois.")
    reference_tax_income_cents = Cents(description="Le revenu fiscal de référence d'un an.")
    monthly_income_cents = Cents(description="Les revenus d'un mois.")
    monthly_benefits_cents = Cents(description="Les allocations d'un mois.")
    tax_parts = graphene.Decimal(description="Le nombre de parts, de quart en quart.")
    children = graphene.Int(description="Les enfants du foyer, si le prix en dépend.")
    statuses = graphene.List(
        graphene.NonNull(graphene.String), description="Les aides reçues, comme le tarif les nomme."
    )


class Explanation:
    """The story of a price, told when it is asked for."""

    def __init__(self, price: ExplainedPrice) -> None:
        self.steps = price.steps
        self._price = price

    @functools.cached_property
    def _story(self) -> PriceStory:
        return price_story(self._price)

    @property
    def sentences(self) -> tuple[str, ...]:
        return self._story.sentences

    @property
    def advice(self) -> str:
        return self._story.advice

    @property
    def note(self) -> str:
        return self._story.note
