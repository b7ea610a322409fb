"""Anticipated refusals.

A `DomainError` is shown to the person and counted, never paged. It carries a code and the values
that explain it, and no text: the French sentence is found by the interface (`ui.errors`).
Everything else that is raised is a bug.
"""

from typing import Any


class DomainError(Exception):
    """A refusal the caller must expect; subclasses stand next to the operation that raises them."""

    code = "DOMAIN_ERROR"

    def __init__(self, **details: Any) -> None:
        super().__init__(self.code, details)
        self.details = details

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.details.items())
        return f"{self.code}({shown})"


class NotFound(DomainError):
    """The object is absent, or the actor may not know of it: the two are never told apart."""

    code = "NOT_FOUND"


class Forbidden(DomainError):
    """The actor may know of the object, but not do this to it."""

    code = "FORBIDDEN"


class RetryLater(DomainError):
    """A lock or an outside system did not answer in time; the same request may pass later."""

    code = "RETRY_LATER"
