"""What is typed at a command: read, or refused in one sentence."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from socle.command_errors import Refused

_Rules = TypeVar("_Rules")


def day_of(text: str) -> datetime.date:
    """A day written AAAA-MM-JJ.

    :raises Refused: if it is none
    """
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise Refused(f"« {text} » n'est pas une date AAAA-MM-JJ.") from error


def rules_in(path: str, load: Callable[[Path], _Rules]) -> _Rules:
    """The rules that a file holds.

    :raises Refused: with each problem and its line
    """
    from billing.rule_files import InvalidRule  # noqa: PLC0415  a fast start
    from ui.rule_problems import refusal_sentences  # noqa: PLC0415

    try:
        return load(Path(path))
    except InvalidRule as refusal:
        raise Refused(" ".join(refusal_sentences(refusal))) from refusal
