"""Every door of the house: routes, console lists and acts, fields of the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from graphql import GraphQLNamedType, get_named_type, is_object_type, is_union_type

# What nested fields are asked: short pages, and the month of the matrix.
ARGUMENTS = {"first": "4", "of": '"2024-11-08"'}
# Walked list by list, and row by row: tests/access/test_lists_by_graph.py.
WALKED_APART = "Console"


def routes(urlconf: str) -> dict[str, URLPattern]:
    """The routes of a URL configuration, by name (`portal:home`, `console:index`)."""
    return dict(_walk(get_resolver(urlconf), ()))


def _walk(resolver: URLResolver, namespaces: tuple[str, ...]) -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from _walk(entry, inner)
        else:
            yield ":".join((*namespaces, entry.name or str(entry.pattern))), entry


def acts() -> list[str]:
    """The acts of the console, by name."""
    from console import acts as console_acts

    return [act.name for act in console_acts.catalogue()]


def fields() -> dict[str, Any]:
    """The fields at the root of the API: `query.viewer`, `mutation.enrolInCanteen`."""
    from api.schema import schema

    both = {
        "query": schema.graphql_schema.query_type,
        "mutation": schema.graphql_schema.mutation_type,
    }
    return {
        f"{kind}.{name}": field
        for kind, found in both.items()
        for name, field in found.fields.items()
    }


def selection(field: Any) -> str:
    """All that can be read under a field: every nested field of the SDL, lists by short pages."""
    kind: GraphQLNamedType = get_named_type(field.type)
    if is_union_type(kind) or kind.name == WALKED_APART:
        return "{ __typename }"  # what each type gives is asked under the fields that name it
    if not is_object_type(kind):
        return ""
    inner = " ".join(
        f"{name}{_asked(one)} {selection(one)}".strip()
        for name, one in kind.fields.items()
        if name not in ("edges", "pageInfo")  # the same elements as `nodes`
    )
    return f"{{ {inner} }}"


def _asked(field: Any) -> str:
    said = [f"{name}: {value}" for name, value in ARGUMENTS.items() if name in field.args]
    return f"({', '.join(said)})" if said else ""


def leaves(field: Any, path: str) -> Iterator[str]:
    """The paths of the values that can be read under a field."""
    kind = get_named_type(field.type)
    if is_union_type(kind) or kind.name == WALKED_APART:
        return
    if not is_object_type(kind):
        yield path
        return
    for name, one in kind.fields.items():
        if name not in ("edges", "pageInfo"):
            yield from leaves(one, f"{path}.{name}")
