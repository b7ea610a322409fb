"""Do an operation and undo it, to say what it would do: what is shown before it is asked for."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from django.db import transaction

from commons.actors import Actor

# Whom a rehearsal names, and the second person when it takes two: nothing of either is kept.
PREVIEW, SECOND = Actor.system("console.preview"), Actor.system("console.preview.second")


def rehearse(
    operation: Callable[..., Any],
    *,
    read: Callable[[Any], Any] | None = None,
    **arguments: Any,
) -> Any:
    """Do an operation and undo it: what it refuses and decides, from the operation itself.

    The operation's own transaction is durable and stands alone; it is set aside for one that is
    rolled back. For short operations: its locks are held while it lasts.

    :raises DomainError: if the operation refuses
    """
    with transaction.atomic():
        result = inspect.unwrap(operation)(**arguments)
        if read is not None:  # what only holds once it is done
            result = read(result)
        transaction.set_rollback(True)
    return result
