"""`socle seed`: the demo's data, and the table of its sign-ins."""

from __future__ import annotations

import os
import subprocess
import sys

import click

from socle.django_ready import django_ready


@click.command()
@click.option(
    "--print-table", is_flag=True, help="Montrer les adresses et les comptes, sans rien créer."
)
@click.option("--port", default=8000, show_default=True, type=int)
@click.option("--provision", is_flag=True, hidden=True)
def seed(print_table: bool, port: int, provision: bool) -> None:  # noqa: FBT001  click passes flags by name
    """Créer les données de démonstration (dans une base neuve)."""
    if provision:
        _provision()
        return
    django_ready("worker")
    if print_table:
        _print_table(port)
        return
    from django.utils import timezone  # noqa: PLC0415

    from socle.seeding import cast, demo  # noqa: PLC0415

    # Making a département takes the owner's credentials, which this process does not hold.
    environment = os.environ | {"SOCLE_PROCESS": "owner"}
    command = [sys.executable, "-m", "socle.command", "seed", "--provision"]
    subprocess.run(command, env=environment, check=True)
    for new in cast.DEPARTEMENTS:
        demo.seed_departement(
            demo.Stage(departement=new, today=timezone.localdate(), say=click.echo)
        )
    click.echo("Données de démonstration prêtes.")


def _provision() -> None:
    django_ready("owner")
    from commons.actors import Actor  # noqa: PLC0415
    from socle.seeding import cast  # noqa: PLC0415
    from tenants.registry import provisioning  # noqa: PLC0415

    for new in cast.DEPARTEMENTS:
        click.echo(f"{new.name} : schéma, rôle et droits…")
        provisioning.provision_departement(new=new, actor=Actor.command("socle seed"))


def _print_table(port: int) -> None:
    from django.conf import settings  # noqa: PLC0415

    from socle.seeding import cast  # noqa: PLC0415

    rows = cast.table(port=port, base_domain=settings.BASE_DOMAIN)
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    click.echo(f"Adresse publique : http://{settings.PUBLIC_HOST}:{port}/")
    click.echo(f"GraphQL : http://hauts-de-seine.{settings.BASE_DOMAIN}:{port}/graphql/")
    click.echo(f"Mot de passe de tous : {cast.PASSWORD}\n")
    for row in rows:
        click.echo("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)))


COMMANDS = {"seed": seed}
