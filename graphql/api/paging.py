"""Lists as Relay connections: `first` (20 by default, 100 at most) and `after`.

A cursor is the public identifier of an element of the same list, so that it says nothing and can
only point to what the caller may see. A page asks the database for one element more than it shows,
which tells whether another page follows; nothing is counted.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import graphene
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, Q, QuerySet

from api.limits import DEFAULT_PAGE, MAX_PAGE
from api.refusals import Refused


class PageInfo(graphene.ObjectType):
    """Où l'on est dans une liste."""

    opened_by: ClassVar = frozenset[str]()

    has_next_page = graphene.Boolean(required=True, description="Une page suit.")
    has_previous_page = graphene.Boolean(required=True, description="Une page précède.")
    start_cursor = graphene.String(description="Le curseur du premier élément de la page.")
    end_cursor = graphene.String(description="Le curseur du dernier : le « after » de la suivante.")


@dataclasses.dataclass(frozen=True, slots=True)
class Edge:
    """An element and its cursor."""

    node: Any
    cursor: str


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """A part of a list. Elements have a `public_id`."""

    nodes: Sequence[Any]
    has_next_page: bool
    has_previous_page: bool

    @property
    def edges(self) -> list[Edge]:
        return [Edge(node, str(node.public_id)) for node in self.nodes]

    @property
    def page_info(self) -> dict[str, Any]:
        edges = self.edges
        return {
            "has_next_page": self.has_next_page,
            "has_previous_page": self.has_previous_page,
            "start_cursor": edges[0].cursor if edges else None,
            "end_cursor": edges[-1].cursor if edges else None,
        }


def connection(node: type[graphene.ObjectType], of: str, **more: Any) -> type[graphene.ObjectType]:
    """The connection type of a node; `of` says in French what the list holds, `more` are its own fields."""
    name = node._meta.name  # noqa: SLF001  graphene's own way
    opened_by = getattr(node, "opened_by", None)  # a list is opened by what opens its elements
    edge = type(
        f"{name}Edge",
        (graphene.ObjectType,),
        {
            "opened_by": opened_by,
            "__doc__": f"Un élément d'une liste : {of}.",
            "node": graphene.Field(node, required=True, description="L'élément."),
            "cursor": graphene.String(required=True, description="Le curseur de cet élément."),
        },
    )
    return type(
        f"{name}Connection",
        (graphene.ObjectType,),
        {
            "opened_by": opened_by,
            "__doc__": f"Une page d'une liste : {of}.",
            "edges": graphene.List(
                graphene.NonNull(edge), required=True, description="Les éléments et leurs curseurs."
            ),
            "nodes": graphene.List(
                graphene.NonNull(node), required=True, description="Les éléments seuls."
            ),
            "page_info": graphene.Field(
                PageInfo, required=True, description="Où l'on est dans la liste."
            ),
            **more,
        },
    )


def paged(
    kind: type[graphene.ObjectType], description: str, *, required: bool = True, **more: Any
) -> graphene.Field:
    """A field that gives a connection."""
    return graphene.Field(
        kind,
        required=required,
        description=description,
        first=graphene.Int(
            default_value=DEFAULT_PAGE, description="Nombre d'éléments, de 1 à 100."
        ),
        after=graphene.String(description="Curseur : commencer après cet élément."),
        **more,
    )


Find = Callable[[QuerySet[Any], str], Any]


def _by_public_id(rows: QuerySet[Any], written: str) -> Any:
    return rows.filter(public_id=_cursor(written)).first()


def page_of_rows(
    rows: QuerySet[Any],
    *,
    order: tuple[str, ...],
    first: int | None,
    after: str | None,
    most: int = MAX_PAGE,
    among: QuerySet[Any] | None = None,
    find: Find = _by_public_id,
) -> Page:
    """A page of a queryset, in an order of columns that ends in the primary key.

    `among` is where a cursor may still be found once its element has left the list, `find` how.

    :raises Refused: if `first` is not from 1 to `most`, or `after` not an element of the list
    """
    size = _size(first, most)
    ordered = rows.order_by(*order)
    if after is not None:
        row = find(rows if among is None else among, after)
        if row is None:
            raise Refused("CURSOR_INVALID")
        ordered = ordered.filter(_beyond(row, order))
    found = list(ordered[: size + 1])
    return Page(found[:size], len(found) > size, after is not None)


def page_of_list(elements: Sequence[Any], *, first: int | None, after: str | None) -> Page:
    """A page of what is already read.

    :raises Refused: if `first` is not from 1 to 100, or `after` not an element of the list
    """
    size = _size(first)
    start = 0
    if after is not None:
        wanted = _cursor(after)
        places = [place for place, one in enumerate(elements) if one.public_id == wanted]
        if not places:
            raise Refused("CURSOR_INVALID")
        start = places[0] + 1
    return Page(elements[start : start + size], len(elements) > start + size, after is not None)


def _size(first: int | None, most: int = MAX_PAGE) -> int:
    """What is asked, whatever was counted before: variables are read once more here."""
    if first is None:
        return DEFAULT_PAGE
    if not 1 <= first <= most:
        raise Refused("PAGE_TOO_LONG", limit=most)
    return first


def _cursor(written: str) -> uuid.UUID:
    try:
        return uuid.UUID(written)
    except ValueError as error:
        raise Refused("CURSOR_INVALID") from error


def _beyond(row: Model, order: tuple[str, ...]) -> Q:
    """What comes strictly after a row: (a, b) after (x, y) is a after x, or a = x and b after y.

    As PostgreSQL sorts, what is null comes last, and first when the order is descending.
    """
    beyond, same = Q(pk__in=()), Q()
    for column in order:
        name = column.removeprefix("-")
        value = _value(row, name)
        if value is None:
            after = Q(**{f"{name}__isnull": False}) if column.startswith("-") else Q(pk__in=())
            equal = Q(**{f"{name}__isnull": True})
        elif column.startswith("-"):
            after, equal = Q(**{f"{name}__lt": value}), Q(**{name: value})
        else:
            after = Q(**{f"{name}__gt": value})
            if _may_be_null(type(row), name):
                after |= Q(**{f"{name}__isnull": True})
            equal = Q(**{name: value})
        beyond |= same & after
        same &= equal
    return beyond


def _value(row: Any, name: str) -> Any:
    """What a column holds, through relations too (`college__name`)."""
    for part in name.split("__"):
        row = None if row is None else getattr(row, part)
    return row


def _may_be_null(model: type[Model], name: str) -> bool:
    """Whether a column is ever null: its own, that of a relation which may be absent, or a computed one."""
    options = model._meta  # noqa: SLF001  the public way to a model's fields
    for part in name.split("__"):
        try:
            field: Any = options.pk if part == "pk" else options.get_field(part)
        except FieldDoesNotExist:
            return True
        if field.null:
            return True
        if field.related_model is not None:
            options = field.related_model._meta  # noqa: SLF001
    return False


def id_of(what: str) -> graphene.Argument:
    """The identifier of one object, as an argument."""
    return graphene.Argument(graphene.ID, required=True, description=f"{what} (UUID).")
