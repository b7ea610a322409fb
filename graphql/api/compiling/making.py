"""Make the statement of one operation, and what remains for Python to say of its answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, Expression, TextField
from django.db.models.functions import Cast
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLSchema,
    GraphQLSkipDirective,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_argument_values,
    get_directive_values,
)

from api.compiling import family, kinds, money, sql
from api.compiling.kinds import Asked, Kind, NotCompiled, asked_by
from api.compiling.said import PARTS
from api.compiling.slots import WHO, Slots, Statement
from api.compiling.sql import Row
from api.limits import DEFAULT_PAGE, MAX_PAGE
from api.scalars import CURRENCY, public_id
from commons.errors import NotFound
from tenants.accounts.models import StaffRole, User

if TYPE_CHECKING:
    from api.context import Context
    from tenants.accounts.capabilities import Role

Variables = Mapping[str, Any]
Writer = Callable[[Any], Any]
Path = tuple[str, ...]


def _joined(*tables: Mapping[str, Mapping[str, Kind]]) -> dict[str, dict[str, Kind]]:
    joined: dict[str, dict[str, Kind]] = {}
    for table in tables:
        for kind, fields in table.items():
            joined.setdefault(kind, {}).update(fields)
    return joined


TYPES = _joined(family.TYPES, money.TYPES)


@dataclasses.dataclass(frozen=True, slots=True)
class Saying:
    """A value of the answer that Python makes of what was read, at a path through objects and lists."""

    path: Path
    read: Callable[[Any, Context], Any]
    write: Writer

    def say(self, answer: Any, context: Context) -> None:
        self._at(answer, self.path, context)

    def _at(self, value: Any, path: Path, context: Context) -> None:
        if isinstance(value, list):
            for one in value:
                self._at(one, path, context)
        elif value is not None and len(path) > 1:
            self._at(value[path[0]], path[1:], context)
        elif value is not None and value[path[0]] is not None:
            value[path[0]] = self.write(self.read(value[path[0]], context))


@dataclasses.dataclass(frozen=True, slots=True)
class Compiled:
    """A statement of one row: whether its reader has roles, then the JSON of each root field."""

    statement: Statement
    keys: Sequence[str]
    made: Mapping[str, Callable[[Context], Any]]  # of the keys that no SQL says
    must_be: frozenset[str]  # keys whose absence is an error, which the ordinary way says
    sayings: Sequence[Saying]


class Maker:
    """Compile an operation for some roles, and some values of the variables of its directives.

    :raises NotCompiled: if something of it is not in the tables
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        *,
        roles: frozenset[Role],
        variables: Variables,
    ) -> None:
        self._roles = roles
        self._schema = schema
        self._variables = variables
        self._slots = Slots()
        self._sayings: list[Saying] = []
        self._reads = False  # anything but the account itself, which every request has read
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }

    def compiled(self, operation: OperationDefinitionNode) -> Compiled:
        asked = asked_by(self._roles, self._slots)
        root = self._fields("Query", [operation.selection_set])
        parts: dict[str, Any] = {}
        made: dict[str, Callable[[Context], Any]] = {}
        must_be = set()
        for key, nodes in root.items():
            name = nodes[0].name.value
            if name == "viewer":
                parts[key] = self._object(asked, "Viewer", nodes, Row(), (key,))
            elif name in ("__typename", "departement"):
                made[key] = self._made(name, nodes)
            else:
                self._reads = True
                must_be.add(key)
                parts[key] = self._by_id(asked, TYPES["Query"].get(name), nodes, (key,))
        if not self._reads:
            raise NotCompiled
        agents = StaffRole.objects.filter(user_id=WHO)
        named = {
            f"part{place}": Cast(part, TextField()) for place, part in enumerate(parts.values())
        }
        found = User.objects.filter(pk=WHO).values(has_roles=Exists(agents), **named)
        return Compiled(
            statement=self._slots.statement(*found.query.sql_with_params()),
            keys=tuple(root),
            made=made,
            must_be=frozenset(must_be),
            sayings=self._sayings,
        )

    def _made(self, name: str, nodes: Sequence[FieldNode]) -> Callable[[Context], Any]:
        """A root field that no SQL says."""
        if name == "__typename":
            return lambda _context: "Query"
        write = self._writer("Departement", nodes)
        return lambda context: write(context.request.tenant)  # type: ignore[attr-defined]  # of our middleware

    # --- selections ----------------------------------------------------------------------------

    def _fields(
        self, kind: str, selections: Iterable[SelectionSetNode | None]
    ) -> dict[str, list[FieldNode]]:
        """The fields of a type under their keys, fragments opened, those of one key together."""
        found: dict[str, list[FieldNode]] = {}
        for selection in selections:
            if selection is not None:
                self._collect(kind, selection, found)
        return found

    def _collect(
        self, kind: str, selections: SelectionSetNode, found: dict[str, list[FieldNode]]
    ) -> None:
        for node in selections.selections:
            if not self._is_asked(node):
                continue
            if isinstance(node, FieldNode):
                found.setdefault((node.alias or node.name).value, []).append(node)
                continue
            inner: Any = node
            if isinstance(node, FragmentSpreadNode):
                inner = self._fragments[node.name.value]
            condition = inner.type_condition
            if condition is not None and condition.name.value != kind:
                raise NotCompiled(condition.name.value)
            self._collect(kind, inner.selection_set, found)

    def _is_asked(self, node: Any) -> bool:
        """Whether `@skip` and `@include` leave it."""
        if not node.directives:
            return True
        given = dict(self._variables)
        skip = get_directive_values(GraphQLSkipDirective, node, given)
        include = get_directive_values(GraphQLIncludeDirective, node, given)
        return not (skip and skip["if"]) and (include is None or bool(include["if"]))

    def _object(
        self, asked: Asked, kind: str, nodes: Sequence[FieldNode], row: Row, path: Path
    ) -> Expression:
        pairs = {
            key: self._field(asked, kind, inner, row, (*path, key))
            for key, inner in self._fields(kind, _sets(nodes)).items()
        }
        if len(pairs) > sql.MOST_KEYS:
            raise NotCompiled(kind)
        return sql.JsonObject(pairs)

    # --- fields --------------------------------------------------------------------------------

    def _field(
        self, asked: Asked, kind: str, nodes: Sequence[FieldNode], row: Row, path: Path
    ) -> Any:
        name = nodes[0].name.value
        if name == "__typename":
            return sql.Constant(f"'{kind}'")
        field = TYPES[kind].get(name)
        if field is None:
            raise NotCompiled(f"{kind}.{name}")
        self._reads = self._reads or not isinstance(field, kinds.Leaf)
        match field:
            case kinds.Leaf():
                return field.of(asked, row)
            case kinds.Amount():
                return self._amount(field.of(asked, row), nodes)
            case kinds.Behind():
                return self._object(asked, field.kind, nodes, row.behind(field.key), path)
            case kinds.One():
                one = Row().behind(field.behind) if field.behind else Row()
                node = self._object(asked, field.kind, nodes, one, path)
                return sql.row(field.rows(asked, row), node)
            case kinds.Many():
                node = self._object(asked, field.kind, nodes, Row(), path)
                return sql.rows(field.rows(asked, row), node)
            case kinds.Paged():
                return self._page(asked, kind, field, nodes, row, path)
            case kinds.Said():
                self._say(field, nodes, path)
                return field.value(asked, row)
        raise NotCompiled(f"{kind}.{name}")

    def _amount(self, cents: Any, nodes: Sequence[FieldNode]) -> Expression:
        parts = {
            "cents": cents,
            "currency": sql.Constant(f"'{CURRENCY}'"),
            "formatted": sql.Euros(cents),
            "__typename": sql.Constant("'Money'"),
        }
        asked = self._fields("Money", _sets(nodes))
        return sql.JsonObject({key: parts[one[0].name.value] for key, one in asked.items()})

    def _by_id(
        self, asked: Asked, field: Kind | None, nodes: Sequence[FieldNode], path: Path
    ) -> Any:
        if not isinstance(field, kinds.ById):
            raise NotCompiled(nodes[0].name.value)
        arguments = self._arguments("Query", nodes[0])
        wanted = asked.slots.identifier(
            lambda _context, variables: _identifier(arguments(variables)["id"])
        )
        return sql.row(
            field.rows(asked, wanted), self._object(asked, field.kind, nodes, Row(), path)
        )

    def _page(
        self,
        asked: Asked,
        kind: str,
        field: kinds.Paged,
        nodes: Sequence[FieldNode],
        row: Row,
        path: Path,
    ) -> Any:
        arguments = self._arguments(kind, nodes[0])
        rows = field.rows(asked, row)
        if field.is_list:
            size = asked.slots.number(lambda _context, variables: _size(arguments(variables)))
            return sql.rows(rows, self._object(asked, field.kind, nodes, Row(), path), size)
        more = asked.slots.number(lambda _context, variables: _size(arguments(variables)) + 1)
        found: list[Expression] = []
        keys = {}
        for key, inner in self._fields(f"{field.kind}Connection", _sets(nodes)).items():
            keys[key] = self._of_page(asked, field.kind, inner, (*path, key), found, more)
        return sql.page(rows, sql.PageShape(keys, found), more)

    def _of_page(
        self,
        asked: Asked,
        kind: str,
        nodes: Sequence[FieldNode],
        path: Path,
        found: list[Expression],
        more: int,
    ) -> str:
        """The SQL of a field of a connection; what is said of its rows joins `found`."""

        def node_of(inner: Sequence[FieldNode], at: Path) -> str:
            found.append(self._object(asked, kind, inner, Row(), at))
            return f"one.node{len(found) - 1}"

        match nodes[0].name.value:
            case "nodes":
                return sql.listed(node_of(nodes, path), more)
            case "edges":
                pairs = []
                for key, inner in self._fields(f"{kind}Edge", _sets(nodes)).items():
                    said = {"cursor": "one.cursor", "__typename": f"'{kind}Edge'"}
                    name = inner[0].name.value
                    value = node_of(inner, (*path, key)) if name == "node" else said[name]
                    pairs.append(f"'{key}', {value}")
                return sql.listed(f"json_build_object({', '.join(pairs)})", more)
            case "pageInfo":
                said = sql.page_info(more)
                asked_of = self._fields("PageInfo", _sets(nodes))
                pairs = [f"'{key}', {said[one[0].name.value]}" for key, one in asked_of.items()]
                return f"json_build_object({', '.join(pairs)})"
            case "__typename":
                return f"'{kind}Connection'"
        raise NotCompiled(f"{kind}Connection.{nodes[0].name.value}")

    def _arguments(self, kind: str, node: FieldNode) -> Callable[[Variables], Mapping[str, Any]]:
        """What the arguments of a field say for some variables; read once when there are none."""
        definition = self._schema.type_map[kind].fields[node.name.value]  # type: ignore[attr-defined]
        if any(isinstance(one.value, VariableNode) for one in node.arguments):
            return lambda variables: get_argument_values(definition, node, dict(variables))
        said = get_argument_values(definition, node)
        return lambda _variables: said

    # --- what Python says ----------------------------------------------------------------------

    def _say(self, field: kinds.Said, nodes: Sequence[FieldNode], path: Path) -> None:
        write = self._writer(field.kind, nodes) if field.kind else _itself
        if field.is_list:
            self._sayings.append(
                Saying(path, field.read, lambda read: [write(one) for one in read])
            )
        else:
            self._sayings.append(Saying(path, field.read, write))

    def _writer(self, kind: str, nodes: Sequence[FieldNode]) -> Writer:
        """A function that writes an object of a type that Python knows."""
        writers = {}
        for key, inner in self._fields(kind, _sets(nodes)).items():
            writers[key] = self._part(kind, inner)
        pairs = tuple(writers.items())
        return lambda value: {key: write(value) for key, write in pairs}

    def _part(self, kind: str, nodes: Sequence[FieldNode]) -> Writer:
        name = nodes[0].name.value
        if name == "__typename":
            return lambda _value: kind
        part = PARTS[kind].get(name)
        if part is None:
            raise NotCompiled(f"{kind}.{name}")
        read = part.read
        if not part.of:
            return read
        write = self._writer(part.of, nodes)
        if part.is_list:
            return lambda value: [write(one) for one in read(value)]
        return lambda value: write(read(value))


def _itself(value: Any) -> Any:
    return value


def _sets(nodes: Sequence[FieldNode]) -> list[SelectionSetNode | None]:
    return [node.selection_set for node in nodes]


def _identifier(written: Any) -> Any:
    try:
        return public_id(written)
    except NotFound as error:
        raise NotCompiled from error


def _size(arguments: Mapping[str, Any]) -> int:
    """How many elements a first page shows.

    :raises NotCompiled: if it is another page, or one that the ordinary way refuses
    """
    if arguments.get("after") is not None:
        raise NotCompiled
    size = arguments.get("first")
    if size is None:
        return DEFAULT_PAGE
    if not 1 <= size <= MAX_PAGE:
        raise NotCompiled
    return int(size)
