"""Plans: a document that reads what a family may know is answered by one statement.

The statement is made when the document first runs and kept with it (`api.compiling`); PostgreSQL writes
the JSON of the answer, and Python only what it alone can say, such as the sentences of a price. The answer
is that of the ordinary resolvers: tests compare the two on generated families and documents.

A statement is made for some roles. Who asks is first taken for having none, and the same statement says
whether they have: only agents are asked about apart.

What is not compiled goes the ordinary way: a field that has no SQL, a page after the first, and whatever
fails, so that errors are told at their path.
"""

from __future__ import annotations

import collections
import logging
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson
from graphql import (
    DocumentNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    get_variable_values,
    visit,
)
from graphql.language import DirectiveNode, Visitor

from api.compiling.kinds import NotCompiled
from api.compiling.making import Compiled, Maker
from commons.hot_reads import read_made
from federation.passplus.models import RulesUnread
from tenants.accounts.capabilities import Role

if TYPE_CHECKING:
    from api.context import Context

logger = logging.getLogger(__name__)
MOST_FORMS = 8
NO_ROLES: frozenset[Role] = frozenset()
Form = tuple[Any, ...]


class Plan:
    """An operation, with its statement for each set of roles and each way its directives may go."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
    ) -> None:
        self.operation = operation
        self._schema = schema
        self._document = document
        self._conditions = _conditions(document)
        self._lock = threading.Lock()
        self._forms: collections.OrderedDict[Form, Compiled | None] = collections.OrderedDict()

    def compiled(
        self, variables: Mapping[str, Any], *, roles: frozenset[Role] = NO_ROLES
    ) -> Compiled | None:
        """Its statement for some roles and variables, if it has one."""
        form = (roles, *(variables.get(name) for name in self._conditions))
        with self._lock:
            if form not in self._forms:
                while len(self._forms) >= MOST_FORMS:
                    self._forms.popitem(last=False)
                self._forms[form] = self._made(variables, roles)
            return self._forms[form]

    def _made(self, variables: Mapping[str, Any], roles: frozenset[Role]) -> Compiled | None:
        maker = Maker(self._schema, self._document, roles=roles, variables=variables)
        try:
            return maker.compiled(self.operation)
        except NotCompiled:
            return None


class _Conditions(Visitor):
    """The variables that directives read."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def enter_directive(self, node: DirectiveNode, *_rest: Any) -> None:
        values = (argument.value for argument in node.arguments)
        self.names += [one.name.value for one in values if isinstance(one, VariableNode)]


def _conditions(document: DocumentNode) -> tuple[str, ...]:
    found = _Conditions()
    visit(document, found)
    return tuple(dict.fromkeys(found.names))


def plan_of(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
) -> Plan | None:
    """The plan of an operation of a valid document, if its statement can be tried."""
    if operation.operation is not OperationType.QUERY or operation.directives:
        return None
    return Plan(schema, document, operation)


def answered(
    plan: Plan, schema: GraphQLSchema, context: Context, values: Mapping[str, Any]
) -> str | None:
    """The data of an answer, in JSON; nothing if this request goes the ordinary way."""
    if context.user is None:
        return None
    variables: Any = get_variable_values(schema, plan.operation.variable_definitions, dict(values))
    if isinstance(variables, list):
        return None
    try:
        return _answered(plan, context, variables)
    except (NotCompiled, RulesUnread):
        return None
    except Exception:  # the ordinary way says what fails, and where
        logger.exception("graphql plan failed", extra={"reference": context.reference})
        return None


def _answered(plan: Plan, context: Context, variables: Mapping[str, Any]) -> str | None:
    compiled = plan.compiled(variables)
    read = compiled and _read(compiled, context, variables)
    if read and read[0]:
        roles = context.require_user().roles()
        compiled = plan.compiled(variables, roles=roles)
        read = compiled and _read(compiled, context, variables)
    if not compiled or not read:
        return None
    keys = (key for key in compiled.keys if key not in compiled.made)
    told = dict(zip(keys, read[1:], strict=True))
    if any(told[key] is None for key in compiled.must_be):
        return None
    for key, make in compiled.made.items():
        told[key] = _json(make(context))
    if compiled.sayings:
        told = _said(compiled, told, context)
    return "{" + ",".join(f'"{key}":{told[key]}' for key in compiled.keys) + "}"


def _read(
    compiled: Compiled, context: Context, variables: Mapping[str, Any]
) -> tuple[Any, ...] | None:
    statement = compiled.statement
    return read_made(statement.text, statement.parameters(context, variables))


def _said(compiled: Compiled, read: Mapping[str, str], context: Context) -> dict[str, str]:
    """The same answers, with what Python says in its places."""
    answer = {key: orjson.loads(part) for key, part in read.items()}
    for saying in compiled.sayings:
        saying.say(answer, context)
    return {key: _json(part) for key, part in answer.items()}


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
