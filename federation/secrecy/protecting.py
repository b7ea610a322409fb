"""`protect`: linked tables made such that they can leave, with the journal of what was left out and why.

Nothing leaves on the word of the search: at the end an attacker's programs are solved on what is about to
leave, with all that left before, and the least leak is an error.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from federation.secrecy import hiding
from federation.secrecy.bounding import Matrix, Side, sides, unproved
from federation.secrecy.errors import LeakFound, NotProtectable
from federation.secrecy.system import System, built, rounded
from federation.secrecy.tables import (
    Earlier,
    Mark,
    Place,
    ProtectedCell,
    ProtectedTable,
    Protection,
    Ratio,
    Suppression,
    Table,
)


def protect(
    tables: Sequence[Table],
    *,
    earlier: Sequence[Earlier] = (),
    periods: Mapping[str, Sequence[str]] | None = None,
    ratios: Sequence[Ratio] = (),
    already_told: Collection[Place] = (),
    base: int = 1,
) -> Protection:
    """
    Protect tables that leave together, given what left before.

    `earlier` are the releases that left of these measures, the oldest first: the same period before its
    corrections, and the periods that overlap. `periods` says what each period is made of (a year, its
    months). `ratios` are measures of which one is a part of the other. `already_told` are cells that are
    public elsewhere. With a `base`, what is told is rounded to its nearest multiple, and fewer cells are
    left out.

    The same arguments give the same answer.

    :raises TableInconsistent: if a margin is not the sum of its parts, or two tables disagree
    :raises NotProtectable: if a cell would be found whatever is left out
    :raises LeakFound: if a sensitive cell could be found from what was about to leave
    """

    def planned(*, strict: bool) -> tuple[Matrix, Sequence[Side], hiding.Plan]:
        system = built(
            tables,
            earlier=earlier,
            periods=periods or {},
            ratios=ratios,
            already_told=already_told,
            base=base,
            strict=strict,
        )
        matrix = Matrix(system)
        wanted = sides(system)
        return matrix, wanted, hiding.planned(matrix, wanted)

    matrix, wanted, plan = planned(strict=True)
    if plan.impossible and earlier:
        matrix, wanted, plan = planned(strict=False)
    if plan.impossible and not (earlier or already_told):
        raise NotProtectable(cells=_shown(matrix.system, plan.impossible))
    kept = [side for side in wanted if side not in set(plan.impossible)]
    _verify(matrix, plan.hidden, kept)
    return _answer(matrix.system, tables, plan)


def _verify(matrix: Matrix, hidden: Collection[int], wanted: Sequence[Side]) -> None:
    """
    Attack what is about to leave.

    :raises LeakFound: if a sensitive cell is bounded closer than its interval
    """
    found, _points = unproved(matrix, hidden, wanted)
    if found:
        raise LeakFound(cells=_shown(matrix.system, found))


def _answer(system: System, tables: Sequence[Table], plan: hiding.Plan) -> Protection:
    hidden = {system.figures[rank].place: rank for rank in plan.hidden}
    known = dict.fromkeys(system.figures[side.rank].place for side in plan.impossible)
    nearest = _nearest(system, plan.hidden)
    journal = [
        Suppression(
            place=place,
            mark=system.figures[rank].primary or Mark.SECONDARY,
            protects=() if system.figures[rank].primary else nearest.get(rank, ()),
        )
        for place, rank in hidden.items()
    ]
    told = []
    for table in tables:
        cells = {
            key: ProtectedCell(Mark.SECRET, None)
            if table.place(key) in hidden
            else ProtectedCell(Mark.TOLD, rounded(cell.value, system.base))
            for key, cell in table.cells.items()
        }
        told.append(
            ProtectedTable(
                table.measure,
                table.dimensions,
                cells,
                table.period,
                additive=table.additive,
                base=system.base,
            )
        )
    return Protection(tables=told, journal=journal, known=list(known))


def _nearest(system: System, hidden: Collection[int]) -> dict[int, Sequence[Place]]:
    """For each secondary figure, the sensitive ones that are nearest, going from row to row."""
    rows_of: dict[int, list[Sequence[int]]] = {}
    unknown = set(hidden) | {
        rank for rank, one in enumerate(system.figures) if not one.is_current and not one.is_known
    }
    for row in system.rows:
        inside = [rank for rank in row.ranks if rank in unknown]
        for rank in inside:
            rows_of.setdefault(rank, []).append(inside)
    found: dict[int, Sequence[Place]] = {}
    for start in hidden:
        if system.figures[start].primary is not None:
            continue
        seen, edge = {start}, [start]
        while edge:
            near = dict.fromkeys(
                rank for one in edge for row in rows_of.get(one, []) for rank in row
            )
            edge = [rank for rank in near if rank not in seen]
            seen.update(edge)
            secret = [rank for rank in edge if system.figures[rank].interval is not None]
            if secret:
                found[start] = [system.figures[rank].place for rank in sorted(secret)]
                break
    return found


def _shown(system: System, found: Sequence[Side]) -> list[dict[str, str]]:
    """The cells of sides, by their codes alone."""
    places = dict.fromkeys(system.figures[side.rank].place for side in found)
    return [
        {"measure": place.measure, "period": place.period, **dict(sorted(place.codes))}
        for place in places
    ]
