"""Two agents save the draft they both read: the second is told, and overwrites nothing."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from billing.simulation import operations
from billing.simulation.models import ScheduleDraft
from tests.factories.tariffs import ACTOR, AT
from tests.threads import run_in_threads, until_somebody_waits_for_us

pytestmark = pytest.mark.usefixtures("committed_tenant_db")


def test_of_two_savings_at_once_the_second_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = operations.start_draft(name="Essai", text="format: 1\n", actor=ACTOR, at=AT)
    write = operations._write
    is_written = threading.Event()

    def write_then_wait(*arguments: Any, **named: Any) -> None:
        write(*arguments, **named)
        if not is_written.is_set():
            is_written.set()
            until_somebody_waits_for_us()

    monkeypatch.setattr(operations, "_write", write_then_wait)

    def save(text: str, *, is_second: bool) -> ScheduleDraft:
        if is_second:
            assert is_written.wait(20)
        return operations.save_draft(
            public_id=draft.public_id, revision=1, name="Essai", text=text, actor=ACTOR, at=AT
        )

    first, second = run_in_threads(
        [lambda: save("premier", is_second=False), lambda: save("second", is_second=True)]
    )

    assert isinstance(first, ScheduleDraft)
    assert isinstance(second, operations.DraftChanged)
    kept = ScheduleDraft.objects.get()
    assert (kept.text, kept.revision) == ("premier\n", 2)
