"""`socle code`: the code that the demo's agents write after their password."""

from __future__ import annotations

import datetime

import click

from socle import demo_code
from tenants.accounts import totp


@click.command("code")
def code() -> None:
    """Le code de vérification des agents de la démonstration, et le suivant."""
    step = totp.step_at(datetime.datetime.now(tz=datetime.UTC))
    now, then = (totp.code_of(demo_code.SECRET, one) for one in (step, step + 1))
    click.echo(f"Code : {now}    Le suivant : {then}")


COMMANDS = {"code": code}
