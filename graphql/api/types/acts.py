"""What an act of an agent will do and has done: the same words as the page which asks for it."""

from __future__ import annotations

from collections.abc import Sequence

import graphene
from graphql import GraphQLResolveInfo

from api.mutations.base import UserError


def texts(description: str) -> graphene.List:
    """Some texts, none of them missing."""
    return graphene.List(graphene.NonNull(graphene.String), required=True, description=description)


class ActFigure(graphene.ObjectType):
    """Un chiffre de l'effet d'un acte."""

    label = graphene.String(required=True, description="Ce qu'il compte.")
    value = graphene.String(required=True, description="Le chiffre, écrit pour être lu.")


class ActRow(graphene.ObjectType):
    """Une ligne d'un tableau."""

    cells = texts("Ses cases, dans l'ordre des titres.")


class ActTable(graphene.ObjectType):
    """Le début de ce qui change, ligne par ligne."""

    heads = texts("Les titres des colonnes.")
    rows = graphene.List(
        graphene.NonNull(ActRow), required=True, description="Les premières lignes."
    )
    more = graphene.Int(required=True, description="Combien de lignes ne sont pas montrées.")


class ActEffect(graphene.ObjectType):
    """Ce qu'un acte fera, ou a fait : ce que la console montre avant de confirmer."""

    figures = graphene.List(
        graphene.NonNull(ActFigure), required=True, description="Les chiffres de l'effet."
    )
    sentences = texts("Ce qui se passera, en phrases.")
    warnings = texts("À quoi faire attention.")
    refusals = texts("Pourquoi l'acte ne peut pas se faire ; vide s'il peut.")
    table = graphene.Field(ActTable, description="Le début de ce qui change, s'il y a un tableau.")
    fingerprint = graphene.String(
        required=True, description="L'empreinte de l'effet : renvoyez-la dans « seen »."
    )


class ActPayload(graphene.ObjectType):
    """Ce que donne un acte d'agent."""

    errors = graphene.List(
        graphene.NonNull(UserError),
        required=True,
        description="Les refus ; vide quand c'est fait, ou pourrait l'être.",
    )
    effect = graphene.Field(
        ActEffect, description="L'effet de l'acte ; rien quand la demande elle-même est refusée."
    )
    message = graphene.String(description="Ce qui est fait, en une phrase ; rien sinon.")
    refusals = texts("Ce qui est refusé quand le reste est fait.")
    done = graphene.Int(required=True, description="Combien d'objets l'acte a changés.")
    job_id = graphene.ID(
        description="Le travail commencé, quand l'acte est long : « job » dit où il en est."
    )

    def resolve_refusals(self, _info: GraphQLResolveInfo) -> Sequence[str]:
        return self.refusals or ()

    def resolve_done(self, _info: GraphQLResolveInfo) -> int:
        return self.done or 0
