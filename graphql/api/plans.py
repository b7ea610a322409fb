"""Plans: a document that reads what a family may know is answered by one statement.

The statement is made when the document first runs and kept with it (`api.compiling`); PostgreSQL writes
the JSON of the answer, and Python only what it alone can say, such as the sentences of a price. The answer
is that of the ordinary resolvers: tests compare the two on generated families and documents.

What is not compiled goes the ordinary way: a field that has no SQL, a page after the first, an agent
(whose rights are not in the statement), and whatever fails, so that errors are told at their path.
"""

from __future__ import annotations

import collections
import json
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from api.context import Context

logger = logging.getLogger(__name__)
MOST_FORMS = 8


class Plan:
    """An operation, with its statement for each way its directives may go."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
    ) -> None:
        self.operation = operation
        self._schema = schema
        self._document = document
        self._conditions = _conditions(document)
        self._forms: collections.OrderedDict[tuple[Any, ...], Compiled | None] = (
            collections.OrderedDict()
        )

    def compiled(self, variables: Mapping[str, Any]) -> Compiled | None:
        """Its statement for some variables, if it has one."""
        form = tuple(variables.get(name) for name in self._conditions)
        if form not in self._forms:
            while len(self._forms) >= MOST_FORMS:
                self._forms.popitem(last=False)
            self._forms[form] = self._made(variables)
        return self._forms[form]

    def _made(self, variables: Mapping[str, Any]) -> Compiled | None:
        try:
            return Maker(self._schema, self._document, variables).compiled(self.operation)
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
        compiled = plan.compiled(variables)
        return None if compiled is None else _read(compiled, context, variables)
    except (NotCompiled, RulesUnread):
        return None
    except Exception:  # the ordinary way says what fails, and where
        logger.exception("graphql plan failed", extra={"reference": context.reference})
        return None


def _read(compiled: Compiled, context: Context, variables: Mapping[str, Any]) -> str | None:
    statement = compiled.statement
    found = read_made(statement.text, statement.parameters(context, variables))
    if found is None:
        return None
    is_agent, *parts = found
    read = dict(zip((key for key in compiled.keys if key not in compiled.made), parts, strict=True))
    if is_agent or any(read[key] is None for key in compiled.must_be):
        return None
    for key, make in compiled.made.items():
        read[key] = _json(make(context))
    if compiled.sayings:
        read = _said(compiled, read, context)
    return "{" + ",".join(f'"{key}":{read[key]}' for key in compiled.keys) + "}"


def _said(compiled: Compiled, read: Mapping[str, str], context: Context) -> dict[str, str]:
    """The same answers, with what Python says in its places."""
    answer = {key: json.loads(part) for key, part in read.items()}
    for saying in compiled.sayings:
        saying.say(answer, context)
    return {key: _json(part) for key, part in answer.items()}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
