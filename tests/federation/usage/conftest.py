"""Counts of a test are its own, and so are the keys that its process keeps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from federation.usage import pseudonyms
from tests.factories.usage import draw_the_same
from tests.portal.conftest import empty_cache

__all__ = ("empty_cache",)


@pytest.fixture(autouse=True)
def own_keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    draw_the_same(monkeypatch)
    yield
    pseudonyms.forget()
