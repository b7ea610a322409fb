"""A page of a list of the console, and one row: read by the list's own rows, rights and search."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable
from typing import Any, cast

from django.db.models import QuerySet
from graphene.utils.str_converters import to_camel_case
from graphql import FieldNode, GraphQLResolveInfo, InlineFragmentNode, SelectionSetNode

from api.context import Context
from api.paging import Page, page_of_rows
from commons.errors import Forbidden, NotFound
from console.agents import NamedActors
from console.readonly import ReadOnlyAdmin
from socle.graph_lists import keys
from socle.graph_lists.fields import Shown, fields_of
from socle.graph_lists.filters import Filter, filters_of
from socle.graph_lists.pages import PageNode
from ui.requests import SignedInRequest

NODES = (("nodes",), ("edges", "node"))


class ShownPage:
    """What the rows of one page share: who reads them, and what was already said."""

    def __init__(self, request: SignedInRequest, rows: Iterable[Any]) -> None:
        self.request = request
        self.rows = list(rows)
        self._said: dict[str, dict[str, str]] = {}
        self._open: dict[ReadOnlyAdmin, bool] = {}

    def said(self, words: Callable[[Any], Any], column: str, value: Any) -> str:
        """A value in words, each asked for once."""
        known = self._said.setdefault(column, {})
        if not known and isinstance(words, NamedActors):
            known |= words.of_several({getattr(row, column) for row in self.rows})
        key = value if isinstance(value, str) else repr(value)
        if key not in known:
            known[key] = str(words(value))
        return known[key]

    def may_open(self, model_admin: ReadOnlyAdmin) -> bool:
        """Whether who asks may open another list."""
        if model_admin not in self._open:
            self._open[model_admin] = model_admin.has_view_permission(self.request)
        return self._open[model_admin]


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """A row, in the page it was read with."""

    row: Any
    page: ShownPage

    @property
    def public_id(self) -> str:
        return keys.key_of(self.row)

    id = public_id


@dataclasses.dataclass(frozen=True)
class ListPage(Page):
    """A page that can tell how long its list is."""

    count: Callable[[], int] = lambda: 0

    @property
    def total_count(self) -> int:
        return self.count()


class Listing:
    """One list of the console, as the graph reads it."""

    def __init__(self, model_admin: ReadOnlyAdmin) -> None:
        self.admin = model_admin
        self.model = model_admin.model
        self.fields: dict[str, Shown] = fields_of(model_admin)
        self.filters: dict[str, Filter] = filters_of(model_admin)
        self._by_name = {to_camel_case(name): one for name, one in self.fields.items()}

    def check(self, context: Context) -> None:
        """
        :raises Refused: if nobody is signed in
        :raises Forbidden: if the console does not open the list to them
        """
        context.require_user()
        if not self.admin.has_view_permission(_request_of(context)):
            raise Forbidden(list=self.model._meta.label)  # noqa: SLF001

    def page(
        self,
        info: GraphQLResolveInfo,
        first: int | None,
        after: str | None = None,
        **given: Any,
    ) -> ListPage:
        """A page of the list.

        :raises Refused: if it is too long, or `after` names no element of it
        """
        request = _request_of(info.context)
        kept = self.admin.get_queryset(request)
        for name, value in given.items():
            if value is not None:
                kept = self.filters[name].keeps(kept, value, request)
        asked = asked_names(info, NODES)
        rows = self._with_relations(kept, asked)
        found = page_of_rows(rows, order=self.order, first=first, after=after, find=_find)
        page = ShownPage(request, self._prepared(found.nodes, asked))
        return ListPage(
            [Row(row, page) for row in page.rows],
            found.has_next_page,
            found.has_previous_page,
            count=lambda: self.admin.paginator(kept, self.admin.list_per_page).count,
        )

    def one(self, info: GraphQLResolveInfo, id: str) -> Row:  # noqa: A002
        """One row.

        :raises NotFound: if it is absent, or not theirs to see
        """
        asked = asked_names(info, ((),))
        row = self._row(info, id, asked)
        page = ShownPage(_request_of(info.context), self._prepared([row], asked))
        return Row(page.rows[0], page)

    def told(self, info: GraphQLResolveInfo, id: str) -> PageNode:  # noqa: A002
        """The page of one row.

        :raises NotFound: if it is absent, or not theirs to see
        """
        row = self._row(info, id, set())
        return PageNode(self.admin, _request_of(info.context), row)

    def _row(self, info: GraphQLResolveInfo, id: str, asked: set[str]) -> Any:  # noqa: A002
        rows = self.admin.get_queryset(_request_of(info.context))
        row = keys.find(self._with_relations(rows, asked), id)
        if row is None:
            raise NotFound(list=self.model._meta.label)  # noqa: SLF001
        return row

    @functools.cached_property
    def order(self) -> tuple[str, ...]:
        """The list's own order, down to the last row."""
        ordered: list[str] = []
        for column in self.admin.ordering or ():
            ordered += self._columns_of(column)
        has_last = any(column.removeprefix("-") == "pk" for column in ordered)
        return (*ordered,) if has_last else (*ordered, "-pk")

    def _columns_of(self, column: str) -> list[str]:
        """A relation sorts as its own rows do."""
        sign, name = ("-" if column.startswith("-") else ""), column.removeprefix("-")
        if "__" in name or name == "pk":
            return [column]
        field = self.model._meta.get_field(name)  # noqa: SLF001
        if not field.is_relation or name == field.attname:
            return [column]
        related = field.related_model._meta  # noqa: SLF001
        assert not related.ordering, f"{column}: sorts as its own rows do"
        return [f"{sign}{field.attname}"]

    def _with_relations(self, rows: QuerySet[Any], asked: set[str]) -> QuerySet[Any]:
        shown = [self._by_name[name] for name in asked & self._by_name.keys()]
        wanted = {one for field in shown for one in field.through} | {*keys.through(self.model)}
        return rows.select_related(*sorted(wanted)) if wanted else rows

    def _prepared(self, rows: Iterable[Any], asked: set[str]) -> list[Any]:
        shown = [self._by_name[name] for name in asked & self._by_name.keys()]
        is_computed = any(one.is_computed for one in shown)
        found = list(self.admin.prepared(rows) if is_computed else rows)
        for one in shown:
            if one.prepares is not None:
                one.prepares(found)
        return found


def _find(rows: QuerySet[Any], written: str) -> Any:
    return keys.find(rows, written)


def _request_of(context: Context) -> SignedInRequest:
    return cast("SignedInRequest", context.request)


def asked_names(info: GraphQLResolveInfo, ways: Iterable[tuple[str, ...]]) -> set[str]:
    """The fields asked of what is at the end of these ways, directives disregarded."""
    found: set[str] = set()
    for way in ways:
        level = [one for node in info.field_nodes for one in _opened(node.selection_set, info)]
        for step in way:
            level = [
                one
                for node in level
                if node.name.value == step
                for one in _opened(node.selection_set, info)
            ]
        found.update(node.name.value for node in level)
    return found


def _opened(selections: SelectionSetNode | None, info: GraphQLResolveInfo) -> Iterable[FieldNode]:
    """The fields of a selection, fragments opened."""
    for one in selections.selections if selections else ():
        if isinstance(one, FieldNode):
            yield one
        elif isinstance(one, InlineFragmentNode):
            yield from _opened(one.selection_set, info)
        else:
            yield from _opened(info.fragments[one.name.value].selection_set, info)  # type: ignore[attr-defined]
