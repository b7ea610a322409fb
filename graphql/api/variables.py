"""The variables of a request, checked before it runs: what is wrong, where, and never the value.

graphql-core says it in English, with the value, and marks it like a failure of a resolver. So each
variable is walked here along its type, and the first things wrong are said in French. What passes
here passes there too: the leaves are read by the same functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    get_nullable_type,
    is_input_type,
    is_leaf_type,
    type_from_ast,
)

from api.refusals import Refused

MAX_PROBLEMS = 10
# What a leaf takes, after "il faut".
_WANTED: dict[str, str | Promise] = {
    "Boolean": gettext_lazy("vrai ou faux (true, false)"),
    "Cents": gettext_lazy("un nombre entier de centimes"),
    "Date": gettext_lazy("une date, comme 2024-10-14"),
    "DateTime": gettext_lazy("un instant, comme 2024-10-14T08:30:00Z"),
    "Float": gettext_lazy("un nombre"),
    "ID": gettext_lazy("un identifiant"),
    "Int": gettext_lazy("un nombre entier"),
    "String": gettext_lazy("un texte"),
}
_NAME = re.compile(r"[A-Za-z_][A-Za-z_0-9]{0,39}")


def check(
    schema: GraphQLSchema, operation: OperationDefinitionNode, values: Mapping[str, Any]
) -> list[Refused]:
    """What is wrong with the variables of an operation; nothing when it may run."""
    found: list[Refused] = []
    for definition in operation.variable_definitions:
        name = definition.variable.name.value
        kind = type_from_ast(schema, definition.type)
        if not is_input_type(kind):
            continue  # refused with the document
        if name not in values and (
            definition.default_value is not None or not isinstance(kind, GraphQLNonNull)
        ):
            continue
        for place, reason in _problems(values.get(name), kind, name):
            found.append(Refused("VARIABLE_INVALID", definition, name=place, reason=reason))
            if len(found) == MAX_PROBLEMS:
                return found
    return found


def wanted(kind: Any) -> str:
    """What a type takes, in French."""
    kind = get_nullable_type(kind)
    if isinstance(kind, GraphQLList):
        return _("une liste")
    if isinstance(kind, GraphQLEnumType):
        return _("une valeur de {name}, sans guillemets dans le document").format(name=kind.name)
    if isinstance(kind, GraphQLInputObjectType):
        return _("un objet {name}").format(name=kind.name)
    name = getattr(kind, "name", "")
    return str(_WANTED.get(name, name))


def _problems(value: Any, kind: Any, place: str) -> Iterator[tuple[str, str]]:
    """Each thing wrong: where (`input.weekdays[0]`), and a sentence."""
    if value is None:
        if isinstance(kind, GraphQLNonNull):
            yield place, _("il manque une valeur.")
        return
    kind = get_nullable_type(kind)
    if isinstance(kind, GraphQLList):
        if not isinstance(value, list):
            yield from _problems(value, kind.of_type, place)
            return
        for number, one in enumerate(value):
            yield from _problems(one, kind.of_type, f"{place}[{number}]")
    elif isinstance(kind, GraphQLInputObjectType):
        yield from _problems_of_object(value, kind, place)
    elif is_leaf_type(kind) and not _is_read(kind, value):
        yield place, _("il faut {wanted}.").format(wanted=wanted(kind))


def _problems_of_object(
    value: Any, kind: GraphQLInputObjectType, place: str
) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict):
        yield place, _("il faut {wanted}.").format(wanted=wanted(kind))
        return
    for name, field in kind.fields.items():
        if name in value:
            yield from _problems(value[name], field.type, f"{place}.{name}")
        elif isinstance(field.type, GraphQLNonNull) and field.default_value is Undefined:
            yield place, _("il manque le champ {name}.").format(name=name)
    for name in value:
        if name not in kind.fields:
            said = name if _NAME.fullmatch(name) else "…"
            yield place, _("le champ {name} n'existe pas.").format(name=said)


def _is_read(kind: Any, value: Any) -> bool:
    try:
        return kind.parse_value(value) is not Undefined
    except (GraphQLError, ValueError, TypeError, ArithmeticError):
        return False
