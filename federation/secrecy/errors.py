"""What `protect` refuses."""

from commons.errors import DomainError


class TableInconsistent(DomainError):
    """A margin is not the sum of what it is made of, a code has no place, or two tables disagree."""

    code = "SECRECY_TABLE_INCONSISTENT"


class NotProtectable(DomainError):
    """A cell would be found even with every other cell left out, and nothing that left earlier says why."""

    code = "SECRECY_NOT_PROTECTABLE"


class LeakFound(DomainError):
    """What was about to leave lets a sensitive cell be found: nothing leaves."""

    code = "SECRECY_LEAK_FOUND"
