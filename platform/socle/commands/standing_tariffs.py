"""`socle tariffs export|publish`: between a département's tariffs and schedule files."""

from __future__ import annotations

import click

from socle.command_errors import Refused
from socle.command_values import day_of, rules_in
from socle.commands.tariffs import SERVICES
from socle.django_ready import django_ready

TENANT = click.option("--tenant", required=True, help="Le nom d'hôte du département.")


@click.command()
@TENANT
@click.option("--on", "day", help="Jour où la grille vaut, AAAA-MM-JJ ; aujourd'hui par défaut.")
@click.option("--service", type=click.Choice(SERVICES), help="Ce service seulement.")
def export(*, tenant: str, day: str | None, service: str | None) -> None:
    """Écrire la grille en vigueur, dans un fichier que « publish » relit."""
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from billing.simulation.queries import standing_schedules  # noqa: PLC0415
    from billing.tariffs.schedule_texts import schedule_text  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415

    with enter(tenant):
        asked = day_of(day) if day else timezone.localdate()
        found = standing_schedules(on=asked)
    if service:
        found = tuple(one for one in found if service.upper() in one.services)
    if not found:
        raise Refused(f"Aucune grille ne vaut le {asked:%d/%m/%Y}.")
    if len(found) > 1:
        names = ", ".join(name.lower() for one in found for name in one.services)
        raise Refused(
            f"Plusieurs grilles valent ce jour-là. Choisissez un service avec --service : {names}."
        )
    click.echo(schedule_text(found[0]), nl=False)


@click.command()
@click.argument("path", metavar="FICHIER", type=click.Path(exists=True, dir_okay=False))
@TENANT
@click.option("--apply", "is_applied", is_flag=True, help="Publier. Sans cela : montrer seulement.")
def publish(path: str, *, tenant: str, is_applied: bool) -> None:
    """Publier une grille à partir de son premier jour, et décider à nouveau les prix."""
    from billing.tariffs.schedule_files import load_schedule  # noqa: PLC0415  a fast start

    schedule = rules_in(path, load_schedule)
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from billing.simulation.queries import changes_from  # noqa: PLC0415
    from billing.tariffs import operations, queries  # noqa: PLC0415
    from commons.actors import Actor  # noqa: PLC0415
    from commons.errors import DomainError  # noqa: PLC0415
    from commons.tenancy import require_tenant  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415
    from ui.errors import sentence  # noqa: PLC0415

    with enter(tenant):
        code = require_tenant().code
        if schedule.departement != code:
            raise Refused(f"Cette grille est celle du {schedule.departement}, pas du {code}.")
        for service in schedule.services:
            version = queries.version_on(service, schedule.valid_from)
            changes = changes_from(version, schedule) if version else ()
            click.echo(f"{service.lower()} : {_told(version is None, len(changes))}")
            for change in changes:
                click.echo(f"  {change.place} : {change.before or '–'} → {change.after or '–'}")
        if not is_applied:
            click.echo("Rien n'est publié. Ajoutez --apply.")
            return
        try:
            operations.publish_schedule(
                schedule=schedule,
                actor=Actor.command("socle tariffs publish"),
                at=timezone.now(),
            )
        except DomainError as error:
            raise Refused(sentence(error)) from error
    click.echo(f"Grille publiée à partir du {schedule.valid_from:%d/%m/%Y}.")


def _told(is_new: bool, changes: int) -> str:  # noqa: FBT001
    if is_new:
        return "aucune grille ne vaut ce jour-là"
    return f"{changes} lignes changent" if changes else "rien ne change"


COMMANDS = {"tariffs export": export, "tariffs publish": publish}
