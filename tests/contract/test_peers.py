"""What the suite says of itself: which peers it runs on, what they lack, and when one is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.peers.knowledge import BANK, GAPS, Knows
from tests.peers.starting import Absent, install_emulate


def test_our_bank_lacks_nothing_that_a_claim_asks_for() -> None:
    assert GAPS[BANK] == {}


def test_every_gap_is_asked_about() -> None:
    """Else nothing would tell that it is closed."""
    claims = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))

    assert set(re.findall(r"Knows\.([A-Z_]+)", claims)) == {need.name for need in Knows}


def test_everything_is_known_to_a_peer_or_said_to_be_ours_alone() -> None:
    """What no peer confirms rests on Stripe's fixtures and on our reading: STANDARDS.md §9."""
    ours = {
        need for need in Knows if all(need in gaps for name, gaps in GAPS.items() if name != BANK)
    }

    assert ours == {
        Knows.DECLINE_BODIES, Knows.OTHER_CARD, Knows.REFUND_LIMIT, Knows.ORDERS,
        Knows.SESSION_MONEY, Knows.IDEMPOTENCY, Knows.ACCOUNTS,
    }  # fmt: skip


def test_a_peer_is_absent_when_its_index_does_not_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))

    with pytest.raises(Absent):
        install_emulate(tmp_path / "emulate")
    assert not (tmp_path / "emulate" / "stamp").exists()
