"""`socle account …`: help for who cannot be helped in the console: the first administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from socle.command_errors import Refused
from socle.django_ready import django_ready

if TYPE_CHECKING:
    from tenants.accounts.models import User

TENANT = click.option("--tenant", required=True, help="Le nom d'hôte du département.")
NAME = click.option("--name", required=True, help="L'adresse ou l'identifiant du compte.")


@click.command("reset-factors")
@TENANT
@NAME
@click.option(
    "--reason",
    required=True,
    type=click.Choice(["LOST", "REPLACED", "SUSPECTED"]),
    help="Perdu, remplacé, ou peut-être pris par quelqu'un d'autre.",
)
def reset_factors(*, tenant: str, name: str, reason: str) -> None:
    """Retirer la deuxième étape d'un compte : la personne en ajoute une à sa prochaine connexion."""
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from commons.actors import Actor  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415
    from tenants.accounts import factors  # noqa: PLC0415

    with enter(tenant):
        factors.reset_factors(
            user=_account(name),
            reason=factors.ResetReason(reason),
            actor=Actor.command("socle account reset-factors"),
            at=timezone.now(),
        )
    click.echo(
        "La deuxième étape est retirée, les sessions sont fermées, et la personne est prévenue."
    )


@click.command("end-sessions")
@TENANT
@click.option("--name", default="", help="L'adresse ou l'identifiant du compte.")
@click.option("--everybody", is_flag=True, help="Tous les comptes du département.")
def end_sessions(*, tenant: str, name: str, everybody: bool) -> None:
    """Fermer toutes les sessions d'un compte, ou de tous."""
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from commons.actors import Actor  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415
    from tenants.accounts import queries, sign_ins  # noqa: PLC0415

    if bool(name) is everybody:
        raise Refused("Donnez --name, ou --everybody.")
    author = Actor.command("socle account end-sessions")
    with enter(tenant):
        users = queries.users_with_session() if everybody else [_account(name)]
        ended = sum(
            sign_ins.end_sessions(user=user, actor=author, at=timezone.now()) for user in users
        )
    click.echo(f"Sessions fermées : {ended}.")


def _account(name: str) -> User:
    from tenants.accounts import queries  # noqa: PLC0415

    found = queries.user_with_name(name)
    if found is None:
        raise Refused(f"Aucun compte ne s'appelle {name}.")
    return found


COMMANDS = {"account reset-factors": reset_factors, "account end-sessions": end_sessions}
