"""`socle services`: become what stands in for the services of third parties in the demo."""

from __future__ import annotations

import os
import sys

import click

from commons import environment
from socle.commands.bank import KEPT
from socle.django_ready import django_ready
from socle.places import CHECKOUT


@click.command("services")
def services() -> None:
    """Ouvrir les services d'essai, à l'adresse de SERVICES_BASE."""
    django_ready("worker")
    from django.conf import settings  # noqa: PLC0415

    from socle.seeding import standin_services as agreed  # noqa: PLC0415

    command = agreed.command(address=settings.SERVICES_BASE, secret=settings.SECRET_KEY)
    own = {name: environment.text(name, "") for name in KEPT}
    own |= {"PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1"}
    os.execve(sys.executable, command, own)  # noqa: S606  it keeps none of our secrets


COMMANDS = {"services": services}
