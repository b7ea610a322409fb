"""`socle sources`: become what stands in for the sources of rights in the demo."""

from __future__ import annotations

import os
import sys

import click

from commons import environment
from socle.commands.bank import KEPT
from socle.django_ready import django_ready
from socle.places import CHECKOUT


@click.command()
def sources() -> None:
    """Ouvrir les sources de droits d'essai, à l'adresse de RIGHTS_API_BASE."""
    django_ready("worker")
    from django.conf import settings  # noqa: PLC0415

    from socle.seeding import cast  # noqa: PLC0415
    from socle.seeding import sources as agreed  # noqa: PLC0415

    command = agreed.command(
        cast.DEPARTEMENTS, address=settings.RIGHTS_API_BASE, secret=settings.SECRET_KEY
    )
    own = {name: environment.text(name, "") for name in KEPT}
    own |= {"PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1"}
    os.execve(sys.executable, command, own)  # noqa: S606  it keeps none of our secrets


COMMANDS = {"sources": sources}
