"""The canteen from the command line: `socle canteen deadline`, without settings or database.

A refusal is one French sentence on standard error, and leaves with code 2; with `--json` the same
refusal is also `{"error": {"code", "message"}}` on standard output.
"""

from __future__ import annotations

import datetime
import json
import sys
from pathlib import Path
from typing import NoReturn

import click

REFUSED = 2


@click.command()
@click.option("--rule", "rule_path", help="Fichier de la règle d'annulation (YAML ou JSON).")
@click.option("--meal", "meal", help="Jour du repas, AAAA-MM-JJ.")
@click.option("--json", "as_json", is_flag=True, help="Répondre en JSON.")
def deadline(rule_path: str | None, meal: str | None, as_json: bool) -> None:  # noqa: FBT001
    """Dire jusqu'à quand un repas peut être annulé."""
    if not rule_path:
        _refuse("FIELD_MISSING", "Donnez le fichier de la règle avec --rule.", as_json=as_json)
    if not meal:
        _refuse("FIELD_MISSING", "Donnez le jour du repas avec --meal.", as_json=as_json)
    try:
        meal_day = datetime.datetime.strptime(meal, "%Y-%m-%d").date()  # noqa: DTZ007  a local day
    except ValueError:
        _refuse(
            "NOT_A_DATE",
            f"« {meal} » n'est pas une date AAAA-MM-JJ.",
            as_json=as_json,
        )
    if not 1970 <= meal_day.year <= 2100:
        _refuse("OUT_OF_RANGE", "Le jour du repas doit être entre 1970 et 2100.", as_json=as_json)

    from billing.canteen import deadlines  # noqa: PLC0415  a fast start for the other commands
    from billing.rule_files import InvalidRule, read_rule_file  # noqa: PLC0415
    from ui.rule_problems import refusal_sentences  # noqa: PLC0415

    lines: dict[str, int] = {}
    try:
        text = read_rule_file(Path(rule_path))
        lines = dict(text.lines)
        rule = deadlines.parse_cancellation_rule(text.data)
    except InvalidRule as refusal:
        sentences = refusal_sentences(refusal.on_lines(lines))
        _refuse(refusal.code, " ".join(sentences), as_json=as_json)
    limit = deadlines.cancel_before(rule, meal_day)
    if as_json:
        click.echo(json.dumps({"cancel_before": limit.isoformat(timespec="minutes")}))
    else:
        click.echo(f"Ce repas peut être annulé avant le {limit:%d/%m/%Y à %H:%M}.")


def _refuse(code: str, message: str, *, as_json: bool) -> NoReturn:
    if as_json:
        click.echo(json.dumps({"error": {"code": code, "message": message}}, ensure_ascii=False))
    click.echo(f"Erreur : {message}", err=True)
    sys.exit(REFUSED)


COMMANDS = {"canteen deadline": deadline}
