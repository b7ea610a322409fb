"""`socle metrics list|show|compute`: the catalogue of indicators, and a département's own raw figures."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from socle.command_errors import Refused
from socle.command_values import day_of
from socle.django_ready import django_ready

if TYPE_CHECKING:
    from federation.metrics.catalogue import Indicator
    from federation.secrecy.tables import Table


@click.command("list")
@click.option("--format", "form", type=click.Choice(["text", "csv", "json"]), default="text")
def list_indicators(form: str) -> None:
    """Les indicateurs que les départements comptent de la même façon."""
    from federation.metrics.catalogue import indicators  # noqa: PLC0415  a fast start
    from ui.indicator_words import described  # noqa: PLC0415

    found = [described(one) for one in indicators()]
    if form == "json":
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    elif form == "csv":
        out = io.StringIO()
        writer = csv.DictWriter(out, found[0].keys(), lineterminator="\n")
        writer.writeheader()
        for row in found:
            writer.writerow({name: _flat(value) for name, value in row.items()})
        click.echo(out.getvalue(), nl=False)
    else:
        for row in found:
            click.echo(f"{row['code']:32} {row['name']}")


def _flat(value: object) -> object:
    return " ; ".join(map(str, value)) if isinstance(value, list) else value


@click.command()
@click.argument("code")
def show(code: str) -> None:
    """Un indicateur : ce qu'il demande, ce qu'il compte, ce qu'il faut savoir."""
    from ui.indicator_words import sheet  # noqa: PLC0415

    found = _found(code)
    click.echo("\n".join([found.name, "", *sheet(found)]))


@click.command()
@click.argument("code")
@click.option("--tenant", required=True, help="Le nom d'hôte du département.")
@click.option("--month", required=True, help="AAAA-MM : le mois, ou un mois de l'année scolaire.")
def compute(code: str, *, tenant: str, month: str) -> None:
    """Les chiffres bruts d'un département, au terminal seulement : rien n'y est protégé."""
    found, on = _found(code), day_of(f"{month}-01")
    if not sys.stdout.isatty():
        raise Refused(
            "Ces chiffres ne sont pas protégés : ils se lisent au terminal, et ne s'écrivent nulle part."
        )
    django_ready("worker")
    from federation.metrics import queries  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415

    with enter(tenant):
        tables = queries.compute(found, found.grain.period(on))
    for line in raw_lines(found, tables):
        click.echo(line)


def raw_lines(indicator: Indicator, tables: Sequence[Table]) -> list[str]:
    """Each cell: its codes, its figure, what it is made of, and of how many units."""
    from federation.metrics import queries  # noqa: PLC0415

    found = queries.by_role(indicator, tables)
    over = found[queries.NUMERATOR].cells
    under = found[queries.DENOMINATOR].cells if queries.DENOMINATOR in found else {}
    lines = []
    for key in sorted(over.keys() | under.keys()):
        cell, whole = over.get(key), under.get(key)
        value = indicator.value(cell.value if cell else 0, whole.value if whole else 0)
        parts = [f"{one.value} ({one.units})" if one else "0" for one in (cell, whole)]
        said = parts[0] if not under else " / ".join(parts)
        lines.append(
            f"{' '.join(key) or 'TOTAL':40} {'–' if value is None else value:>10}   {said}"
        )
    return lines


def _found(code: str) -> Indicator:
    from commons.errors import NotFound  # noqa: PLC0415
    from federation.metrics.catalogue import indicator  # noqa: PLC0415

    try:
        return indicator(code)
    except NotFound as error:
        raise Refused(f"Aucun indicateur ne s'appelle {code}.") from error


COMMANDS = {
    "metrics list": list_indicators,
    "metrics show": show,
    "metrics compute": compute,
}
