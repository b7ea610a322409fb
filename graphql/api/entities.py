"""What other graphs may point to (Apollo Federation 2): our types that have a key, found by it.

A département composes its graph with its vendors' ones: theirs says « the child of this identifier »,
and the gateway asks us for the rest through `_entities`. That is one more way in, under the rules of
the others: what is absent and what is not theirs to see is `NOT_FOUND`, at its place in the list, and
the rest is answered. A type's objects are read together, however many are asked.

https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from graphql import GraphQLAbstractType, GraphQLResolveInfo

from api.context import Context
from api.limits import MAX_PAGE
from api.refusals import Refused
from api.types.people import ChildNode, PupilNode, child_nodes, own_pupil_node
from commons.errors import NotFound
from federation.ent.queries import OpenService, services_of
from federation.passplus.access import access_cards
from federation.passplus.directory import listed_partners
from federation.passplus.holding import HeldCard
from federation.passplus.models import Partner
from tenants.accounts.models import User
from tenants.people.access import access_pupils
from tenants.people.models import College
from tenants.people.queries import colleges_of
from tenants.registry.models import Departement

Found = Mapping[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Entity:
    """A type with a key: the field that is its key, what its objects are here, and how they are found."""

    key: str
    node: type
    find: Callable[[Context, Collection[str]], Found]


def _departements(context: Context, codes: Collection[str]) -> Found:
    own = context.request.tenant  # type: ignore[attr-defined]
    return {own.code: own} if own.code in codes else {}


def _colleges(context: Context, uais: Collection[str]) -> Found:
    context.require_user()
    return {college.uai: college for college in colleges_of(uais)}


def _children(context: Context, ids: Collection[str]) -> Found:
    pupils = access_pupils(context.require_user(), _uuids(ids))
    return {str(node.pupil.public_id): node for node in child_nodes(pupils, context)}


def _own_pupil(context: Context, _ids: Collection[str]) -> Found:
    node = own_pupil_node(context)
    return {str(node.pupil.public_id): node} if node else {}


def _viewer(context: Context, _ids: Collection[str]) -> Found:
    user = context.require_user()
    return {str(user.public_id): user}


def _cards(context: Context, ids: Collection[str]) -> Found:
    found = access_cards(context.require_user(), _uuids(ids), on=context.today)
    return {str(card.row.public_id): card for card in found}


def _partners(_context: Context, ids: Collection[str]) -> Found:
    return {str(partner.public_id): partner for partner in listed_partners(_uuids(ids))}


def _services(context: Context, _codes: Collection[str]) -> Found:
    return {one.code: one for one in services_of(context.require_user(), on=context.today)}


ENTITIES = {
    "Departement": Entity("code", Departement, _departements),
    "College": Entity("uai", College, _colleges),
    "Child": Entity("id", ChildNode, _children),
    "Pupil": Entity("id", PupilNode, _own_pupil),
    "Viewer": Entity("id", User, _viewer),
    "PassCard": Entity("id", HeldCard, _cards),
    "Partner": Entity("id", Partner, _partners),
    "Service": Entity("code", OpenService, _services),
}
_NAMES = {entity.node: name for name, entity in ENTITIES.items()}


def resolve_entities(
    _root: None, info: GraphQLResolveInfo, representations: Sequence[Any]
) -> list[Any]:
    """The objects of some representations, in their order; at the place of each absent one, its error.

    :raises Refused: if one is not the key of a type that has one, or there are more than a page holds
    """
    if len(representations) > MAX_PAGE:
        raise Refused("TOO_MANY_ENTITIES", limit=MAX_PAGE)
    asked = [_read(one) for one in representations]
    found: dict[str, Found | Exception] = {}
    for name in {name for name, _key in asked}:
        keys = {key for one, key in asked if one == name}
        try:
            found[name] = ENTITIES[name].find(info.context, keys)
        except (
            Refused
        ) as refused:  # nobody is signed in: said of these, and the others are answered
            found[name] = refused
    return [_one_of(found[name], name, key) for name, key in asked]


def type_of(value: Any, _info: GraphQLResolveInfo, _abstract: GraphQLAbstractType) -> str | None:
    """The type of what was found (`__class__`: an account may come as Django's lazy object)."""
    return next((_NAMES[kind] for kind in value.__class__.__mro__ if kind in _NAMES), None)


def _one_of(found: Found | Exception, name: str, key: str) -> Any:
    if isinstance(found, Exception):
        return found
    return found.get(key, NotFound(entity=name))


def _read(representation: Any) -> tuple[str, str]:
    """The type and the key of a representation; what else it says is of another graph.

    :raises Refused: if it is not one
    """
    said = representation if isinstance(representation, dict) else {}
    name = said.get("__typename")
    entity = ENTITIES.get(name) if isinstance(name, str) else None
    key = said.get(entity.key) if entity else None
    if not isinstance(name, str) or not isinstance(key, str):
        raise Refused("ENTITY_MALFORMED", names=", ".join(sorted(ENTITIES)))
    return name, key.lower() if entity and entity.key == "id" else key


def _uuids(written: Collection[str]) -> list[uuid.UUID]:
    """The identifiers that are some; the others name nothing."""
    found = []
    for one in written:
        try:
            found.append(uuid.UUID(one))
        except ValueError:
            continue
    return found
