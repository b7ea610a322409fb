"""Files of rules with something wrong in them, to see that a reader is no more lenient than its schema."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any


def spoilt_of(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each field in turn dropped, misspelt, or said otherwise."""
    for path in _paths(data):
        for spoil in (_drop, _misspell, _replace):
            copied = copy.deepcopy(data)
            spoil(copied, path)
            yield copied


def _paths(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in pairs:
        yield (*before, key)
        if isinstance(inner, dict | list):
            yield from _paths(inner, (*before, key))


def _holder(data: Any, path: tuple[Any, ...]) -> Any:
    for key in path[:-1]:
        data = data[key]
    return data


def _drop(data: Any, path: tuple[Any, ...]) -> None:
    del _holder(data, path)[path[-1]]


def _misspell(data: Any, path: tuple[Any, ...]) -> None:
    holder = _holder(data, path)
    if isinstance(holder, dict):
        holder[f"{path[-1]}s"] = holder.pop(path[-1])


def _replace(data: Any, path: tuple[Any, ...]) -> None:
    _holder(data, path)[path[-1]] = {"neither": "this"}
