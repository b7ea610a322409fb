"""How much the portal is used, for who may read it. A figure that is absent would tell of too few people."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from api.types.enumerations import UsageKind, UsageProfile
from federation.usage import queries
from federation.usage.access import Scope
from federation.usage.models import Window
from federation.usage.protecting import Figure
from federation.usage.queries import Activation, CollegeRow, ServiceRow, Span
from federation.usage.windows import window_of
from ui import usage_texts


class UsageFigure(graphene.ObjectType):
    """Des visites, et de combien de personnes différentes ; jamais moins de cinq."""

    visitors = graphene.Int(required=True, description="Les visiteurs uniques.")
    visits = graphene.Int(
        required=True, description="Les visites : elles finissent après 30 minutes."
    )
    people = graphene.Int(
        required=True, description="Ceux qui pourraient venir ; 0 quand ils ne sont pas comptés."
    )
    adoption_per_mille = graphene.Int(
        description="La part des visiteurs parmi ceux qui pourraient venir, en millièmes."
    )


class UsageProfileFigure(graphene.ObjectType):
    """Les visites d'un profil."""

    profile = graphene.Field(UsageProfile, required=True, description="Le profil.")
    figure = graphene.Field(UsageFigure, description="Absent si trop peu de personnes sont venues.")


class UsageSpan(graphene.ObjectType):
    """Un jour, une semaine ou un mois."""

    starts_on = graphene.Date(required=True, description="Son premier jour.")
    figure = graphene.Field(UsageFigure, description="Absent si trop peu de personnes sont venues.")
    by_profile = graphene.List(
        graphene.NonNull(UsageProfileFigure), required=True, description="Le détail par profil."
    )
    is_partial = graphene.Boolean(
        required=True, description="Vrai si des personnes trop peu nombreuses ne sont pas comptées."
    )
    is_example = graphene.Boolean(
        required=True, description="Vrai si des visites sont des exemples."
    )


class UsageCollege(graphene.ObjectType):
    """Un collège, dans la dernière période où quelqu'un est venu."""

    uai = graphene.String(
        required=True, description="Son UAI ; vide pour les collèges qu'on ne peut pas séparer."
    )
    name = graphene.String(required=True, description="Son nom.")
    figure = graphene.Field(UsageFigure, description="Absent si trop peu de personnes sont venues.")


class UsageService(graphene.ObjectType):
    """Un service, dans le dernier mois où quelqu'un est venu."""

    kind = graphene.Field(UsageKind, required=True, description="Qui le fait.")
    code = graphene.String(required=True, description="Son code.")
    name = graphene.String(required=True, description="Son nom.")
    figure = graphene.Field(UsageFigure, description="Absent si trop peu de personnes sont venues.")


class UsageActivation(graphene.ObjectType):
    """Les comptes activés du dernier mois où quelqu'un est venu."""

    accounts = graphene.Int(description="Combien sont activés ; absent s'ils sont trop peu.")
    people = graphene.Int(required=True, description="Ceux qui pourraient en avoir un.")


class Usage(graphene.ObjectType):
    """La fréquentation du portail, selon la mesure d'audience des ENT (DNMA)."""

    spans = graphene.List(
        graphene.NonNull(UsageSpan), required=True, description="Les périodes, dans l'ordre."
    )
    colleges = graphene.List(
        graphene.NonNull(UsageCollege), required=True, description="Les collèges, par nom."
    )
    services = graphene.List(
        graphene.NonNull(UsageService),
        required=True,
        description="Les services, les plus visités d'abord.",
    )
    activation = graphene.Field(UsageActivation, description="Les comptes activés.")

    @staticmethod
    def resolve_spans(usage: UsageNode, _info: GraphQLResolveInfo) -> list[dict[str, Any]]:
        return [_span(span) for span in usage.spans]

    @staticmethod
    def resolve_colleges(usage: UsageNode, _info: GraphQLResolveInfo) -> list[dict[str, Any]]:
        if usage.latest is None:
            return []
        rows = queries.by_college(usage.window, usage.latest, scope=usage.scope)
        return [_college(row) for row in rows]

    @staticmethod
    def resolve_services(usage: UsageNode, _info: GraphQLResolveInfo) -> list[dict[str, Any]]:
        if usage.latest is None:
            return []
        month = window_of(Window.MONTH, usage.latest).start
        return [_service(row) for row in queries.by_service(month, scope=usage.scope)]

    @staticmethod
    def resolve_activation(usage: UsageNode, _info: GraphQLResolveInfo) -> Activation | None:
        if usage.latest is None:
            return None
        month = window_of(Window.MONTH, usage.latest).start
        return queries.activation(month, scope=usage.scope)


@dataclasses.dataclass(frozen=True, slots=True)
class UsageNode:
    """What is asked, and its windows; the rest is read when it is asked for."""

    window: Window
    scope: Scope
    spans: tuple[Span, ...]

    @property
    def latest(self) -> datetime.date | None:
        """The first day of the latest window in which somebody came."""
        return queries.latest_of(self.spans)


def usage_node(window: Window, *, scope: Scope, on: datetime.date) -> UsageNode:
    """The windows up to a day."""
    return UsageNode(window, scope, queries.spans(window, on=on, scope=scope))


def _span(span: Span) -> dict[str, Any]:
    return {
        "starts_on": span.starts_on,
        "figure": _figure(span.figure),
        "by_profile": [
            {"profile": profile.value, "figure": _figure(figure)}
            for profile, figure in span.by_profile.items()
        ],
        "is_partial": span.is_partial,
        "is_example": span.is_example,
    }


def _college(row: CollegeRow) -> dict[str, Any]:
    return {
        "uai": row.uai,
        "name": usage_texts.college_name(row),
        "figure": _figure(row.figure),
    }


def _service(row: ServiceRow) -> dict[str, Any]:
    return {
        "kind": row.kind.value,
        "code": row.code,
        "name": usage_texts.service_name(row),
        "figure": _figure(row.figure),
    }


def _figure(figure: Figure | None) -> dict[str, Any] | None:
    if figure is None:
        return None
    return {
        "visitors": figure.visitors,
        "visits": figure.visits,
        "people": figure.people,
        "adoption_per_mille": figure.adoption_per_mille,
    }
