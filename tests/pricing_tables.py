"""Reads the worked tables of docs/pricing.md."""

from __future__ import annotations

from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "pricing.md"


def table(name: str) -> list[dict[str, str]]:
    """The rows of a table, by the names of its columns."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = lines.index(f"<!-- table: {name} -->") + 1
    end = next((i for i in range(start, len(lines)) if not lines[i].startswith("|")), len(lines))
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[start:end]]
    header, _rule, *rows = cells
    assert rows, f"the table {name} of docs/pricing.md is empty"
    return [dict(zip(header, row, strict=True)) for row in rows]


def names(rows: list[dict[str, str]]) -> list[str]:
    """What pytest calls each row."""
    return [" ".join(row.values()).strip() for row in rows]


def cents(euros: str) -> int:
    """`12.40` as 1240."""
    whole, _, rest = euros.partition(".")
    return int(whole) * 100 + int(rest.ljust(2, "0")[:2] or 0)
