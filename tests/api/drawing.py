"""GraphQL documents drawn over the whole schema: valid in shape, with values that fit, or are hostile.

One seed, one sequence of documents. Nothing of the product is read but its SDL.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_union_type,
)

TEXTS = (
    "", " ", "x" * 300, "Zoé l'Hôte", "\x00", "\ud800", "' OR 1=1 --", "%_\\", "-1", "1e400", "0",
    "2024-11-08", "2024-02-30", "9999-12-31", "2024-11-08T10:00:00Z", "NaN", "{}", "../..", "\u202e",
)  # fmt: skip
NUMBERS = (-(2**31), -1, 0, 1, 4, 20, 100, 101, 2**31 - 1)
CENTS = (-(2**53) + 1, -1, 0, 1, 1250, 2**53 - 1)
DAYS = ("2024-11-08", "2024-09-02", "0001-01-01", "9999-12-31", "2024-11-08T10:00:00Z", "hier")
PAGES = (None, 1, 3, 10)
DEPTH = 5
MOST_FIELDS = 4


class Drawn:
    """Documents of one seed, about some identifiers."""

    def __init__(
        self, schema: GraphQLSchema, *, seed: int, ids: Sequence[str], given: float = 0.6
    ) -> None:
        self.schema = schema
        self.given = given  # how often an argument is that may be left out
        self.random = random.Random(seed)
        self.ids = (*ids, "00000000-0000-7000-8000-000000000000", "x", "")

    def document(self) -> str:
        """A query, or one time in three a mutation."""
        is_mutation = self.random.random() < 1 / 3
        root = self.schema.mutation_type if is_mutation else self.schema.query_type
        assert root is not None
        kind = "mutation" if is_mutation else "query"
        name = self.random.choice(sorted(root.fields))
        return f"{kind} {{ {self._field(name, root.fields[name], DEPTH)} }}"

    def disguised(self, document: str) -> tuple[str, dict[str, Any]]:
        """The same document, sometimes as an attacker would write it, and variables that it names or not."""
        how = self.random.randrange(8)
        kind, _space, rest = document.partition(" ")
        if how == 0:
            root = "Query" if kind == "query" else "Mutation"
            return f"{kind} {{ ...A ...A }} fragment A on {root} {rest}", {}
        if how == 1:
            return (
                f"{kind} {rest[:-1]} again: __typename @skip(if: false) @include(if: true) }}",
                {},
            )
        if how == 2:
            cut = self.random.randrange(len(document))
            return document[:cut] + self.random.choice(TEXTS) + document[cut:], {}
        if how == 3:
            values = (*TEXTS, *NUMBERS, None, True, [], {}, [[1]], {"a": {"b": 1}})
            given = self.random.choice(values)
            return f"{kind} ($x: String, $n: Int = 3) {rest}", {"x": given, "n": given, "y": 1}
        return document, {}

    def query(self, roots: Sequence[str] = ()) -> str:
        """A query, of one of some root fields or of any."""
        root = self.schema.query_type
        assert root is not None
        name = self.random.choice(sorted(roots or root.fields))
        return f"{{ {self._field(name, root.fields[name], DEPTH)} }}"

    def _field(self, name: str, field: GraphQLField, depth: int) -> str:
        given = {
            key: self._value(argument.type)
            for key, argument in field.args.items()
            if self._is_given(argument)
        }
        written = ", ".join(f"{key}: {value}" for key, value in given.items())
        arguments = f"({written})" if written else ""
        return f"{name}{arguments}{self._selection(get_named_type(field.type), depth)}"

    def _is_given(self, argument: GraphQLArgument | GraphQLInputField) -> bool:
        is_required = isinstance(argument.type, GraphQLNonNull)
        return is_required or self.random.random() < self.given

    def _selection(self, kind: object, depth: int) -> str:
        if not is_composite_type(kind):
            return ""
        if is_union_type(kind):
            parts = [f"... on {one.name}{self._selection(one, depth - 1)}" for one in kind.types]
            return f" {{ __typename {self.random.choice(parts)} }}"
        fields = kind.fields  # type: ignore[attr-defined]
        count = self.random.randint(1, MOST_FIELDS)
        names = self.random.sample(sorted(fields), min(count, len(fields)))
        inner = [
            self._field(name, fields[name], depth - 1)
            for name in names
            if depth > 0 or not is_composite_type(get_named_type(fields[name].type))
        ]
        return f" {{ {' '.join(inner or ['__typename'])} }}"

    def _value(self, kind: object, depth: int = 3) -> str:
        """A value of an input type, written; sometimes null, where it may be."""
        if isinstance(kind, GraphQLNonNull):
            return self._value(kind.of_type, depth)
        if self.random.random() < 0.03:
            return "null"
        if isinstance(kind, GraphQLList):
            count = self.random.choice((0, 1, 1, 2, 5))
            return f"[{', '.join(self._value(kind.of_type, depth) for _ in range(count))}]"
        if isinstance(kind, GraphQLEnumType):
            return self.random.choice(sorted(kind.values))
        if isinstance(kind, GraphQLInputObjectType):
            given = {
                name: self._value(field.type, depth - 1)
                for name, field in kind.fields.items()
                if self._is_given(field) and depth > 0
            }
            return f"{{{', '.join(f'{name}: {value}' for name, value in given.items())}}}"
        return self._leaf(getattr(kind, "name", ""))

    def _leaf(self, name: str) -> str:
        if name == "ID":
            return _written(self.random.choice(self.ids))
        if name == "Int":
            return str(self.random.choice(NUMBERS))
        if name == "Cents":
            return str(self.random.choice(CENTS))
        if name == "Boolean":
            return self.random.choice(("true", "false"))
        if name in ("Date", "DateTime"):
            return _written(self.random.choice(DAYS))
        if name in ("Float", "Decimal"):
            return self.random.choice(("0", "-1.5", "1e300", '"12.40"', '"NaN"'))
        if name == "_Any":
            kind = self.random.choice(("Child", "College", "Viewer", "Partner", "Invoice", ""))
            return f"{{__typename: {_written(kind)}, id: {_written(self.random.choice(self.ids))}}}"
        return _written(self.random.choice((*TEXTS, *self.ids)))


def _written(text: str) -> str:
    """A text as GraphQL writes it: JSON's escapes are its own."""
    return json.dumps(text)


class Reads(Drawn):
    """Queries alone, each about something that there is: short pages, no hostile value.

    `arguments` are what the fields of Query are asked with, by their name (`'id: "…"'`).
    """

    def __init__(self, schema: GraphQLSchema, *, seed: int, arguments: Mapping[str, str]) -> None:
        super().__init__(schema, seed=seed, ids=())
        self._arguments = arguments

    def document(self, name: str = "") -> str:
        """A query of one field, of this name or of any."""
        root = self.schema.query_type
        assert root is not None
        name = name or self.random.choice(sorted(root.fields))
        field = root.fields[name]
        given = self._arguments.get(name, "")
        page = self._page(field)
        written = ", ".join(one for one in (given, page) if one)
        arguments = f"({written})" if written else ""
        selected = self._selection(get_named_type(field.type), DEPTH)
        return f"query {{ {name}{arguments}{selected} }}"

    def _field(self, name: str, field: GraphQLField, depth: int) -> str:
        written = 'of: "2024-11-08"' if "of" in field.args else self._page(field)
        arguments = f"({written})" if written else ""
        return f"{name}{arguments}{self._selection(get_named_type(field.type), depth)}"

    def _page(self, field: GraphQLField) -> str:
        size = self.random.choice(PAGES)
        return f"first: {size}" if size and "first" in field.args else ""
