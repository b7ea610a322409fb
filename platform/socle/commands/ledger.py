"""`socle ledger check`: are the books right, now?"""

from __future__ import annotations

import json

import click

from socle.command_errors import Refused
from socle.django_ready import django_ready


@click.group()
def ledger() -> None:
    """Le grand livre d'un département."""


@ledger.command("check")
@click.option("--tenant", required=True, help="Le nom d'hôte du département (hauts-de-seine).")
@click.option("--json", "as_json", is_flag=True, help="Répondre en JSON.")
def check(*, tenant: str, as_json: bool) -> None:
    """Recalculer chaque solde à partir des écritures, sans rien changer."""
    django_ready("worker")
    from billing.ledger import queries  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415

    with enter(tenant):
        trial = queries.trial_balance()
        differences = queries.reconcile()
        broken = queries.broken_resolutions()
    is_clean = trial.is_balanced and not differences and not broken
    if as_json:
        said = {
            "is_balanced": trial.is_balanced,
            "debits_posted": trial.debits_posted,
            "credits_posted": trial.credits_posted,
            "differences": len(differences),
            "broken_resolutions": len(broken),
        }
        click.echo(json.dumps(said))
    elif is_clean:
        click.echo("Le grand livre est juste : les débits égalent les crédits.")
    else:
        for difference in differences:
            click.echo(f"{difference.code} ne dit pas la même chose que ses écritures.")
        for reference in broken:
            click.echo(f"{reference} ne correspond pas à sa réservation.")
    if not is_clean:
        raise Refused("Le grand livre n'est pas juste.")


COMMANDS = {"ledger": ledger}
