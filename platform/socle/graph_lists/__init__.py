"""Every list of the console, and every row of it, as a query of the API.

A list says what it shows, to whom, by which filters (`console.admin`): the graph reads it under
`console`, by the list's own rows and rights. A list added to the console is a connection here, with
nothing to write. `api.schema` finds `queries` by the setting `GRAPH_QUERIES`.
"""

from __future__ import annotations

from typing import Any

import graphene
from graphene.utils.str_converters import to_camel_case
from graphql import GraphQLResolveInfo

from api import rules
from api.paging import connection, paged
from console.admin import invoicing  # noqa: F401  the lists register themselves
from console.sites import console_site
from socle.graph_acts.questions import described
from socle.graph_lists import naming
from socle.graph_lists.pages import ConsolePage, has_page
from socle.graph_lists.reading import Listing
from socle.graph_lists.tasks import tasks_field
from tenants.accounts.capabilities import Capability

__all__ = ["listings", "queries"]


def listings() -> list[Listing]:
    """The lists, by the name of what they hold."""
    registry = console_site._registry  # noqa: SLF001  Django's own way
    found = [Listing(model_admin) for model_admin in registry.values()]
    return sorted(found, key=lambda listing: naming.type_name(listing.model))


def queries() -> dict[str, Any]:
    """The field that reads the console, at the root of queries."""
    members: dict[str, Any] = {
        "__doc__": "Ce que la console montre, pour les agents.",
        "tasks": tasks_field(),
    }
    for listing in listings():
        members |= _doors(listing)
    console = type("Console", (graphene.ObjectType,), members)
    return {
        "console": graphene.Field(
            console,
            required=True,
            description="Ce que la console montre : chaque liste à qui elle s'y ouvre.",
            resolver=rules.needs(Capability.USE_CONSOLE)(lambda _root, _info: console()),
        )
    }


def _doors(listing: Listing) -> dict[str, graphene.Field]:
    """The list, one row of it and that row's page, for who may open it in the console."""
    options = listing.model._meta  # noqa: SLF001  the public way to a model's names
    rule = rules.Rule(f"list of {options.label}", listing.check)
    node = _node(listing)
    many = connection(
        node,
        str(options.verbose_name_plural),
        total_count=graphene.Int(
            required=True, description="Combien de lignes en tout, comptées jusqu'à dix mille."
        ),
    )

    @rule
    def page(_root: Any, info: GraphQLResolveInfo, **given: Any) -> Any:
        return listing.page(info, **given)

    @rule
    def one(_root: Any, info: GraphQLResolveInfo, id: str) -> Any:  # noqa: A002
        return listing.one(info, id)

    @rule
    def told(_root: Any, info: GraphQLResolveInfo, id: str) -> Any:  # noqa: A002
        return listing.told(info, id)

    plural, singular = map(_capital, (options.verbose_name_plural, options.verbose_name))
    arguments = {name: one.argument for name, one in listing.filters.items()}
    told_of_list = described(f"Liste : {plural}", listing.admin.explanation)
    row = naming.row_field(listing.model)
    doors = {
        naming.list_field(listing.model): paged(
            many, told_of_list, required=False, resolver=page, args=arguments
        ),
        row: _by_id(node, described(f"Une ligne : {singular}"), one),
    }
    if has_page(listing.admin):
        words = described(f"La page d'une ligne : {singular}", "En mots")
        doors[f"{row}_page"] = _by_id(ConsolePage, words, told)
    return doors


def _by_id(kind: Any, told: str, resolver: Any) -> graphene.Field:
    named = graphene.Argument(
        graphene.ID, required=True, description="Son identifiant, comme la liste le donne."
    )
    return graphene.Field(kind, id=named, description=told, resolver=resolver)


def _node(listing: Listing) -> type[graphene.ObjectType]:
    name = naming.type_name(listing.model)
    singular = _capital(listing.model._meta.verbose_name)  # noqa: SLF001
    members: dict[str, Any] = {
        "__doc__": described(f"{singular} : une ligne de la console"),
        "id": graphene.ID(required=True, description="Son identifiant, pour les actes aussi."),
    }
    for column, shown in listing.fields.items():
        # Under an attribute of its own: a column may be named as something that types say of themselves.
        members[f"of_{column}"] = shown.field(to_camel_case(column))
    return type(name, (graphene.ObjectType,), members)


def _capital(text: Any) -> str:
    return str(text)[:1].upper() + str(text)[1:]
