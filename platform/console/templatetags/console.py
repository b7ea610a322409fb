"""What the console's templates draw with. Nothing here decides anything."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django import template
from django.contrib.admin.templatetags.admin_list import result_headers
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.db import models
from django.forms import BoundField, CheckboxInput
from django.utils.html import format_html
from django.utils.safestring import SafeString

from console import columns, labels, naming, records
from tenants.accounts.models import StaffRole
from ui import feed_texts, statuses, wording

if TYPE_CHECKING:
    from tenants.people.models import FeedImport

register = template.Library()

_NOTE_SYMBOLS = {"success": "check_circle", "warning": "warning", "error": "error"}


@register.simple_tag
def symbol(name: str) -> SafeString:
    """A drawing of unfold's symbol font; it decorates words, so readers skip it."""
    return format_html(
        '<span class="material-symbols-outlined c-symbol" aria-hidden="true">{}</span>', name
    )


@register.filter
def note_symbol(level: str) -> str:
    """The drawing of a message."""
    return _NOTE_SYMBOLS.get(level, "info")


@register.filter
def role_names(user: Any) -> str:
    """The roles of an agent, in words."""
    names = dict(StaffRole._meta.get_field("role").flatchoices)  # noqa: SLF001
    return wording.and_list(sorted(str(names.get(str(role), role)) for role in user.roles()))


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether a field is one box to tick."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def thousands(number: int) -> str:
    """`10 000`"""
    return f"{number:,}".replace(",", wording.NO_BREAK_SPACE)


@register.filter
def breakable(name: str, after: str) -> SafeString:
    """A long name that goes to the next line after this sign."""
    return records.breakable(name, after=after)


@register.filter
def moment(value: Any) -> str:
    """`7 octobre 2024, 14 h 05`"""
    return records.moment(value) if value else records.NOTHING


@register.filter
def feed_name(imported: FeedImport) -> str:
    """`Complet du 24 août 2026`"""
    return feed_texts.feed_name(imported)


@register.filter
def last_day(valid_until: datetime.date) -> datetime.date:
    """The last day of a period that is stored with the day after."""
    return records.last_day(valid_until)


@register.filter
def year_label(start_year: int) -> str:
    """`2026-2027`"""
    return f"{start_year}-{start_year + 1}"


@register.inclusion_tag("console/parts/badge.html")
def badge(family: str, state: str) -> dict[str, Any]:
    """A status in words, with a colour that repeats it."""
    return {"status": statuses.status(f"{family}.{state}")}


@register.filter
def labelled(cells: Iterable[Any], heads: Sequence[str]) -> list[dict[str, Any]]:
    """Cells with the name of their column, for tables that become cards on a phone."""
    return [{"label": head, "value": cell} for head, cell in zip(heads, cells, strict=False)]


@register.filter
def filter_choices(spec: Any, changes: ChangeList) -> list[dict[str, Any]]:
    """The choices of a filter, in the words of its column."""
    admin: Any = changes.model_admin
    words = admin.words.get(getattr(spec, "field_path", ""), str)
    return [{**choice, "display": words(choice["display"])} for choice in spec.choices(changes)]


@register.simple_tag
def page_address(changes: ChangeList, number: int, step: int) -> str:
    """The address of a page of a list."""
    return changes.get_query_string({PAGE_VAR: number + step})


@register.inclusion_tag("console/parts/results.html")
def record_list(changes: ChangeList) -> dict[str, Any]:
    """The rows of a list: cells with their names, the first one a link to the row's page."""
    admin: Any = changes.model_admin
    headers = []
    for name, header in zip(changes.list_display, result_headers(changes), strict=True):
        is_check = name == "action_checkbox"
        headers.append(
            {
                **header,
                "is_check": is_check,
                "text": "" if is_check else labels.of_column(admin, name),
                "css": "c-check" if is_check else columns.class_of(admin, name),
            }
        )
    return {
        "cl": changes,
        "headers": headers,
        "rows": [_row(changes, result) for result in changes.result_list],
    }


def _row(changes: ChangeList, result: models.Model) -> list[dict[str, Any]]:
    admin: Any = changes.model_admin
    cells = []
    is_first = True
    for name in changes.list_display:
        if name == "action_checkbox":
            cells.append({"is_check": True, "value": result.pk, "label": naming.name_of(result)})
            continue
        cell = {
            "label": labels.of_column(admin, name),
            "value": columns.text_of(admin, name, result),
            "css": columns.class_of(admin, name),
            "url": changes.url_for_result(result) if is_first else "",
        }
        is_first = False
        cells.append(cell)
    return cells
