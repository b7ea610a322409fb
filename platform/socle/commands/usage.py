"""`socle usage gather`: bring the visits counted by Redis to a département's tables, before Redis stops."""

from __future__ import annotations

import click

from socle.django_ready import django_ready


@click.command("gather")
@click.option("--tenant", required=True, help="Le nom d'hôte du département.")
def gather(*, tenant: str) -> None:
    """Relever les visites comptées depuis le dernier relevé, sans attendre le suivant."""
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from federation.usage import operations  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415

    with enter(tenant):
        added = operations.gather(at=timezone.now())
    click.echo(f"Visites relevées : {added}.")


COMMANDS = {"usage gather": gather}
