"""What the commands about one département share: finding it by its name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from socle.command_errors import Refused


@contextmanager
def enter(name: str) -> Iterator[Any]:
    """Be in the département whose host name or code this is.

    :raises Refused: if there is none
    """
    from tenants.registry import contexts, directory  # noqa: PLC0415  once Django is ready

    with contexts.public():
        found = [one for one in directory.active() if name in (one.slug, one.code)]
    if not found:
        raise Refused(f"Aucun département ne s'appelle {name}.")
    with contexts.tenant(found[0].schema_name) as departement:
        yield departement
