"""Documents: parsed, measured and validated once, then kept.

Parsing and validating cost more than running a small query (PERFORMANCE.md C: 1.8 ms against
0.2), and clients send the same documents again and again. What is kept is bounded by the length of
the texts, not by their number alone. A refused document is not kept.
"""

from __future__ import annotations

import collections
import dataclasses
import functools
import threading
from collections.abc import Collection, Mapping
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    ValueNode,
    ValuesOfCorrectTypeRule,
    parse,
    specified_rules,
    validate,
)

from api import broken_rules, limits
from api.plans import Plan, plan_of
from api.refusals import Refused

MAX_KEPT = 1_000
MAX_KEPT_CHARACTERS = 1_000_000
MAX_ERRORS = 10


@dataclasses.dataclass(frozen=True, slots=True)
class Prepared:
    """A document that may run."""

    document: DocumentNode
    cost: int
    introspects: bool
    varies: bool  # its cost depends on variables
    plans: Mapping[str, Plan]  # of the operations that have one, by their name


class DocumentsRefused(Exception):
    """A document may not run; `refusals` say why."""

    def __init__(self, refusals: list[Refused]) -> None:
        super().__init__([refusal.code for refusal in refusals])
        self.refusals = refusals


class DocumentCache:
    """Prepared documents of one schema, the least recently used forgotten first."""

    def __init__(self, schema: GraphQLSchema, *, trusted: Collection[str] = ()) -> None:
        self._schema = schema
        self._trusted = frozenset(trusted)
        self._pinned: dict[str, Prepared] = {}
        self._kept: collections.OrderedDict[str, Prepared] = collections.OrderedDict()
        self._characters = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def prepare(self, text: str, variables: Mapping[str, Any]) -> Prepared:
        """A document ready to run.

        :raises DocumentsRefused: if it is malformed, invalid, or beyond the limits
        """
        known = self._pinned.get(text)
        if known is None:
            with self._lock:
                known = self._kept.get(text)
                if known is not None:
                    self._kept.move_to_end(text)
        if known is None:
            known = _prepare(self._schema, text, variables)
            self._keep(text, known)
        elif known.varies:
            refusals, measures, _varies = limits.exceeded(self._schema, known.document, variables)
            if refusals:
                raise DocumentsRefused(refusals)
            return dataclasses.replace(known, cost=measures.cost)
        return known

    def _keep(self, text: str, prepared: Prepared) -> None:
        if text in self._trusted:
            self._pinned[text] = prepared
            return
        with self._lock:
            if text in self._kept:
                return
            self._kept[text] = prepared
            self._characters += len(text)
            while len(self._kept) > MAX_KEPT or self._characters > MAX_KEPT_CHARACTERS:
                old, _prepared = self._kept.popitem(last=False)
                self._characters -= len(old)


def _prepare(schema: GraphQLSchema, text: str, variables: Mapping[str, Any]) -> Prepared:
    document = _parsed(text)
    try:
        refusals, measures, varies = limits.exceeded(schema, document, variables)
    except RecursionError as error:
        raise DocumentsRefused([Refused("QUERY_TOO_DEEP", limit=limits.MAX_DEPTH)]) from error
    if refusals:
        raise DocumentsRefused(refusals)
    errors = validate(
        schema, document, _named_rules(), max_errors=MAX_ERRORS, hide_suggestions=True
    )
    if errors:
        raise DocumentsRefused([_in_french(error, document) for error in errors[:MAX_ERRORS]])
    return Prepared(
        document=document,
        cost=measures.cost,
        introspects=measures.introspects,
        varies=varies,
        plans=_plans(schema, document),
    )


def _plans(schema: GraphQLSchema, document: DocumentNode) -> dict[str, Plan]:
    found = {}
    for operation in limits.operations_of(document):
        plan = plan_of(schema, document, operation)
        if plan is not None:
            found[operation.name.value if operation.name else ""] = plan
    return found


def _parsed(text: str) -> DocumentNode:
    if len(text) > limits.MAX_QUERY_CHARACTERS:
        refusal = Refused("QUERY_TOO_LARGE", limit=limits.MAX_QUERY_CHARACTERS, unit="caractères")
        raise DocumentsRefused([refusal])
    try:
        return parse(text, max_lexical_tokens=limits.MAX_TOKENS, max_comments=limits.MAX_TOKENS)
    except GraphQLSyntaxError as error:
        if "contains more than" in error.message:
            refusal = Refused("QUERY_TOO_LARGE", limit=limits.MAX_TOKENS, unit="mots")
            raise DocumentsRefused([refusal]) from error
        place = error.locations[0] if error.locations else None
        line, column = (place.line, place.column) if place else (1, 1)
        raise DocumentsRefused([Refused("QUERY_SYNTAX", line=line, column=column)]) from error
    except RecursionError as error:
        raise DocumentsRefused([Refused("QUERY_TOO_DEEP", limit=limits.MAX_DEPTH)]) from error


def _in_french(error: GraphQLError, document: DocumentNode) -> Refused:
    signature = error.extensions or {}
    return broken_rules.said(
        str(signature.get("rule", "")),
        error,
        document,
        about=signature.get("about"),
        expected=signature.get("expected"),
    )


@functools.cache
def _named_rules() -> tuple[type[ASTValidationRule], ...]:
    """The rules of the specification, each signing the errors it reports."""
    return tuple(_signed(rule) for rule in specified_rules)


class _SigningContext:
    """The context of a rule, which writes on each error what it is about."""

    def __init__(self, context: Any, rule: str) -> None:
        self.value: ValueNode | None = None
        self._context = context
        self._rule = rule

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def report_error(self, error: GraphQLError) -> None:
        about = error.nodes[0] if error.nodes else self.value
        expected = self._context.get_input_type()
        error.extensions = {"rule": self._rule, "expected": expected, "about": about}
        self._context.report_error(error)


class _ValuesRule(ValuesOfCorrectTypeRule):
    """Remembers which value it looks at: what a scalar refuses, it refuses without saying where."""

    def is_valid_value_node(self, node: ValueNode) -> None:
        self.context.value = node  # type: ignore[attr-defined]
        super().is_valid_value_node(node)


def _signed(rule: type[ASTValidationRule]) -> type[ASTValidationRule]:
    base: Any = _ValuesRule if rule is ValuesOfCorrectTypeRule else rule

    def start(self: Any, context: Any) -> None:
        base.__init__(self, _SigningContext(context, rule.__name__))

    return type(f"Signed{rule.__name__}", (base,), {"__init__": start})
