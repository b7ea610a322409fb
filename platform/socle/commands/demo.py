"""`socle demo`: the whole house on this machine, until Ctrl-C."""

from __future__ import annotations

import click

from socle.command_errors import Refused


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--reset", is_flag=True, help="Effacer les données et repartir de zéro.")
def demo(port: int, reset: bool) -> None:  # noqa: FBT001  click passes flags by name
    """Démarrer la démonstration : bases, données, site, tâches."""
    from socle import demo as demonstration  # noqa: PLC0415  a fast start for the other commands

    try:
        status = demonstration.run(port=port, reset=reset, say=click.echo)
    except demonstration.CannotServe as problem:
        raise Refused(str(problem)) from problem
    raise SystemExit(status)


COMMANDS = {"demo": demo}
