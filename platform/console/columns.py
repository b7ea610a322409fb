"""A column of a list: its text, and how its cells behave when the page is narrow.

Figures stand on the right. Dates, states and short identifiers stay on one line. Long codes may
break anywhere, and so may e-mail addresses that are longer than most. Every other text wraps
between its words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin.utils import lookup_field
from django.core.exceptions import ObjectDoesNotExist
from django.db import models

from console import records
from tenants.accounts.models import User

if TYPE_CHECKING:
    from console.readonly import ReadOnlyAdmin

NUMBER, SHORT, LONG, EMAIL = "is-number", "is-short", "is-long", "is-email"
LONGEST_SHORT = 24  # characters that stay on one line
_LONG_CODES = {"action", "actor_id", "subject_id", "record_id", "reference", "latest_error"}


def class_of(model_admin: ReadOnlyAdmin, column: Any) -> str:
    """The style of a column's cells, from the type of what they hold; empty for plain text."""
    computed = column if callable(column) else getattr(model_admin, column, None)
    if computed is not None:
        return str(getattr(computed, "cell_class", ""))
    field = model_admin.opts.get_field(column)
    if field.name in model_admin.words:
        return ""
    if isinstance(field, models.ForeignKey):
        return EMAIL if field.related_model is User else ""  # an account is called by its e-mail
    return _class_of_field(field)


def _class_of_field(field: Any) -> str:
    if field.choices:
        longest = max(len(str(label)) for _value, label in field.flatchoices)
        return SHORT if longest <= LONGEST_SHORT else ""
    if isinstance(field, models.DateField | models.BooleanField):
        return SHORT
    if field.name in ("school_year", "weekdays"):
        return SHORT if field.name == "school_year" else ""
    if isinstance(field, models.IntegerField | models.DecimalField):
        return NUMBER
    if isinstance(field, models.EmailField):
        return EMAIL
    if isinstance(field, models.UUIDField) or field.name in _LONG_CODES:
        return LONG
    if isinstance(field, models.CharField) and field.max_length is not None:
        return SHORT if field.max_length <= LONGEST_SHORT else ""
    return ""


def text_of(model_admin: ReadOnlyAdmin, column: Any, row: models.Model) -> Any:
    """What a cell says; markup only where the column makes some."""
    try:
        field, _attribute, value = lookup_field(column, row, model_admin)
    except ObjectDoesNotExist:
        return records.NOTHING
    if field is None:
        is_text = isinstance(value, str) and value
        return value if is_text else records.written_value(value, str(column))
    return records.text_of_field(model_admin, field, row)
