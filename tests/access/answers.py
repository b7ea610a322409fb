"""What an answer gives, counted; `-` when it gives nothing."""

from __future__ import annotations

import re
from typing import Any

UUID = re.compile(r'href="[^"]*/([0-9a-f]{8}-[0-9a-f-]{27})/')


def listed(response: Any) -> str:
    """How many rows a list shows."""
    return str(len(response.context["cl"].result_list)) if response.status_code == 200 else "-"


def exported(response: Any) -> str:
    """How many rows a file holds."""
    if response.status_code != 200:
        return "-"
    return str(len(list(response.streaming_content)) - 1)  # the titles


def in_context(response: Any, name: str, attribute: str) -> str:
    """How many a page is given."""
    if response.status_code != 200:
        return "-"
    value = getattr(response.context[name], attribute)
    return str(value if isinstance(value, int) else len(value))


def linked(response: Any) -> str:
    """How many objects a page links to."""
    if response.status_code != 200:
        return "-"
    return str(len(set(UUID.findall(response.content.decode()))))
