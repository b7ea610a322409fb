"""How a row of the console is named in the graph, and found again.

By its public identifier where it has one; else as the acts on it name it; else by its number, veiled.
No name is a number of our database.
"""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet

from billing.canteen.models import ServiceDay
from billing.payments.models import Notice
from commons.sealing import CannotUnseal, unveil, veil
from federation.catalogue.models import SharedService
from federation.ent.models import SigningKey
from federation.passplus.models import TicketKey

# The columns that acts name a row by, with colons between.
NATURAL: dict[type[Model], tuple[str, ...]] = {
    Notice: ("merchant__public_id", "event_ref"),
    ServiceDay: ("college__uai", "day"),
    SharedService: ("code",),
    SigningKey: ("kid",),
    TicketKey: ("kid",),
}
LARGEST = 2**63 - 1


def key_of(row: Model) -> str:
    """The identifier of a row."""
    model = type(row)
    if model in NATURAL:
        return ":".join(_written(_at(row, column)) for column in NATURAL[model])
    if _has_public_id(model):
        return str(row.public_id)  # type: ignore[attr-defined]
    return str(veil(row.pk, purpose=model._meta.label))  # noqa: SLF001


def through(model: type[Model]) -> tuple[str, ...]:
    """The relations that the identifier goes through."""
    return tuple(column.rpartition("__")[0] for column in NATURAL.get(model, ()) if "__" in column)


def find(rows: QuerySet[Any], written: str) -> Any:
    """The row of this name among some, or none."""
    where = _columns(rows.model, written)
    if where is None:
        return None
    try:
        return rows.filter(**where).first()
    except (ValidationError, ValueError):  # what is no day, or no UUID, names nothing
        return None


def _columns(model: type[Model], written: str) -> dict[str, Any] | None:
    if "\0" in written or not written.isprintable():
        return None
    if columns := NATURAL.get(model):
        parts = written.split(":", len(columns) - 1)
        return dict(zip(columns, parts, strict=True)) if len(parts) == len(columns) else None
    try:
        found = uuid.UUID(written)
        if _has_public_id(model):
            return {"public_id": found}
        number = unveil(found, purpose=model._meta.label)  # noqa: SLF001
    except (ValueError, CannotUnseal):
        return None
    return {"pk": number} if number <= LARGEST else None


def _has_public_id(model: type[Model]) -> bool:
    return any(field.name == "public_id" for field in model._meta.concrete_fields)  # noqa: SLF001


def _at(row: Any, column: str) -> Any:
    for part in column.split("__"):
        row = getattr(row, part)
    return row


def _written(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime.date) else str(value)
