"""Expressions that write JSON, as GraphQL has it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Expression,
    F,
    Func,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Concat

MOST_KEYS = 50  # PostgreSQL's functions take a hundred arguments


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """The row that an object is read from; behind a foreign key, by its `prefix`, which ends in `__`."""

    prefix: str = ""

    def __call__(self, name: str) -> F:
        """One of its columns."""
        return F(self.prefix + name)

    def outer(self, name: str) -> OuterRef:
        """One of its columns, for rows that hang on it."""
        return OuterRef(self.prefix + name)

    def name(self, name: str) -> str:
        """How a lookup names one of its columns."""
        return self.prefix + name

    def behind(self, key: str) -> Row:
        """The row behind one of its foreign keys."""
        return Row(f"{self.prefix}{key}__")


class JsonObject(Func):
    """An object whose keys are names of GraphQL, in their order."""

    output_field = TextField()

    def __init__(self, pairs: Mapping[str, Any]) -> None:
        super().__init__(*pairs.values())
        self.keys = tuple(pairs)

    def as_sql(self, compiler: Any, _connection: Any, **_more: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        parts, params = [], []
        for key, expression in zip(self.keys, self.get_source_expressions(), strict=True):
            sql, given = compiler.compile(expression)
            parts.append(f"'{key}', {sql}")
            params.extend(given)
        return f"json_build_object({', '.join(parts)})", params


class JsonArray(Func):
    """An array of some values."""

    function = "json_build_array"
    output_field = TextField()


class IsThere(Func):
    """Whether a column says something."""

    template = "(%(expressions)s IS NOT NULL)"
    output_field = BooleanField()


class Euros(Func):
    """Cents, written as `commons.money.format_euros` does."""

    template = (
        "translate(to_char(%(expressions)s * 0.01, 'FM999,999,999,999,999,990.00'), ',.', U&'\\202F,')"
        " || U&'\\00A0\u20ac'"
    )
    output_field = TextField()


class Moment(Func):
    """An instant, as Python writes it in UTC."""

    template = (
        "replace(to_char(%(expressions)s AT TIME ZONE 'UTC',"
        " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"'), '.000000', '')"
    )
    output_field = TextField()


class Named(Func):
    """A stored value under its name in the schema: a name does not begin with a digit."""

    template = "regexp_replace(%(expressions)s, '^(?=[0-9])', '_')"
    output_field = TextField()


class Names(Func):
    """The names of the bits that a number has, as an array."""

    output_field = TextField()

    def __init__(self, expression: Any, names: Mapping[int, str]) -> None:
        rows = ", ".join(f"({bit}, '{name}')" for bit, name in sorted(names.items()))
        super().__init__(expression)
        self.template = (  # names of ours
            "(SELECT coalesce(json_agg(one.name ORDER BY one.bit), '[]')"  # noqa: S608
            f" FROM (VALUES {rows}) AS one(bit, name) WHERE %(expressions)s & one.bit > 0)"
        )


class Constant(Func):
    """A text of ours, or a piece of JSON, written as it is."""

    output_field = TextField()

    def __init__(self, sql: str) -> None:
        super().__init__()
        self.template = sql


NO_LIST = Constant("'[]'::json")
TRUE = Constant("true")


def constant_list(names: Sequence[str]) -> Constant:
    """A list of names of ours."""
    return Constant(f"'{json.dumps(list(names))}'::json")


class Rows(Subquery):
    """A list of what the column `node` of some rows says, in their order."""

    template = "(SELECT coalesce(json_agg(one.node), '[]'::json) FROM (%(subquery)s) AS one)"
    output_field = TextField()


def rows(queryset: QuerySet[Any], node: Expression, size: int | None = None) -> Rows:
    """What is said of each of some rows; of the first ones, by the slot of their number."""
    return Rows(queryset.values(node=node)[:size])


def row(queryset: QuerySet[Any], node: Expression) -> Subquery:
    """What is said of the first of some rows; nothing without any."""
    return Subquery(queryset.values(node=node)[:1], output_field=TextField())


@dataclasses.dataclass(frozen=True, slots=True)
class PageShape:
    """What a document asks of a page: its keys with the SQL of each, over rows `one` at a `place`."""

    keys: Mapping[str, str]
    nodes: Sequence[Expression]


def page(queryset: QuerySet[Any], shape: PageShape, more: int) -> Subquery:
    """The first page of some rows; `more` is the slot of one more than it shows."""
    nodes = {f"node{place}": node for place, node in enumerate(shape.nodes)}
    found = queryset.values(cursor=F("public_id"), **nodes)[:more]
    pairs = ", ".join(f"'{key}', {sql}" for key, sql in shape.keys.items())
    template = (
        f"(SELECT json_build_object({pairs}) FROM (SELECT read.*, row_number() OVER () AS place,"  # noqa: S608
        f" least(count(*) OVER (), {more} - 1) AS last FROM (%(subquery)s) AS read) AS one"
        " HAVING count(*) >= 0)"  # one row, whatever is asked of the page
    )
    return Subquery(found, output_field=TextField(), template=template)


def listed(inner: str, more: int) -> str:
    """In a page: the list of something of each of its rows."""
    return f"coalesce(json_agg({inner} ORDER BY one.place) FILTER (WHERE one.place < {more}), '[]')"


def page_info(more: int) -> dict[str, str]:
    """In a page: where it is in the list."""
    cursor = "max(one.cursor::text) FILTER (WHERE one.place = {})"
    return {
        "hasNextPage": f"count(*) >= {more}",
        "hasPreviousPage": "false",
        "startCursor": cursor.format("1"),
        "endCursor": cursor.format("one.last"),
        "__typename": "'PageInfo'",
    }


def full_name(row: Row, prefix: str = "") -> Concat:
    """First and last name, in columns that may be named after whom they name."""
    first, last = row(f"{prefix}first_name"), row(f"{prefix}last_name")
    return Concat(first, Value(" "), last, output_field=TextField())


class _Total(Subquery):
    template = "(SELECT coalesce(sum(one.cents), 0) FROM (%(subquery)s) AS one)"


def total(queryset: QuerySet[Any], name: str) -> Subquery:
    """The sum of a column of some rows; zero without any."""
    return _Total(queryset.order_by().values(cents=F(name)), output_field=BigIntegerField())
