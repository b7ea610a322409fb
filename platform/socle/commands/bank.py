"""`socle bank`: become the test bank of the demo, a process that knows nothing of ours."""

from __future__ import annotations

import os
import sys

import click

from commons import environment
from socle.django_ready import django_ready
from socle.places import CHECKOUT

KEPT = ("PATH", "HOME", "LANG")


@click.command()
@click.option("--state", required=True, help="Le fichier où la banque garde ce qu'elle sait.")
def bank(state: str) -> None:
    """Ouvrir la banque d'essai, à l'adresse de STRIPE_API_BASE."""
    django_ready("worker")
    from django.conf import settings  # noqa: PLC0415

    from socle.seeding import bank as agreed  # noqa: PLC0415
    from socle.seeding import cast  # noqa: PLC0415

    command = agreed.command(
        cast.DEPARTEMENTS,
        address=settings.STRIPE_API_BASE,
        state=state,
        origin=settings.PORTAL_ORIGIN,
        base_domain=settings.BASE_DOMAIN,
        secret=settings.SECRET_KEY,
    )
    own = {name: environment.text(name, "") for name in KEPT}
    own |= {"PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1"}
    os.execve(sys.executable, command, own)  # noqa: S606  it keeps none of our secrets


COMMANDS = {"bank": bank}
