"""Stripe's wire: forms whose names have brackets, and errors in its words."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

Json = dict[str, Any]
_PART = re.compile(r"\[([^\]]*)\]")


class Refused(Exception):
    """An error as Stripe words it; `more` is what else it says."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        kind: str = "invalid_request_error",
        param: str = "",
        more: Json | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        error: Json = {"type": kind, "message": message, **(more or {})}
        if code:
            error["code"] = code
        if param:
            error["param"] = param
        self.body: Json = {"error": error}


def unfolded(pairs: list[tuple[str, str]]) -> Json:
    """`a[b][0]=c` as {"a": {"b": {"0": "c"}}}."""
    found: Json = {}
    for name, value in pairs:
        first = name.partition("[")[0]
        keys = [first, *_PART.findall(name)]
        inside = found
        for key in keys[:-1]:
            inside = inside.setdefault(key, {})
        inside[keys[-1]] = value
    return found


def listed(value: Any) -> list[Any]:
    """A list written as a mapping of its places, or as one value."""
    if isinstance(value, dict):
        return [value[key] for key in sorted(value, key=lambda key: int(key or 0))]
    return [] if value is None else [value]


def check(params: Json, *, known: Collection[str], required: Collection[str] = ()) -> None:
    """
    What may be said, and what must.

    :raises Refused: at the first parameter that is unknown or missing
    """
    for name in params:
        if name not in known:
            raise Refused(
                400, "parameter_unknown", f"Received unknown parameter: {name}", param=name
            )
    for name in required:
        if name not in params:
            raise Refused(400, "parameter_missing", f"Missing required param: {name}.", param=name)


def cents(params: Json, name: str = "amount") -> int:
    """
    A number of cents.

    :raises Refused: if it is none
    """
    try:
        return int(params[name])
    except ValueError:
        raise Refused(
            400, "parameter_invalid_integer", f"Invalid integer: {params[name]}", param=name
        ) from None


def unexpected_state(what: str, status: str) -> Refused:
    """What an intent's status does not allow."""
    return Refused(
        400, "payment_intent_unexpected_state",
        f"This PaymentIntent's status is {status}, which does not allow {what}.",
    )  # fmt: skip
