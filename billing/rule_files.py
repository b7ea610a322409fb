"""Rule files: YAML or JSON written by people, read without losing a cent or a line number.

A decimal in such a file becomes a `Decimal` of exactly what is written (`0.40` stays `0.40`), never
a float. `24:00` stays text (YAML 1.1 would read the number 1440). Each value remembers the line it
stands on, so that a refusal can name it. Aliases, keys written twice, and files over 1 MB are
refused. JSON is read by the same reader: it is YAML written in flow style.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from commons.errors import DomainError

LARGEST_FILE_BYTES = 1_000_000
DEEPEST_NESTING = 20

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?[0-9]+\.[0-9]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a rule: a code, where it stands, and the values that explain it.

    `place` is a path in the rule ("rule.brackets[2].from"); `line` is the line of the file, when
    the rule came from a file.
    """

    code: str
    place: str = ""
    values: Mapping[str, str | int] = dataclasses.field(default_factory=dict)
    line: int | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "place": self.place,
            "line": self.line,
            "values": dict(self.values),
        }


class InvalidRule(DomainError):
    """A rule that cannot be applied as it is written; `problems` says each reason and its place."""

    code = "RULE_INVALID"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(problems=[problem.as_dict() for problem in self.problems])

    def on_lines(self, lines: Mapping[str, int]) -> InvalidRule:
        """The same refusal, each problem with the line of the file it stands on."""
        return type(self)(
            dataclasses.replace(problem, line=problem.line or line_of(lines, problem.place))
            for problem in self.problems
        )


@dataclasses.dataclass(frozen=True, slots=True)
class RuleText:
    """What a rule file says: its data, and the line of each value by path."""

    data: dict[str, Any]
    lines: Mapping[str, int]


def line_of(lines: Mapping[str, int], place: str) -> int | None:
    """The line of a path, or of the nearest thing that holds it."""
    while place and place not in lines:
        place = place[: max(place.rfind("."), place.rfind("["), 0)]
    return lines.get(place)


def read_rule_file(path: Path) -> RuleText:
    """Read a rule file.

    :raises InvalidRule: if it cannot be opened, or is not one mapping in YAML or JSON
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST_FILE_BYTES + 1)
    except OSError as error:
        raise InvalidRule([Problem("FILE_UNREADABLE", values={"file": str(path)})]) from error
    if len(content) > LARGEST_FILE_BYTES:
        raise InvalidRule([Problem("FILE_TOO_LARGE", values={"bytes": LARGEST_FILE_BYTES})])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidRule([Problem("FILE_NOT_UTF8", values={"file": str(path)})]) from error
    return read_rule_text(text)


def read_rule_text(text: str) -> RuleText:
    """Read the text of a rule file.

    :raises InvalidRule: if it is not one mapping in YAML or JSON
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise InvalidRule([Problem("FILE_SYNTAX", line=mark.line + 1 if mark else None)]) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise InvalidRule([Problem("FILE_SYNTAX")]) from error
    if not isinstance(root, yaml.MappingNode):
        raise InvalidRule([Problem("FILE_NOT_A_MAPPING", line=1)])
    reader = _NodeReader()
    data = reader.read(root, "", 0)
    return RuleText(data=data, lines=reader.lines)


class _NodeReader:
    """Turns YAML nodes into plain values, noting the line of each path."""

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}
        self._seen: set[int] = set()

    def read(self, node: yaml.Node, path: str, depth: int) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        if id(node) in self._seen:
            raise InvalidRule([Problem("FILE_ALIAS", place=path, line=line)])
        if depth > DEEPEST_NESTING:
            raise InvalidRule([Problem("FILE_TOO_DEEP", place=path, line=line)])
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            return [
                self.read(child, f"{path}[{rank}]", depth + 1)
                for rank, child in enumerate(node.value)
            ]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: str, depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            place = f"{path}.{key}" if path else key
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise InvalidRule([Problem("FILE_SYNTAX", place=path, line=line)])
            if key in values:
                raise InvalidRule([Problem("KEY_TWICE", place=place, line=line)])
            self.lines[place] = line
            values[key] = self.read(value_node, place, depth + 1)
        return values


def _scalar(node: yaml.Node) -> str | int | Decimal | bool | datetime.date | None:
    text = str(node.value)
    if isinstance(node, yaml.ScalarNode) and node.style in ("'", '"', "|", ">"):
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) <= 18 else text
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    if _DATE.fullmatch(text):
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            return text
    return text
