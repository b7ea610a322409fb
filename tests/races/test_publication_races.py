"""Two at once on the figures of a département: one leaves once; each prepared knows of the other."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from federation.publication import linking, operations
from federation.publication.models import Publication
from federation.releases.models import Release
from tests.factories.publication import count, make_colleges, prepare, publish
from tests.threads import run_in_threads, until_somebody_waits_for_us

pytestmark = pytest.mark.usefixtures("committed_tenant_db")


@pytest.fixture(autouse=True)
def counted(committed_tenant_db: None) -> None:
    make_colleges()
    count()


def test_of_two_publications_at_once_one_leaves_and_the_other_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = prepare()
    write, is_written = operations.write_release, threading.Event()

    def write_then_wait(**named: Any) -> Release:
        release = write(**named)
        is_written.set()
        until_somebody_waits_for_us()
        return release

    monkeypatch.setattr(operations, "write_release", write_then_wait)

    def second() -> Release:
        assert is_written.wait(20)
        return publish(found)

    one, other = run_in_threads([lambda: publish(found), second])

    assert isinstance(one, Release)
    assert isinstance(other, operations.PublicationClosed)
    assert Release.objects.count() == 1


def test_of_two_figures_prepared_at_once_the_second_is_protected_with_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tell, linked = operations._tell, linking.linked_with
    is_prepared, is_over = threading.Event(), threading.Event()
    known: dict[str, int] = {}

    def tell_then_wait(*said: Any, **named: Any) -> None:
        tell(*said, **named)
        if not is_prepared.is_set():
            is_prepared.set()
            until_somebody_waits_for_us(is_over=is_over)

    def seen(indicator: Any, *said: Any) -> linking.Linked:
        found = linked(indicator, *said)
        known[indicator.code] = len(found.earlier)
        return found

    monkeypatch.setattr(operations, "_tell", tell_then_wait)
    monkeypatch.setattr(linking, "linked_with", seen)

    def second() -> Publication:
        assert is_prepared.wait(20)
        try:
            return prepare("visits-per-visitor")
        finally:
            is_over.set()

    one, other = run_in_threads([lambda: prepare("visits"), second])

    assert isinstance(one, Publication)
    assert isinstance(other, Publication)
    assert known == {"visits": 0, "visits-per-visitor": 1}
