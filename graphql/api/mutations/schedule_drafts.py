"""Drafts of schedules: started, saved, and made of prices that a budget and limits give."""

from __future__ import annotations

import datetime
from typing import Any

import graphene

from api import rules
from api.context import Context
from api.mutations.base import OperationMutation
from api.scalars import Cents, Money, public_id
from api.types.enumerations import MealService
from api.types.tariffs import ScheduleDraft
from billing.simulation import operations, queries
from billing.simulation.proposing import Limits, propose
from billing.simulation.protection import is_small
from billing.tariffs.schedule_files import load_schedule_text
from billing.tariffs.schedule_texts import schedule_text
from tenants.accounts.capabilities import Capability
from ui import simulation_texts
from ui.wording import local_date

_RULE = rules.needs(Capability.MANAGE_TARIFFS)


class StartScheduleDraftInput(graphene.InputObjectType):
    """Le brouillon à commencer."""

    name = graphene.String(required=True, description="Le nom du brouillon.")
    text = graphene.String(description="Le texte du barème, en YAML ou en JSON.")
    version_id = graphene.ID(
        description="Sans texte : la version publiée dont le brouillon part (UUID)."
    )


class StartScheduleDraft(OperationMutation):
    class Meta:
        rule = _RULE

    class Arguments:
        input = StartScheduleDraftInput(required=True, description="Ce qui est demandé.")

    draft = graphene.Field(ScheduleDraft, description="Le brouillon commencé.")

    @classmethod
    def perform(cls, context: Context, **values: Any) -> dict[str, Any]:
        text = values.get("text") or ""
        if not text and values.get("version_id"):
            text = schedule_text(queries.schedule_of_version(public_id(values["version_id"])))
        draft = operations.start_draft(
            name=values["name"], text=text, actor=context.actor, at=context.at
        )
        return {"draft": draft}


class SaveScheduleDraftInput(graphene.InputObjectType):
    """Le texte à enregistrer, et la révision qui a été lue."""

    draft_id = graphene.ID(required=True, description="Le brouillon (UUID).")
    revision = graphene.Int(required=True, description="La révision qui a été lue.")
    name = graphene.String(required=True, description="Le nom du brouillon.")
    text = graphene.String(
        required=True, description="Le texte, gardé même s'il ne peut pas être appliqué."
    )


class SaveScheduleDraft(OperationMutation):
    class Meta:
        rule = _RULE

    class Arguments:
        input = SaveScheduleDraftInput(required=True, description="Ce qui est demandé.")

    draft = graphene.Field(ScheduleDraft, description="Le brouillon enregistré.")

    @classmethod
    def perform(cls, context: Context, **values: Any) -> dict[str, Any]:
        saved = operations.save_draft(
            public_id=public_id(values["draft_id"]),
            revision=values["revision"],
            name=values["name"],
            text=values["text"],
            actor=context.actor,
            at=context.at,
        )
        return {"draft": saved}


class ProposeTariffInput(graphene.InputObjectType):
    """Le budget et les limites que les prix doivent tenir. Les tranches sont celles du brouillon."""

    draft_id = graphene.ID(required=True, description="Le brouillon qui dit les tranches (UUID).")
    service = graphene.InputField(MealService, required=True, description="Le service.")
    first_day = graphene.Date(required=True, description="Le premier jour des repas.")
    last_day = graphene.Date(required=True, description="Le dernier jour des repas, compris.")
    quotients_alike = graphene.Boolean(
        default_value=False, description="Vrai pour lire un quotient à la place de l'autre."
    )
    families_at_least = graphene.InputField(
        Cents, required=True, description="Ce que paient les familles, au moins, sur la période."
    )
    families_at_most = graphene.InputField(Cents, description="Ce qu'elles paient au plus.")
    lowest = graphene.InputField(Cents, default_value=0, description="Le prix le plus bas.")
    highest = graphene.InputField(Cents, required=True, description="Le prix le plus haut.")
    largest_step = graphene.InputField(
        Cents, description="L'écart le plus grand entre deux tranches."
    )
    largest_rise = graphene.InputField(Cents, description="La plus forte hausse d'un repas.")
    kept_brackets = graphene.Int(
        default_value=0, description="Combien de premières tranches où personne ne paie plus."
    )
    multiple = graphene.InputField(
        Cents, default_value=5, description="Prix multiples de ce montant."
    )


class ProposeTariff(OperationMutation):
    class Meta:
        rule = _RULE

    class Arguments:
        input = ProposeTariffInput(required=True, description="Ce qui est demandé.")

    draft = graphene.Field(ScheduleDraft, description="Un nouveau brouillon, avec ces prix.")
    prices = graphene.List(graphene.NonNull(Money), description="Le prix de chaque tranche.")
    losers = graphene.Int(description="Les élèves qui paieraient plus ; rien s'ils sont trop peu.")
    is_best = graphene.Boolean(description="Vrai s'il est prouvé qu'aucune grille ne fait mieux.")
    families_before = graphene.Field(Money, description="Ce que les familles paient aujourd'hui.")
    families_after = graphene.Field(Money, description="Ce qu'elles paieraient avec ces prix.")

    @classmethod
    def perform(cls, context: Context, **values: Any) -> dict[str, Any]:
        source = queries.draft_of(public_id(values["draft_id"]))
        service = values["service"]
        days: tuple[datetime.date, datetime.date] = values["first_day"], values["last_day"]
        asked = queries.asked_over(
            getattr(service, "value", service),
            first_day=days[0],
            last_day=days[1],
            proofs_on=local_date(context.at),
            is_alike=values["quotients_alike"],
        )
        found = propose(
            asked=asked, schedule=load_schedule_text(source.text), limits=_limits(values)
        )
        draft = operations.start_draft(
            name=simulation_texts.proposed_name(source.name),
            text=schedule_text(found.schedule),
            actor=context.actor,
            at=context.at,
        )
        return {
            "draft": draft,
            "prices": list(found.prices_cents),
            "losers": None if is_small(found.losers) else found.losers,
            "is_best": found.is_best,
            "families_before": found.families_before_cents,
            "families_after": found.families_after_cents,
        }


def _limits(values: dict[str, Any]) -> Limits:
    return Limits(
        families_at_least_cents=values["families_at_least"],
        families_at_most_cents=values.get("families_at_most"),
        lowest_cents=values["lowest"],
        highest_cents=values["highest"],
        largest_step_cents=values.get("largest_step"),
        largest_rise_cents=values.get("largest_rise"),
        kept_brackets=values["kept_brackets"],
        multiple_cents=values["multiple"],
    )
