"""Codes that the console shows have words."""

from __future__ import annotations

import re
from pathlib import Path

from console.words import SYSTEM_ACTORS

ROOT = Path(__file__).resolve().parents[2]
REHEARSAL = "console.preview"  # names what is never kept


def test_every_part_of_the_system_that_acts_has_a_name() -> None:
    found = {
        name
        for folder in ("platform", "tenants", "billing", "federation")
        for path in (ROOT / folder).rglob("*.py")
        for name in re.findall(r'Actor\.system\(\s*"([^"]+)"', path.read_text(encoding="utf-8"))
    }

    # A rehearsal of what two people do has two of them.
    assert found - {REHEARSAL, f"{REHEARSAL}.second"} == set(SYSTEM_ACTORS)
