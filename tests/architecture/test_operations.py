"""Business acts and money: the shape of `operations.py`, and what no room may do."""

from __future__ import annotations

import ast
import re

from tests.architecture.sources import (
    calls,
    functions,
    imports,
    in_folders,
    named,
    sources,
    strings,
    written,
)

INTERFACES = ("platform/portal", "platform/console", "platform/observatory", "graphql/api")
# Loaders read for a whole request; an interface's own `queries.py` is a page's read across rooms.
MAY_QUERY = re.compile(r"(loaders|queries|compiling)(\.py|/)")
CLOCKS = re.compile(r"(timezone|datetime|date|time)\.(now|utcnow|today|time|localdate)$")
ROLE_SWITCH = re.compile(
    r"\b(RE)?SET\s+(LOCAL\s+|SESSION\s+)?(ROLE|SESSION\s+AUTHORIZATION)\b", re.IGNORECASE
)
# The one place that changes role, and the isolation suite that attacks it.
MAY_SWITCH = ("tenants/registry/backend/",)


def is_public(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return not node.name.startswith("_") and isinstance(node, ast.FunctionDef)


def public_functions(tree: ast.Module) -> list[ast.FunctionDef]:
    return [node for node in tree.body if isinstance(node, ast.FunctionDef) and is_public(node)]


def test_operations_and_models_say_what_the_code_cannot():
    silent = [
        source.place
        for name in ("operations.py", "models.py", "queries.py", "access.py")
        for source in named(name)
        if not ast.get_docstring(source.tree)
    ]
    assert silent == []


def test_public_operations_have_a_docstring_and_named_arguments():
    wrong = []
    for source in named("operations.py"):
        for node in public_functions(source.tree):
            if not ast.get_docstring(node):
                wrong.append(f"{source.place}:{node.lineno} {node.name}: no docstring")
            if len(node.args.args) + len(node.args.posonlyargs) > 1:
                wrong.append(f"{source.place}:{node.lineno} {node.name}: positional")
    assert wrong == []


def test_the_clock_stays_at_the_edge():
    wrong = [
        f"{source.place}:{call.lineno} {name}"
        for source in named("operations.py")
        for name, call in calls(source)
        if CLOCKS.search(name)
    ]
    assert wrong == []


def test_operations_know_neither_http_nor_settings():
    wrong = [
        f"{source.place}:{line} imports {module}"
        for source in named("operations.py")
        for module, line in imports(source)
        if module.startswith(("httpx", "django.http", "graphene", "django.conf", "commons.http"))
    ]
    assert wrong == []


def test_interfaces_ask_queries_and_access_functions():
    wrong = [
        f"{source.place}:{node.lineno}"
        for source in in_folders(*INTERFACES)
        if not MAY_QUERY.search(source.place)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and node.attr == "objects"
    ]
    assert wrong == []


def test_only_the_backend_changes_role():
    wrong = [
        f"{source.place}:{line} {text.strip()[:60]}"
        for source in sources()
        if not source.place.startswith(MAY_SWITCH)
        for text, line in strings(source)
        if ROLE_SWITCH.search(text)
    ]
    assert wrong == []


def test_money_is_never_a_float():
    """A float may be recognised in a file from outside, to be refused; never made."""
    wrong = []
    for source in in_folders("billing", "platform/commons/money.py"):
        recognised = {
            id(part)
            for name, call in calls(source)
            if name == "isinstance"
            for part in ast.walk(call)
        }
        for node in ast.walk(source.tree):
            is_float = (
                isinstance(node, ast.Name) and node.id == "float" and id(node) not in recognised
            )
            is_field = isinstance(node, ast.Attribute) and node.attr == "FloatField"
            is_literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
            if is_float or is_field or is_literal:
                wrong.append(f"{source.place}:{node.lineno}")
    assert wrong == []


def test_there_is_no_signal_no_ordering_and_no_save():
    wrong = []
    for source in in_folders("tenants", "billing", "federation", "platform/commons"):
        for module, line in imports(source):
            if module.startswith(("django.db.models.signals", "django.dispatch")):
                wrong.append(f"{source.place}:{line} signals")
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ClassDef) and node.name == "Meta":
                names = [
                    ast.unparse(t)
                    for b in node.body
                    if isinstance(b, ast.Assign)
                    for t in b.targets
                ]
                wrong += [f"{source.place}:{node.lineno} ordering"] * ("ordering" in names)
        wrong += [
            f"{source.place}:{node.lineno} {node.name}()"
            for node in functions(source)
            if source.path.name == "models.py" and node.name in {"save", "delete", "clean"}
        ]
    assert wrong == []


def test_broad_exceptions_are_caught_at_the_edges_only():
    """HTTP, GraphQL, Celery, and the loop over tenants."""
    edges = (
        "graphql/api/",
        "platform/socle/",
        "tenants/registry/contexts.py",
        "platform/commons/outbox.py",
    )
    wrong = [
        f"{source.place}:{node.lineno}"
        for source in written()
        if not source.place.startswith(edges)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ExceptHandler)
        and node.type is not None
        and ast.unparse(node.type) in {"Exception", "BaseException"}
        and not (isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None)
    ]
    assert wrong == []


def test_locks_name_their_table():
    """`select_for_update` without `of` also locks what `select_related` joins."""
    wrong = [
        f"{source.place}:{call.lineno}"
        for source in written()
        for name, call in calls(source)
        if name.endswith(".select_for_update")
        and not any(keyword.arg == "of" for keyword in call.keywords)
    ]
    assert wrong == []
