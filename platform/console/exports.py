"""A list as a CSV file that spreadsheets of French offices open: UTF-8 with a mark, semicolons.

A list longer than `LARGEST_EXPORT` is cut there, and the file's name says so.

A cell that begins like a formula is written with an apostrophe before it, so that opening the file
runs nothing.
"""

from __future__ import annotations

import csv
import html
import io
import itertools
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.html import strip_tags

from console import columns, labels, records
from ui.requests import SignedInRequest

if TYPE_CHECKING:
    from console.readonly import ReadOnlyAdmin

LARGEST_EXPORT = 100_000
CHUNK = 1000  # rows read, and prepared, at once
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_response(model_admin: ReadOnlyAdmin, request: SignedInRequest) -> StreamingHttpResponse:
    """Stream the rows the list shows, in its order, with its columns."""
    changes = model_admin.get_changelist_instance(request)
    names = [name for name in changes.list_display if name != "action_checkbox"]
    rows = changes.queryset[: LARGEST_EXPORT + 1].iterator(chunk_size=CHUNK)
    # The rows are read while the answer is sent; the request's tenant is still entered then only
    # if they are read now.
    content = list(_lines(model_admin, names, rows))
    cut = ""
    if len(content) > LARGEST_EXPORT + 1:  # the titles are the first line
        del content[LARGEST_EXPORT + 1 :]
        cut = f"-{LARGEST_EXPORT}-premieres-lignes"
    name = f"{model_admin.opts.model_name}-{timezone.localdate().isoformat()}{cut}.csv"
    response = StreamingHttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _lines(model_admin: ReadOnlyAdmin, names: list[Any], rows: Any) -> Iterator[bytes]:
    titles = [labels.of_column(model_admin, name) for name in names]
    yield "\ufeff".encode() + _line(titles)
    remaining = iter(rows)
    while chunk := list(itertools.islice(remaining, CHUNK)):
        for row in model_admin.prepared(chunk):
            yield _line([_cell(model_admin, name, row) for name in names])


def csv_file(rows: Iterable[list[str]], *, name: str) -> HttpResponse:
    """A whole table that is already in words, its titles first, as a file."""
    content = "\ufeff".encode() + b"".join(_line([_safe(cell) for cell in row]) for row in rows)
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _safe(text: str) -> str:
    """A cell that runs nothing; an amount below zero stays a number."""
    is_number = text.lstrip("-").replace(",", "", 1).isdigit()
    return f"'{text}" if text.startswith(_FORMULA) and not is_number else text


def _line(cells: list[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";", quoting=csv.QUOTE_MINIMAL).writerow(cells)
    return buffer.getvalue().encode()


def plain(model_admin: ReadOnlyAdmin, column: Any, row: Any) -> str:
    """What a cell says, without markup; empty when it says nothing."""
    return without_markup(columns.text_of(model_admin, column, row))


def without_markup(written: Any) -> str:
    """A text that pages mark up, alone; empty when it says nothing."""
    text = html.unescape(strip_tags(str(written)))
    return "" if text == records.NOTHING else text


def _cell(model_admin: ReadOnlyAdmin, column: Any, row: Any) -> str:
    text = plain(model_admin, column, row)
    return f"'{text}" if text.startswith(_FORMULA) else text
