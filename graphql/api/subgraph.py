"""Our schema as a subgraph (Apollo Federation 2): the library's, with our rules and words on its two fields.

`graphene-federation` writes the keys in the SDL and adds `_service` and `_entities` to Query. What it
would answer there knows no rule, and makes objects of what the caller sent: both are ours here.
"""

from __future__ import annotations

from typing import Any

import graphene
from graphene_federation import FederationVersion, build_schema
from graphql import GraphQLObjectType, GraphQLResolveInfo, value_from_ast_untyped

from api import rules
from api.entities import resolve_entities, type_of

VERSION = FederationVersion.VERSION_2_6
_TYPES = {
    "_Any": "Une représentation : le nom d'un type qui a une clé, et sa clé.",
    "_Entity": "Ce qu'un autre graphe peut désigner par sa clé.",
    "_Service": "Ce sous-graphe.",
    "FieldSet": "Des champs, dans une directive de fédération.",
    "federation__Policy": "Une politique, dans une directive de fédération ; inutilisée ici.",
    "federation__Scope": "Une portée, dans une directive de fédération ; inutilisée ici.",
}


def build(query: type[graphene.ObjectType], mutation: type[graphene.ObjectType]) -> graphene.Schema:
    """The schema of these roots, as a gateway expects it."""
    schema: graphene.Schema = build_schema(
        query=query, mutation=mutation, federation_version=VERSION
    )
    kinds: dict[str, Any] = schema.graphql_schema.type_map
    for name, words in _TYPES.items():
        kinds[name].description = words
    root: GraphQLObjectType = kinds["Query"]
    root.description = query.__doc__
    service, entities = root.fields["_service"], root.fields["_entities"]
    service.description = "Le schéma de ce sous-graphe, pour qui compose un graphe."
    service.resolve = rules.schema_readers(_service)
    kinds["_Service"].fields["sdl"].description = "Son texte."
    entities.description = "Des objets par leur clé, pour une passerelle ; cent au plus."
    entities.args["representations"].description = "Le type et la clé de chacun."
    entities.resolve = rules.anyone(resolve_entities)
    kinds["_Entity"].resolve_type = type_of
    kinds["_Any"].parse_literal = value_from_ast_untyped  # the library's forgets variables
    return schema


def _service(_root: None, _info: GraphQLResolveInfo) -> Any:
    return {}  # the library's own resolver of `sdl` knows the text
