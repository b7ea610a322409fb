"""How an error is written in an answer: a code, a French sentence, a reference, never a trace.

This is one of the three edges where an unexpected error may end (with HTTP and Celery): it is
logged with its trace under the request's reference, and the caller gets the reference alone.
"""

from __future__ import annotations

import logging
from typing import Any

from graphql import GraphQLError

from api.refusals import Refused
from commons.errors import DomainError
from ui.errors import explain

logger = logging.getLogger(__name__)


def formatted(error: GraphQLError, *, reference: str) -> dict[str, Any]:
    """One error of an answer."""
    code, message = _said(error, reference)
    written: dict[str, Any] = {"message": message}
    if error.locations:
        written["locations"] = [place.formatted for place in error.locations]
    if error.path:
        written["path"] = error.path
    written["extensions"] = {"code": code, "reference": reference}
    return written


def _said(error: GraphQLError, reference: str) -> tuple[str, str]:
    cause = error.original_error
    refusal = cause if isinstance(cause, Refused) else error
    if isinstance(refusal, Refused):
        return refusal.code, refusal.message
    if isinstance(cause, DomainError):
        return cause.code, str(explain(cause))
    logger.error(
        "graphql field failed",
        exc_info=cause or error,
        extra={"reference": reference, "path": ".".join(map(str, error.path or ()))},
    )
    internal = Refused("INTERNAL")
    return internal.code, internal.message
