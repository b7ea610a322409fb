"""The acts of the console: `framework` says what one is, the other modules hold them."""

from console.acts.framework import (
    Act,
    AskedOfEach,
    Effect,
    Figure,
    Outcome,
    Table,
    catalogue,
    find,
    open_for_selection,
    url_for,
)

__all__ = [
    "Act",
    "AskedOfEach",
    "Effect",
    "Figure",
    "Outcome",
    "Table",
    "catalogue",
    "find",
    "open_for_selection",
    "url_for",
]
