"""The product's own sources, read once: what the rules of this folder look at."""

from __future__ import annotations

import ast
import dataclasses
import functools
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Where each package stands; `platform` and `graphql` are folders, not packages.
HOMES = {"platform": ROOT / "platform", "graphql": ROOT / "graphql"}
ROOMS = ("tenants", "billing", "federation")
FOLDERS = ("platform", "graphql", *ROOMS)


@dataclasses.dataclass(frozen=True)
class Source:
    """A module: where it is, what it is called, and its syntax tree."""

    path: Path
    module: str
    text: str
    tree: ast.Module

    @property
    def place(self) -> str:
        """Its path from the root of the checkout."""
        return str(self.path.relative_to(ROOT))

    @property
    def layer(self) -> str:
        """The room or interface it belongs to."""
        return self.module.partition(".")[0]

    @property
    def is_migration(self) -> bool:
        """Whether Django wrote it, or it stands among what Django wrote."""
        return "migrations" in self.path.parts


def module_name(path: Path) -> str:
    """The dotted name of a source file."""
    relative = path.relative_to(ROOT)
    parts = relative.parts[1:] if relative.parts[0] in HOMES else relative.parts
    return ".".join(parts).removesuffix(".py").removesuffix(".__init__")


@functools.cache
def sources() -> tuple[Source, ...]:
    """Every Python module of the product, migrations included."""
    found = []
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            found.append(Source(path, module_name(path), text, ast.parse(text)))
    return tuple(found)


def written() -> tuple[Source, ...]:
    """What people wrote: no migration."""
    return tuple(source for source in sources() if not source.is_migration)


def named(name: str) -> tuple[Source, ...]:
    """Every `operations.py`, `models.py`… of the rooms."""
    return tuple(source for source in written() if source.path.name == name)


def in_folders(*folders: str) -> tuple[Source, ...]:
    """What stands under some folders, migrations apart."""
    return tuple(source for source in written() if source.place.startswith(folders))


def imports(source: Source) -> Iterator[tuple[str, int]]:
    """Every module imported, wherever in the file, with its line."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


def functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, nested ones too."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _body(node: ast.AST) -> list[ast.stmt]:
    body = getattr(node, "body", None)
    return body if isinstance(body, list) else []


def strings(source: Source) -> Iterator[tuple[str, int]]:
    """Every string that is not a docstring, with its line; the fixed parts of f-strings too."""
    docstrings = {
        id(node.value)
        for parent in ast.walk(source.tree)
        for node in _body(parent)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(source.tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
        ):
            yield node.value, node.lineno


def called(node: ast.Call) -> str:
    """The dotted name of what a call calls."""
    return ast.unparse(node.func)


def calls(source: Source) -> Iterator[tuple[str, ast.Call]]:
    """Every call, with the dotted name of what it calls."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            yield called(node), node
