"""Drafts of schedules, and what trying one on the pupils enrolled may tell."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from api.scalars import Money
from api.types.enumerations import ScheduleDraftState
from billing.simulation.comparing import Breakdown, Budget, Outcome, Profile, Row
from billing.simulation.models import ScheduleDraft as DraftRow
from billing.simulation.trying import Simulation
from ui import simulation_texts


class ScheduleDraft(graphene.ObjectType):
    """Un brouillon de barème : un texte, avant qu'il soit publié."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    name = graphene.String(required=True, description="Le nom du brouillon.")
    text = graphene.String(required=True, description="Le texte du barème, en YAML.")
    revision = graphene.Int(required=True, description="Combien de fois il a été enregistré.")
    state = graphene.Field(ScheduleDraftState, required=True, description="L'état.")
    changed_at = graphene.DateTime(required=True, description="Quand il a été enregistré.")

    @staticmethod
    def resolve_id(draft: DraftRow, _info: GraphQLResolveInfo) -> uuid.UUID:
        return draft.public_id


class TariffBudget(graphene.ObjectType):
    """Ce qui est payé sur la période ; un montant retenu pour protéger les élèves est absent."""

    pupils = graphene.Int(required=True, description="Les élèves inscrits.")
    meals = graphene.Int(required=True, description="Les repas attendus.")
    families_before = graphene.Field(
        Money, required=True, description="Ce que les familles paient aujourd'hui."
    )
    families_after = graphene.Field(Money, description="Ce qu'elles paieraient avec ce barème.")
    departement_before = graphene.Field(
        Money, description="Ce que paie le Département, si le coût d'un repas est écrit."
    )
    departement_after = graphene.Field(Money, description="Ce qu'il paierait avec ce barème.")


class TariffBreakdown(graphene.ObjectType):
    """Qui paierait plus, moins ou autant, et de combien par repas."""

    losers = graphene.Int(required=True, description="Les élèves qui paieraient plus.")
    winners = graphene.Int(required=True, description="Les élèves qui paieraient moins.")
    unchanged = graphene.Int(required=True, description="Les élèves qui paieraient autant.")
    mean_rise = graphene.Field(Money, description="La hausse moyenne de ceux qui paieraient plus.")
    mean_fall = graphene.Field(Money, description="La baisse moyenne, négative, des autres.")
    shared_rise = graphene.Field(
        Money, description="La plus forte hausse que onze élèves au moins auraient."
    )
    shared_fall = graphene.Field(
        Money, description="La plus forte baisse que onze élèves au moins auraient."
    )
    families_change = graphene.Field(
        Money, required=True, description="Ce que ces familles paieraient en plus sur la période."
    )


class TariffGroup(graphene.ObjectType):
    """Des élèves d'une tranche, d'un collège ou d'un niveau ; jamais moins de onze."""

    name = graphene.String(required=True, description="Le nom du groupe.")
    pupils = graphene.Int(required=True, description="Combien d'élèves.")
    breakdown = graphene.Field(
        TariffBreakdown, description="Le détail ; absent s'il permettait de reconnaître des élèves."
    )


class TariffChange(graphene.ObjectType):
    """Les élèves pour qui le prix d'un repas change d'autant."""

    name = graphene.String(required=True, description="Le changement, en français.")
    pupils = graphene.Int(required=True, description="Combien d'élèves.")


class TariffProfile(graphene.ObjectType):
    """Des élèves d'une même tranche dont le prix change de la même façon."""

    name = graphene.String(required=True, description="La tranche.")
    before = graphene.Field(Money, required=True, description="Leur prix moyen aujourd'hui.")
    after = graphene.Field(Money, required=True, description="Leur prix moyen avec ce barème.")
    change = graphene.Field(Money, required=True, description="Le changement moyen par repas.")
    period_change = graphene.Field(
        Money, required=True, description="Le changement moyen sur la période."
    )
    at_least = graphene.Int(required=True, description="Ils sont au moins autant.")


class TariffSimulation(graphene.ObjectType):
    """Ce qu'un barème ferait payer aux élèves inscrits, à côté de celui en vigueur."""

    is_illustrative = graphene.Boolean(
        required=True, description="Vrai si une valeur au moins est un exemple."
    )
    is_withheld = graphene.Boolean(
        required=True, description="Vrai si trop peu d'élèves changeraient de prix pour le dire."
    )
    unread = graphene.Int(
        description="Les élèves dont ce barème ne lit pas le chiffre ; rien s'ils sont trop peu."
    )
    budget = graphene.Field(TariffBudget, description="Le budget de la période.")
    total = graphene.Field(TariffBreakdown, description="Le détail de tous les élèves.")
    by_band = graphene.List(
        graphene.NonNull(TariffGroup), required=True, description="Par tranche de quotient."
    )
    by_college = graphene.List(
        graphene.NonNull(TariffGroup), required=True, description="Par collège."
    )
    by_level = graphene.List(
        graphene.NonNull(TariffGroup), required=True, description="Par niveau de classe."
    )
    distribution = graphene.List(
        graphene.NonNull(TariffChange),
        required=True,
        description="Les changements, de la baisse à la hausse.",
    )
    profiles = graphene.List(
        graphene.NonNull(TariffProfile),
        required=True,
        description="Les dix profils les plus touchés.",
    )


def simulation_node(simulation: Simulation) -> dict[str, Any]:
    """A simulation as the API names its fields."""
    outcome: Outcome = simulation.outcome
    return {
        "is_illustrative": simulation.is_illustrative,
        "is_withheld": outcome.is_withheld,
        "unread": simulation.unread,
        "budget": _budget(outcome.budget),
        "total": _breakdown(outcome.total),
        "by_band": _groups(outcome.by_band),
        "by_college": _groups(outcome.by_college),
        "by_level": _groups(outcome.by_level),
        "distribution": [
            {"name": simulation_texts.bin_name(one), "pupils": one.pupils}
            for one in outcome.distribution
        ],
        "profiles": [_profile(one) for one in outcome.profiles],
    }


def _budget(budget: Budget | None) -> dict[str, Any] | None:
    if budget is None:
        return None
    return {
        "pupils": budget.pupils,
        "meals": budget.meals,
        "families_before": budget.families_before_cents,
        "families_after": budget.families_after_cents,
        "departement_before": budget.departement_before_cents,
        "departement_after": budget.departement_after_cents,
    }


def _breakdown(told: Breakdown | None) -> dict[str, Any] | None:
    if told is None:
        return None
    return {
        "losers": told.losers,
        "winners": told.winners,
        "unchanged": told.unchanged,
        "mean_rise": told.mean_rise_cents,
        "mean_fall": told.mean_fall_cents,
        "shared_rise": told.shared_rise_cents,
        "shared_fall": told.shared_fall_cents,
        "families_change": told.families_change_cents,
    }


def _groups(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [
        {
            "name": simulation_texts.key_name(row.key),
            "pupils": row.pupils,
            "breakdown": _breakdown(row.breakdown),
        }
        for row in rows
    ]


def _profile(profile: Profile) -> dict[str, Any]:
    return {
        "name": simulation_texts.band_name(profile.band),
        "before": profile.before_cents,
        "after": profile.after_cents,
        "change": profile.change_cents,
        "period_change": profile.period_change_cents,
        "at_least": profile.at_least,
    }
