"""`socle identities`: become what stands in for EduConnect and FranceConnect in the demo."""

from __future__ import annotations

import os
import sys

import click

from commons import environment
from socle.commands.bank import KEPT
from socle.django_ready import django_ready
from socle.places import CHECKOUT


@click.command()
def identities() -> None:
    """Ouvrir les services d'identité d'essai, à l'adresse de IDENTITY_API_BASE."""
    django_ready("worker")
    from socle.seeding import cast  # noqa: PLC0415
    from socle.seeding import identities as agreed  # noqa: PLC0415

    command = agreed.command(cast.DEPARTEMENTS)
    own = {name: environment.text(name, "") for name in KEPT}
    own |= {"PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1"}
    os.execve(sys.executable, command, own)  # noqa: S606  it keeps none of our secrets


COMMANDS = {"identities": identities}
