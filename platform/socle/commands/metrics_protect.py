"""`socle metrics protect TABLE.csv`: which cells of a table may be told, by the engine of published figures.

Needs no settings and no database. What it answers is for whoever holds the table: it says why each cell is
left out, which is not published.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from socle.command_errors import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from federation.secrecy.files import Problem
    from federation.secrecy.tables import Protection, Table

_SHOWN = 20
_PROBLEMS = {
    "COLUMN_MISSING": "Il manque la colonne « %(column)s ».",
    "COLUMN_TWICE": "La colonne « %(column)s » est là deux fois.",
    "NO_DIMENSION": "Aucune colonne ne dit de quoi sont les cases : ajoutez une dimension.",
    "EMPTY": "Ce fichier n'a aucune case.",
    "FIELDS": "Cette ligne a %(text)s champs, et l'en-tête n'en a pas autant.",
    "CODE_MISSING": "Colonne « %(column)s » : le code manque.",
    "CELL_TWICE": "Cette case est déjà à la ligne %(text)s.",
    "NOT_A_WHOLE_NUMBER": "Colonne « %(column)s » : « %(text)s » n'est pas un nombre entier.",
    "VALUE_OF_NOBODY": "Colonne « units » : zéro personne ne peut pas avoir une valeur.",
    "LARGEST_TOO_LARGE": "Colonne « largest » : %(text)s est plus que la valeur de la case.",
    "TABLE_MARGIN": "Le total %(text)s n'est pas la somme de ses parts (« %(column)s »).",
    "HIERARCHY_COLUMNS": "Hiérarchies : les colonnes sont dimension, code et parent.",
    "HIERARCHY_DIMENSION": "Hiérarchies : le tableau n'a pas de dimension « %(text)s ».",
    "HIERARCHY_CODE": "Hiérarchies : le code « %(text)s » est vide, ou là deux fois.",
    "HIERARCHY_CIRCLE": "Hiérarchies : le code « %(text)s » se contient lui-même.",
    "HIERARCHY_FIELDS": "Hiérarchies : cette ligne a %(text)s champs au lieu de trois.",
    "HIERARCHY_EMPTY": "Hiérarchies : ce fichier est vide.",
}
_WHY = {
    "TOO_FEW": "primaire, trop peu d'unités",
    "DOMINATED": "primaire, une unité domine",
    "SECONDARY": "secondaire, protège",
}


@click.command()
@click.argument("path", metavar="TABLEAU.csv", type=click.Path(path_type=Path))
@click.option("--threshold", type=click.IntRange(0), default=11, help="Unités au moins par case.")
@click.option(
    "--dominance",
    type=click.IntRange(1, 10_000),
    help="Part d'une seule unité, au plus, en dix-millièmes : 8500 pour 85 %.",
)
@click.option(
    "--hierarchies",
    "hierarchies_path",
    type=click.Path(path_type=Path),
    help="Fichier dimension,code,parent : ce qui contient chaque code.",
)
@click.option("--round", "base", type=click.IntRange(1), default=1, help="Arrondir à ce multiple.")
@click.option("--json", "as_json", is_flag=True, help="Répondre en JSON.")
def protect(
    path: Path,
    *,
    threshold: int,
    dominance: int | None,
    hierarchies_path: Path | None,
    base: int,
    as_json: bool,
) -> None:
    """Dire quelles cases d'un tableau sont secrètes, primaires ou secondaires, et pourquoi."""
    from federation.secrecy import files, protecting  # noqa: PLC0415  a fast start
    from federation.secrecy.tables import Rule  # noqa: PLC0415

    hierarchy = [] if hierarchies_path is None else _lines(hierarchies_path)
    try:
        table = files.read_table(
            _lines(path), rule=Rule(threshold, dominance_bp=dominance), hierarchy=hierarchy
        )
    except files.FileUnfit as refusal:
        raise Refused("\n".join(_sentences(refusal.problems))) from refusal
    answer = protecting.protect([table], base=base)
    if as_json:
        click.echo(json.dumps(_answer(table, answer), ensure_ascii=False, indent=2))
    else:
        _tell(table, answer)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines(keepends=True)
    except UnicodeDecodeError as error:
        raise Refused(f"{path} : ce fichier n'est pas en UTF-8.") from error
    except OSError as error:
        raise Refused(f"{path} : ce fichier ne peut pas être lu.") from error


def _sentences(problems: Sequence[Problem]) -> list[str]:
    said = []
    for one in problems[:_SHOWN]:
        sentence = _PROBLEMS[one.reason] % {"column": one.column, "text": one.text[:60]}
        said.append(f"Ligne {one.line} : {sentence}" if one.line else sentence)
    if len(problems) > _SHOWN:
        said.append(f"Et {len(problems) - _SHOWN} autres problèmes.")
    return said


def _answer(table: Table, answer: Protection) -> dict[str, Any]:
    names = [dimension.name for dimension in table.dimensions]
    lines = {line.place: line for line in answer.journal}
    cells = []
    for key, cell in answer.tables[0].cells.items():
        line = lines.get(table.place(key))
        told: dict[str, Any] = {"codes": dict(zip(names, key, strict=True)), "value": cell.value}
        told["mark"] = "TOLD" if line is None else line.mark.value
        if line is not None and line.protects:
            told["protects"] = [_codes(place.codes, names) for place in line.protects]
        cells.append(told)
    marks = [cell["mark"] for cell in cells]
    counts = {mark: marks.count(mark) for mark in ("TOLD", *_WHY)}
    return {"counts": counts, "cells": cells}


def _tell(table: Table, answer: Protection) -> None:
    told = _answer(table, answer)
    secret = [cell for cell in told["cells"] if cell["mark"] != "TOLD"]
    click.echo(f"{len(told['cells'])} cases : {len(secret)} secrètes.")
    for cell in secret:
        protected = [" / ".join(codes.values()) for codes in cell.get("protects", ())]
        why = _WHY[cell["mark"]] + (f" {', '.join(protected)}" if protected else "")
        click.echo(f"- {' / '.join(cell['codes'].values())} : {why}")


def _codes(codes: frozenset[tuple[str, str]], names: list[str]) -> dict[str, str]:
    said = dict(codes)
    return {name: said.get(name, "TOTAL") for name in names}


COMMANDS = {"metrics protect": protect}
