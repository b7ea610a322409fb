"""What a partner reads or types of a ticket, and which département it is of.

A QR code names its département, and signs it (ADR 0052). A code that is typed is eight letters and figures
that say nothing; a ticket therefore shows them after the number of its département: « 92 K7QX 3MBD ».
Typed without the number, a code is one of here. It is never tried anywhere but where it says.
"""

from __future__ import annotations

import base64
import dataclasses
import json

from commons.errors import DomainError

CODE_LENGTH = 8
PREFIX = "SP1."
LONGEST = 400


class TicketUnreadable(DomainError):
    """What was read or typed is no code of a ticket."""

    code = "PASSPLUS_TICKET_UNREADABLE"


@dataclasses.dataclass(frozen=True, slots=True)
class TicketCode:
    """The code of a ticket, and the département it names, if it names one."""

    departement: str | None
    code: str


def shown(departement: str, code: str) -> str:
    """A code as it is shown, printed and read aloud: « 92 K7QX 3MBD »."""
    return f"{departement} {code[:4]} {code[4:]}".strip()


def read(text: str) -> TicketCode:
    """
    What was scanned or typed. The signature of a QR code is not what opens a ticket: its code is.

    :raises TicketUnreadable: if it cannot be a ticket's
    """
    text = text.strip()
    if len(text) > LONGEST:
        raise TicketUnreadable
    if text.startswith(PREFIX):
        return _scanned(text)
    letters = "".join(letter for letter in text.upper() if letter.isascii() and letter.isalnum())
    departement, code = letters[:-CODE_LENGTH], letters[-CODE_LENGTH:]
    if len(code) < CODE_LENGTH or len(departement) not in (0, 2, 3):
        raise TicketUnreadable
    return TicketCode(departement or None, code)


def _scanned(text: str) -> TicketCode:
    try:
        body = text.split(".")[1]
        said = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return TicketCode(str(said["d"]), str(said["t"]))
    except (IndexError, KeyError, TypeError, ValueError):
        raise TicketUnreadable from None
