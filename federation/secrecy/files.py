"""A table to protect, read from a file: a column for each dimension, `value`, `units`, perhaps `largest`.

Separated by commas or semicolons, in UTF-8. A line is a cell; a margin is a line whose code is `TOTAL`, or a
code that others stand under in the file of hierarchies (`dimension,code,parent`). Margins that are missing
are summed. Every problem is found in one reading, with its line.
"""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Iterable, Sequence

from federation.secrecy import margins
from federation.secrecy.errors import TableInconsistent
from federation.secrecy.tables import TOTAL, Cell, Dimension, Key, Rule, Table

FIGURES = ("value", "units", "largest")
_REQUIRED = ("value", "units")
_BYTE_ORDER = "\ufeff"
HIERARCHY_COLUMNS = ("dimension", "code", "parent")


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where. `line` is that of the file, its first line 1; 0 is the file as a whole."""

    reason: str
    line: int = 0
    column: str = ""
    text: str = ""


class FileUnfit(ValueError):
    """The file cannot be read as a table; `problems` says all that is wrong."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


def read_table(
    lines: Iterable[str], *, rule: Rule, hierarchy: Iterable[str] = (), measure: str = "value"
) -> Table:
    """
    The table of a file, completed with its margins.

    :raises FileUnfit: with everything that is wrong in it
    """
    problems: list[Problem] = []
    columns, rows = _rows(lines, problems)
    names = [name for name in columns if name not in FIGURES]
    problems += [Problem("COLUMN_MISSING", 1, name) for name in _REQUIRED if name not in columns]
    problems += [
        Problem("COLUMN_TWICE", 1, name) for name in sorted(set(columns)) if columns.count(name) > 1
    ]
    if not names:
        problems.append(Problem("NO_DIMENSION", 1))
    parents = _hierarchies(hierarchy, names, problems)
    if any(one.line < 2 for one in problems):  # of the columns: the rest cannot be read
        raise FileUnfit(problems)
    cells: dict[Key, Cell] = {}
    line_of: dict[Key, int] = {}
    for line, row in rows:
        key = tuple(row[name] for name in names)
        for name, code in zip(names, key, strict=True):
            if not code:
                problems.append(Problem("CODE_MISSING", line, name))
            elif code not in parents[name]:
                parents[name][code] = TOTAL
        if key in line_of:
            problems.append(Problem("CELL_TWICE", line, text=str(line_of[key])))
        line_of[key] = line
        cell = _cell(row, line, problems)
        if cell is not None:
            cells[key] = cell
    if not cells and not problems:
        problems.append(Problem("EMPTY"))
    if problems:
        raise FileUnfit(sorted(problems, key=lambda one: one.line))
    dimensions = [Dimension(name, parents[name]) for name in names]
    table = margins.completed(Table(measure, dimensions, cells, rule))
    _check(table, line_of)
    return table


def _rows(
    lines: Iterable[str], problems: list[Problem]
) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    text = [line.removeprefix(_BYTE_ORDER) for line in lines]
    first = text[0] if text else ""
    reader = csv.reader(text, delimiter=";" if first.count(";") > first.count(",") else ",")
    columns: list[str] = []
    rows = []
    for fields in reader:
        values = [field.strip() for field in fields]
        if not columns:
            columns = values
        elif any(values):
            if len(values) != len(columns):
                problems.append(Problem("FIELDS", reader.line_num, text=str(len(values))))
            else:
                rows.append((reader.line_num, dict(zip(columns, values, strict=True))))
    if not columns:
        problems.append(Problem("EMPTY"))
    return columns, rows


def _hierarchies(
    lines: Iterable[str], names: Sequence[str], problems: list[Problem]
) -> dict[str, dict[str, str | None]]:
    """The parents of each dimension's codes."""
    parents: dict[str, dict[str, str | None]] = {name: {TOTAL: None} for name in names}
    text = list(lines)
    if not text:
        return parents
    wrong: list[Problem] = []
    columns, rows = _rows(text, wrong)
    problems += [dataclasses.replace(one, reason=f"HIERARCHY_{one.reason}") for one in wrong]
    if sorted(columns) != sorted(HIERARCHY_COLUMNS):
        problems.append(Problem("HIERARCHY_COLUMNS", 1))
        return parents
    for line, row in rows:
        of = parents.get(row["dimension"])
        if of is None:
            problems.append(Problem("HIERARCHY_DIMENSION", line, text=row["dimension"]))
        elif row["code"] in of or not row["code"]:
            problems.append(Problem("HIERARCHY_CODE", line, text=row["code"]))
        else:
            of[row["code"]] = row["parent"] or TOTAL
    for name, of in parents.items():
        for code, above in list(of.items()):
            if above is not None and above not in of:
                of[above] = TOTAL
            if _turns(of, code):
                problems.append(Problem("HIERARCHY_CIRCLE", 0, name, code))
    return parents


def _turns(parents: dict[str, str | None], code: str) -> bool:
    """Whether going up from a code never ends."""
    above: str | None = code
    for _step in range(len(parents) + 1):
        if above is None:
            return False
        above = parents.get(above)
    return True


def _cell(row: dict[str, str], line: int, problems: list[Problem]) -> Cell | None:
    figures: dict[str, int] = {}
    for name in FIGURES:
        text = row.get(name, "")
        if not text and (name == "largest" or name not in row):
            continue
        if not (text.isascii() and text.isdigit()):
            problems.append(Problem("NOT_A_WHOLE_NUMBER", line, name, text))
        else:
            figures[name] = int(text)
    if not set(_REQUIRED) <= set(figures):
        return None
    cell = Cell(figures["value"], figures["units"], figures.get("largest"))
    if cell.units == 0 and cell.value:
        problems.append(Problem("VALUE_OF_NOBODY", line, "units"))
    if cell.largest is not None and cell.largest > cell.value:
        problems.append(Problem("LARGEST_TOO_LARGE", line, "largest", str(cell.largest)))
    return cell


def _check(table: Table, line_of: dict[Key, int]) -> None:
    """
    Refuse margins that are not the sum of their parts.

    :raises FileUnfit: naming the line of the margin, or of a cell under it
    """
    try:
        margins.check(table)
    except TableInconsistent as refusal:
        key = refusal.details.get("key", ())
        raise FileUnfit(
            [
                Problem(
                    f"TABLE_{refusal.details['reason']}",
                    line_of.get(key, 0),
                    refusal.details.get("dimension", ""),
                    " / ".join(key),
                )
            ]
        ) from refusal
