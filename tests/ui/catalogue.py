"""The French catalogue: every text of the interface, with the file it comes from.

Read from the sources, not from a compiled file: literals given to gettext in Python (through the
syntax tree), `{% translate %}` and `{% blocktranslate %}` in templates.
"""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

from django.template.base import Lexer, TokenType

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("platform", "tenants", "billing", "federation", "graphql")
GETTEXT = {"_", "gettext", "gettext_lazy", "pgettext", "pgettext_lazy", "ngettext", "ngettext_lazy"}
_QUOTED = re.compile(r'^translate\s+(?:"([^"]*)"|\'([^\']*)\')')


@dataclasses.dataclass(frozen=True, slots=True)
class Message:
    """One text as it stands in a source."""

    text: str
    place: str


def python_files(*folders: str) -> Iterator[Path]:
    """The Python sources of some folders."""
    for folder in folders or FOLDERS:
        yield from sorted((ROOT / folder).rglob("*.py"))


def template_files(*folders: str) -> Iterator[Path]:
    """The templates of some folders, HTML and plain text."""
    for folder in folders or FOLDERS:
        for path in sorted((ROOT / folder).rglob("templates/**/*")):
            if path.suffix in {".html", ".txt"}:
                yield path


def python_messages(path: Path) -> Iterator[Message]:
    """The literals a module gives to gettext."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name not in GETTEXT:
            continue
        for argument in node.args:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield Message(argument.value, f"{path.relative_to(ROOT)}:{node.lineno}")


def template_messages(path: Path) -> Iterator[Message]:
    """The texts a template translates; variables of a block show as `%(name)s`."""
    block: list[str] | None = None
    for token in Lexer(path.read_text(encoding="utf-8")).tokenize():
        place = f"{path.relative_to(ROOT)}:{token.lineno}"
        if token.token_type == TokenType.BLOCK:
            word = token.contents.split()[0]
            quoted = _QUOTED.match(token.contents)
            if quoted:
                yield Message(quoted[1] or quoted[2] or "", place)
            elif word == "blocktranslate":
                block = []
            elif word in {"plural", "endblocktranslate"} and block is not None:
                yield Message("".join(block), place)
                block = [] if word == "plural" else None
        elif block is not None:
            is_variable = token.token_type == TokenType.VAR
            block.append(f"%({token.contents})s" if is_variable else token.contents)


def messages(*folders: str) -> list[Message]:
    """Every text of some folders."""
    found = [message for path in python_files(*folders) for message in python_messages(path)]
    found += [message for path in template_files(*folders) for message in template_messages(path)]
    return found


def sentences(text: str) -> list[str]:
    """The sentences of a text; tags and line ends separate too."""
    plain = re.sub(r"<[^>]+>", " ", text)
    return [part.strip() for part in re.split(r"(?<=[.!?…])\s+|\n\n", plain) if part.strip()]


def word_count(sentence: str) -> int:
    """The words of a sentence; a placeholder is one word, punctuation is none."""
    return sum(bool(re.search(r"\w", word)) for word in re.split(r"[\s\u00a0]+", sentence))
