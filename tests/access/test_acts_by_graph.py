"""An act is open to the same people by its page and by its mutation."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tests.access.acts_asked import ACT_OF

MATRIX = Path(__file__).with_name("matrix.toml")
CLOSED = ("SIGN_IN_REQUIRED", "FORBIDDEN", "NOT_FOUND", "PROOF_REQUIRED")


def test_who_may_by_the_page_may_by_the_graph_and_nobody_else():
    lines = tomllib.loads(MATRIX.read_text(encoding="utf-8"))

    for mutation, act in ACT_OF.items():
        by_page = [one in ("done", "refused", "422") for one in lines["acts"][act].split()]
        by_graph = [one not in CLOSED for one in lines["fields"][f"mutation.{mutation}"].split()]
        assert by_page == by_graph, mutation
        assert any(by_graph), mutation
    assert len(ACT_OF) > 60
