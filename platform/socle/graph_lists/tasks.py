"""What waits for the agent today: the tasks of the console's first page."""

from __future__ import annotations

import graphene
from graphql import GraphQLResolveInfo

from console.tasks_today import Task
from console.today import today_of


class ConsoleTask(graphene.ObjectType):
    """Ce qui attend l'agent : combien, quoi, depuis quand, et où."""

    count = graphene.Int(required=True, description="Combien attendent.")
    title = graphene.String(required=True, description="Quoi, en quelques mots.")
    since = graphene.String(description="Depuis quand attend le plus ancien, en mots.")
    is_blocking = graphene.Boolean(required=True, description="Vrai si rien n'avance sans l'agent.")
    address = graphene.String(required=True, description="La liste de la console, déjà filtrée.")

    @staticmethod
    def resolve_since(task: Task, _info: GraphQLResolveInfo) -> str | None:
        return task.detail or None

    @staticmethod
    def resolve_is_blocking(task: Task, _info: GraphQLResolveInfo) -> bool:
        return task.tone == "bad"

    @staticmethod
    def resolve_address(task: Task, _info: GraphQLResolveInfo) -> str:
        return task.url


def tasks_field() -> graphene.Field:
    """The field of the console that lists them."""
    return graphene.Field(
        graphene.List(graphene.NonNull(ConsoleTask)),
        description="Ce qui attend la personne aujourd'hui, comme à l'accueil de la console.",
        resolver=lambda _root, info: (
            today_of(info.context.require_user(), on=info.context.today).tasks
        ),
    )
