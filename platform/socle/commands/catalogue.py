"""`socle catalogue publish`: have the shared catalogue say what a file says."""

from __future__ import annotations

from pathlib import Path

import click

from socle.command_errors import Refused
from socle.django_ready import django_ready


@click.command("publish")
@click.argument(
    "path", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
def publish(path: Path | None) -> None:
    """Publier les services d'un fichier, ou ceux qui viennent avec Socle, pour tous."""
    django_ready("owner")
    from django.utils import timezone  # noqa: PLC0415

    from commons.actors import Actor  # noqa: PLC0415
    from commons.errors import DomainError  # noqa: PLC0415
    from federation.catalogue import operations, service_files  # noqa: PLC0415
    from ui.errors import sentence  # noqa: PLC0415

    try:
        services = service_files.read_services(path or service_files.PUBLISHED)
        changed = operations.publish_services(
            services=services,
            actor=Actor.command("socle catalogue publish"),
            at=timezone.now(),
        )
    except DomainError as error:
        raise Refused(sentence(error)) from error
    click.echo(f"Services lus : {len(services)}. Nouveaux ou changés : {changed}.")


COMMANDS = {"catalogue publish": publish}
