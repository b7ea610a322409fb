"""The examples of docs/graphql.md are documents that this API runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from graphql import OperationType, parse

from api.views import documents

PAGE = Path(__file__).resolve().parents[2] / "docs" / "graphql.md"
BLOCKS = re.findall(r"```graphql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
EXAMPLES = [text for text in BLOCKS if "extend schema" not in text]  # that one is another graph's


@pytest.mark.parametrize("text", EXAMPLES)
def test_each_example_is_valid_and_within_the_limits(text: str) -> None:
    prepared = documents.prepare(text, {})

    assert prepared.document.definitions


def test_each_part_has_an_example() -> None:
    kinds = {
        one.operation
        for text in EXAMPLES
        for one in parse(text).definitions
        if hasattr(one, "operation")
    }

    assert kinds == {OperationType.QUERY, OperationType.MUTATION}
    sections = PAGE.read_text(encoding="utf-8").split("\n## ")
    without = [one.splitlines()[0] for one in sections if "Pass+ :" in one[:7] and "```" not in one]
    assert without == []
