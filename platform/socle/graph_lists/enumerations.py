"""The choices of a column as an enumeration: the API's own where it has these very words, or a new one."""

from __future__ import annotations

import functools
import re
from typing import Any

import graphene

from api.types import enumerations
from api.types.enumerations import Weekday
from console import labels
from socle.graph_acts.questions import described
from socle.graph_lists.naming import type_name

_VALUE = re.compile(r"[A-Z][A-Z0-9_]*")


@functools.cache
def enumeration_of(field: Any) -> Any:
    """The enumeration of a column's choices, or nothing when its codes are no names."""
    said = {str(value): str(label) for value, label in field.flatchoices if value != ""}
    if not said or not all(map(_VALUE.fullmatch, said)):
        return None
    known = [
        one for one in _known() if _told(one) == {(value, f"{said[value]}.") for value in said}
    ]
    if len(known) == 1:  # two that say the same are told apart by what they are about
        return known[0]
    label = labels.of_field(field)
    what = described(f"{label[:1].upper()}{label[1:]}")

    def description(member: Any) -> str:
        return what if member is None else described(said[member.value])

    name = f"{type_name(field.model)}{field.name.title().replace('_', '')}"
    return graphene.Enum(name, [(value, value) for value in said], description=description)


@functools.cache
def _known() -> tuple[Any, ...]:
    return tuple(
        one
        for one in vars(enumerations).values()
        if isinstance(one, type) and issubclass(one, graphene.Enum)
        if one not in (Weekday, graphene.Enum)
    )


def _told(one: Any) -> set[tuple[str, str]]:
    description = one._meta.description  # noqa: SLF001  graphene's own way
    if not callable(description):
        return set()
    return {(str(member.value), description(member)) for member in one._meta.enum}  # noqa: SLF001
