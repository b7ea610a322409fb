"""One small table for each thing that keeps a cell secret."""

import pytest

from federation.secrecy import hiding, protecting
from federation.secrecy.errors import LeakFound, TableInconsistent
from federation.secrecy.margins import completed
from federation.secrecy.protecting import protect
from federation.secrecy.tables import TOTAL, Cell, Dimension, Earlier, Mark, Rule, Table

SCHOOLS = Dimension("college", {TOTAL: None, "A": TOTAL, "B": TOTAL, "C": TOTAL})
LEVELS = Dimension("level", {TOTAL: None, "6e": TOTAL, "5e": TOTAL, "4e": TOTAL})
SMALL = ("A", "6e")


def _pupils(small: int, period: str = "", *, others: int = 40) -> Table:
    cells = {
        (school, level): Cell(others, others) for school in "ABC" for level in ("6e", "5e", "4e")
    }
    cells[SMALL] = Cell(small, small)
    return completed(Table("pupils", [SCHOOLS, LEVELS], cells, Rule(11), period))


def _amounts(*cells: Cell, rule: Rule) -> Table:
    dimension = Dimension("place", {TOTAL: None, **{f"p{n}": TOTAL for n in range(len(cells))}})
    named = {(f"p{number}",): cell for number, cell in enumerate(cells)}
    return completed(Table("cents", [dimension], named, rule))


def _secret(answer, number: int = 0):
    return {key for key, cell in answer.tables[number].cells.items() if cell.mark is not Mark.TOLD}


def test_others_are_left_out_so_that_a_small_cell_is_not_subtracted():
    answer = protect([_pupils(4)])

    assert SMALL in _secret(answer)
    assert len(_secret(answer)) == 4


def test_a_year_does_not_tell_what_a_month_left_out():
    january, february = _pupils(4, "2026-01"), _pupils(40, "2026-02")
    year = completed(
        Table(
            "pupils",
            [SCHOOLS, LEVELS],
            {
                key: Cell(cell.value + february.cells[key].value, 40)
                for key, cell in january.cells.items()
                if TOTAL not in key
            },
            Rule(11),
            "2026",
        )
    )
    left = []
    for month in (january, february):
        left.append(Earlier(month, protect([month], earlier=left).tables[0]))

    answer = protect([year], earlier=left, periods={"2026": ("2026-01", "2026-02")})

    assert SMALL in _secret(answer)
    assert answer.known == []


def test_a_cell_that_was_left_out_stays_out_when_a_correction_makes_it_large():
    before = _pupils(9, "2026-01")
    left = [Earlier(before, protect([before]).tables[0])]

    assert SMALL in _secret(protect([_pupils(12, "2026-01", others=41)], earlier=left))


def test_a_cell_that_one_unit_holds_nearly_all_of_is_left_out():
    table = _amounts(
        Cell(1_000, 20, 900), Cell(1_000, 20, 60), Cell(1_000, 20, 60), rule=Rule(3, 8_500)
    )

    assert ("p0",) in _secret(protect([table]))


def test_a_unit_alone_in_its_cell_does_not_find_its_neighbour():
    """Two cells would be enough for anybody else."""
    table = _amounts(Cell(1_000, 1), Cell(1_000, 2), Cell(9_000, 20), Cell(9_000, 20), rule=Rule(3))

    assert len(_secret(protect([table]))) == 3


def test_nothing_leaves_if_the_last_attack_succeeds(monkeypatch):
    monkeypatch.setattr(
        protecting.hiding,
        "planned",
        lambda matrix, wanted: hiding.Plan(frozenset(hiding.primaries(matrix)), ()),
    )

    with pytest.raises(LeakFound) as caught:
        protect([_pupils(4)])

    assert caught.value.details["cells"] == [
        {"measure": "pupils", "period": "", "college": "A", "level": "6e"}
    ]


def test_why_a_cell_is_left_out_does_not_leave():
    answer = protect([_pupils(4)])

    marks = {cell.mark for cell in answer.tables[0].cells.values()}
    assert marks == {Mark.TOLD, Mark.SECRET}
    assert [line.mark for line in answer.journal].count(Mark.SECONDARY) == 3


def test_two_tables_that_disagree_on_a_cell_are_refused():
    schools = _pupils(4)
    one_school = Dimension("college", {TOTAL: None, "A": TOTAL})
    other = completed(Table("pupils", [one_school], {("A",): Cell(85, 85)}, Rule(11)))

    with pytest.raises(TableInconsistent):
        protect([schools, other])
