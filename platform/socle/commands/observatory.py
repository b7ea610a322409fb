"""`socle observatory …`: who is of the working group; how its first editor comes in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from socle.command_errors import Refused
from socle.django_ready import django_ready

if TYPE_CHECKING:
    from federation.workgroup.models import Member

EMAIL = click.argument("email")


@click.command("invite")
@EMAIL
@click.option("--first-name", required=True, help="Le prénom.")
@click.option("--last-name", required=True, help="Le nom.")
@click.option("--editor", is_flag=True, help="Responsable : invite, et écrit ce qui est convenu.")
@click.option("--departement", default="", help="Le code de son département.")
def invite(*, email: str, first_name: str, last_name: str, editor: bool, departement: str) -> None:
    """Inviter une personne : le lien est écrit ici, une fois."""
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from commons.actors import Actor  # noqa: PLC0415
    from commons.errors import DomainError  # noqa: PLC0415
    from federation.workgroup import operations  # noqa: PLC0415
    from federation.workgroup.models import Role  # noqa: PLC0415
    from ui.errors import sentence  # noqa: PLC0415

    guest = operations.Guest(
        email, first_name, last_name, Role.EDITOR if editor else Role.MEMBER, departement
    )
    author = Actor.command("socle observatory invite")
    try:
        token = operations.invite(guest=guest, actor=author, at=timezone.now())
    except DomainError as error:
        raise Refused(sentence(error)) from error
    click.echo(_address(token))


@click.command("renew")
@EMAIL
@click.option("--lost-factor", is_flag=True, help="Son téléphone est perdu aussi.")
def renew(*, email: str, lost_factor: bool) -> None:
    """Donner un nouveau lien à un membre qui ne peut plus se connecter."""
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from commons.actors import Actor  # noqa: PLC0415
    from federation.workgroup import operations  # noqa: PLC0415

    token = operations.renew_access(
        member=_member(email),
        has_lost_factor=lost_factor,
        actor=Actor.command("socle observatory renew"),
        at=timezone.now(),
    )
    click.echo(_address(token))


@click.command("end")
@EMAIL
def end(*, email: str) -> None:
    """Retirer une personne du groupe, et fermer ses sessions."""
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from commons.actors import Actor  # noqa: PLC0415
    from commons.errors import DomainError  # noqa: PLC0415
    from federation.workgroup import operations  # noqa: PLC0415
    from ui.errors import sentence  # noqa: PLC0415

    author = Actor.command("socle observatory end")
    try:
        operations.end_membership(member=_member(email), actor=author, at=timezone.now())
    except DomainError as error:
        raise Refused(sentence(error)) from error
    click.echo("Cette personne n'est plus du groupe.")


@click.command("members")
def members() -> None:
    """Qui est du groupe."""
    django_ready("worker")
    from federation.workgroup import queries  # noqa: PLC0415

    for one in queries.members():
        click.echo(f"{one.get_role_display():12} {one.user.get_full_name()} <{one.user.email}>")


def _member(email: str) -> Member:
    from federation.workgroup import queries  # noqa: PLC0415

    wanted = email.strip().lower()
    found = next((one for one in queries.members() if one.user.email == wanted), None)
    if found is None:
        raise Refused(f"Aucun membre n'a l'adresse {email}.")
    return found


def _address(token: str) -> str:
    from django.conf import settings  # noqa: PLC0415
    from django.urls import reverse  # noqa: PLC0415

    path = reverse("observatory:join", args=[token], urlconf=settings.PUBLIC_SCHEMA_URLCONF)
    return settings.PORTAL_ORIGIN.format(host=settings.PUBLIC_HOST) + path


COMMANDS = {
    "observatory invite": invite,
    "observatory renew": renew,
    "observatory end": end,
    "observatory members": members,
}
