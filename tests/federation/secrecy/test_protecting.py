"""What leaves of a table, and what stays."""

from federation.secrecy.margins import completed
from federation.secrecy.protecting import protect
from federation.secrecy.tables import TOTAL, Cell, Dimension, Mark, Rule, Table

SCHOOLS = Dimension("college", {TOTAL: None, "A": TOTAL, "B": TOTAL, "C": TOTAL})
LEVELS = Dimension("level", {TOTAL: None, "6e": TOTAL, "5e": TOTAL, "4e": TOTAL})


def _pupils(counts: dict[tuple[str, str], int], **more) -> Table:
    cells = {key: Cell(count, count) for key, count in counts.items()}
    return completed(Table("pupils", [SCHOOLS, LEVELS], cells, Rule(11), **more))


def _marks(protection) -> dict[str, list[Mark]]:
    return {
        "/".join(sorted(code for _name, code in line.place.codes)): line.mark
        for line in protection.journal
    }


def test_a_table_without_a_small_cell_is_told_whole():
    table = _pupils({(s, n): 40 for s in "ABC" for n in ("6e", "5e", "4e")})

    answer = protect([table])

    assert answer.journal == []
    assert all(cell.mark is Mark.TOLD for cell in answer.tables[0].cells.values())


def test_a_small_cell_hides_three_others_with_it():
    counts = {(s, n): 40 for s in "ABC" for n in ("6e", "5e", "4e")}
    counts["A", "6e"] = 4

    answer = protect([_pupils(counts)])

    marks = _marks(answer)
    assert marks.pop("6e/A") is Mark.TOO_FEW
    assert list(marks.values()) == [Mark.SECONDARY] * 3
    secret = answer.tables[0].cells["A", "6e"]
    assert (secret.mark, secret.value) == (Mark.SECRET, None)
    assert answer.tables[0].cells[TOTAL, TOTAL].value == 40 * 8 + 4
