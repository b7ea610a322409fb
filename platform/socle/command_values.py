"""What is typed at a command: read, or refused in one sentence."""

from __future__ import annotations

import datetime

from socle.command_errors import Refused


def day_of(text: str) -> datetime.date:
    """A day written AAAA-MM-JJ.

    :raises Refused: if it is none
    """
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise Refused(f"« {text} » n'est pas une date AAAA-MM-JJ.") from error
