"""Why a ticket that a phone sent was refused, in words: what was kept of the refusal, read again."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from federation.passplus.models import TillCapture
from ui.errors import Explanation, explain_code, tenant_phone


def refusal_of(capture: TillCapture) -> Explanation | None:
    """Why a validation was refused; None when it was not."""
    if not capture.refusal:
        return None
    details = {name: _read(value) for name, value in capture.refusal_details.items()}
    return explain_code(capture.refusal, details, phone=tenant_phone())


def _read(value: Any) -> Any:
    """A moment as it was before it was kept; the rest as it is."""
    if not isinstance(value, str) or "T" not in value:
        return value
    try:
        moment: datetime.datetime | None = parse_datetime(value)
    except ValueError:
        return value
    return moment or value
