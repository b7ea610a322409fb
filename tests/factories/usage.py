"""Visits for tests, made by the operation that counts them."""

from __future__ import annotations

import datetime
import random
import uuid
from zoneinfo import ZoneInfo

import pytest

from federation.usage import operations, pseudonyms
from federation.usage.models import Kind
from federation.usage.operations import Use

HOME = Use(Kind.NATIVE, "accueil")
PRESS = Use(Kind.THIRD_PARTY, "presse")
PARIS = ZoneInfo("Europe/Paris")
_DRAW = random.Random()


def draw_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have keys and visitors be those of every run: once in thousands, a sketch takes two for one."""
    pseudonyms.forget()
    _DRAW.seed(2024)
    monkeypatch.setattr(pseudonyms, "token_bytes", _DRAW.randbytes)


def paris(day: int, hour: int, minute: int = 0, *, month: int = 10) -> datetime.datetime:
    """A moment of 2024, by the clocks of Paris; 7 October is a Monday."""
    return datetime.datetime(2024, month, day, hour, minute, tzinfo=PARIS)


def visit(
    place: str,
    at: datetime.datetime,
    *,
    visitor: uuid.UUID | None = None,
    use: Use = HOME,
) -> uuid.UUID:
    """A page asked for by somebody (anybody new if not given), of a place `UAI|PROFILE`."""
    visitor = visitor or uuid.UUID(int=_DRAW.getrandbits(128), version=4)
    operations.touch(visitor=visitor, use=use, place=lambda: place, at=at)
    return visitor


def visits(count: int, place: str, at: datetime.datetime, *, use: Use = HOME) -> list[uuid.UUID]:
    """A page asked for by so many people."""
    return [visit(place, at, use=use) for _rank in range(count)]
