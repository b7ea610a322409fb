"""`socle ent keys rotate`: change the key that signs what services are told."""

from __future__ import annotations

import click

from socle.django_ready import django_ready


@click.command("rotate")
@click.option("--tenant", required=True, help="Le nom d'hôte du département.")
def rotate(*, tenant: str) -> None:
    """Mettre en service la clé annoncée, et en annoncer une autre."""
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from commons.actors import Actor  # noqa: PLC0415
    from federation.ent import operations  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415

    with enter(tenant):
        kid = operations.rotate_keys(
            actor=Actor.command("socle ent keys rotate"), at=timezone.now()
        )
    click.echo(f"La clé {kid} signe désormais. La précédente reste reconnue un jour.")


COMMANDS = {"ent keys rotate": rotate}
