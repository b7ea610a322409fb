"""One row as a list of names and values, in words an agent reads.

Columns ending in `_cents` are written in euros, shares (`_bp`) in percent, periods up to
their last day, references are links to
what the agent may open. Nothing here writes.
"""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import json
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from commons.money import format_euros
from console import labels, naming
from tenants.accounts.models import User
from ui import wording
from ui.requests import SignedInRequest
from ui.templatetags.ui import percent

if TYPE_CHECKING:
    from console.readonly import ReadOnlyAdmin

LONGEST_WORD = 24  # signs, on the line of a phone
NOTHING = "–"


@dataclasses.dataclass(frozen=True, slots=True)
class Detail:
    """A name and its value; `is_block` when the value needs the whole width."""

    name: str
    value: str
    url: str = ""
    is_block: bool = False


def describe(
    model_admin: ReadOnlyAdmin, request: SignedInRequest, row: models.Model
) -> list[Detail]:
    """Every field of a row, in order, but the keys that mean nothing to an agent."""
    hidden = {"id", "public_id", "sort_key", "search_key", "password", *model_admin.hides}
    return [
        _detail(model_admin, request, row, field)
        for field in row._meta.concrete_fields  # noqa: SLF001
        if field.name not in hidden
    ]


def _detail(
    model_admin: ReadOnlyAdmin, request: SignedInRequest, row: models.Model, field: Any
) -> Detail:
    name = labels.of_field(field)
    name = name[:1].upper() + name[1:]
    if isinstance(field, models.ForeignKey):
        target = getattr(row, field.name)
        other = model_admin.admin_site._registry.get(field.remote_field.model)  # noqa: SLF001
        can_open = target is not None and other is not None and other.has_view_permission(request)
        url = other.page_of(target) if can_open else ""
        return Detail(name, text_of_field(model_admin, field, row), url=url)
    value = getattr(row, field.attname)
    is_worded = field.name in model_admin.words
    if isinstance(field, models.JSONField) and not is_worded and value not in (None, {}, [], ""):
        written = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True, default=str)
        return Detail(name, written, is_block=True)
    return Detail(name, text_of_field(model_admin, field, row))


def text_of_field(model_admin: ReadOnlyAdmin, field: Any, row: models.Model) -> str:
    """What a field holds, in the words of a list and of a page."""
    value = getattr(row, field.attname)
    if field.name in model_admin.words:
        return str(model_admin.words[field.name](value)) or NOTHING
    if isinstance(field, models.ForeignKey):
        target = getattr(row, field.name)
        name = NOTHING if target is None else naming.name_of(target)
        if isinstance(target, User):
            return breakable(name, after="@")
        is_one_word = len(name) > LONGEST_WORD and " " not in name  # an order's number at the bank
        return folded(name, every=8) if is_one_word else name
    if field.choices:
        return str(dict(field.flatchoices).get(value, value)) or NOTHING
    written = written_value(value, field.name)
    if isinstance(field, models.EmailField):
        return breakable(written, after="@")
    if written.startswith(("http://", "https://")):
        return breakable(written, after="/")
    return breakable(written, after="_") if field.name == "place" else written


def breakable(text: str, *, after: str) -> SafeString:
    """A long name that goes to the next line after this sign, rather than in a word.

    In one element: a card of a phone lays out each of a cell's.
    """
    parts = ((part,) for part in text.split(after))
    return format_html(
        "<span>{}</span>", format_html_join(format_html("{}<wbr>", after), "{}", parts)
    )


def folded(text: str, *, every: int) -> SafeString:
    """A long text without a word in it, which goes to the next line after so many signs."""
    parts = ((text[start : start + every],) for start in range(0, len(text), every))
    return format_html("<span>{}</span>", format_html_join(SafeString("<wbr>"), "{}", parts))


def written_value(value: Any, field_name: str = "") -> str:
    """A value as people write it."""
    if value is None or value == "" or value == {} or value == []:
        return NOTHING
    if isinstance(value, bool):
        return _("Oui") if value else _("Non")
    if isinstance(value, int) and field_name.endswith("_cents"):
        return format_euros(value)
    if isinstance(value, int) and field_name.endswith("_bp"):
        return percent(value)
    if isinstance(value, int) and field_name == "weekdays":
        return wording.weekday_list(value)
    if isinstance(value, int) and field_name == "school_year":
        return f"{value}-{value + 1}"
    if isinstance(value, decimal.Decimal):
        return str(number_format(value, use_l10n=True))
    if isinstance(value, datetime.datetime):
        return moment(value)
    if isinstance(value, datetime.date):
        return _written_date(value, field_name)
    if isinstance(value, list):
        return ", ".join(written_value(item) for item in value)
    return str(value)


def _written_date(value: datetime.date, field_name: str) -> str:
    if field_name == "month":
        return wording.month_name(value)
    return wording.full_date(last_day(value) if field_name == "valid_until" else value)


def last_day(valid_until: datetime.date) -> datetime.date:
    """The last day of a period that is stored with the day after."""
    return valid_until - datetime.timedelta(days=1)


def moment(value: datetime.datetime) -> str:
    """`7 octobre 2024, 14 h 05`"""
    local = timezone.localtime(value)
    return f"{wording.full_date(local)}, {local.hour}\u00a0h\u00a0{local.minute:02d}"


def euros(cents: int | None) -> str:
    """An amount in a column of figures."""
    if cents is None:
        return NOTHING
    return format_html('<span class="c-amount">{}</span>', format_euros(cents))
