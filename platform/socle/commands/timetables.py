"""`socle timetable import`: take the timetable of a collège from a file, or say what it would change."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from socle.command_errors import Refused
from socle.django_ready import django_ready

if TYPE_CHECKING:
    from tenants.schoollife.timetable.models import TimetableImport

EXAMPLES = 20
DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option("--tenant", required=True, help="Le nom d'hôte du département (hauts-de-seine).")
@click.option("--college", "uai", required=True, metavar="UAI", help="Le collège.")
@click.option(
    "--class", "class_name", default="", metavar="NOM", help="Si le fichier est d'une classe."
)
@click.option("--from", "first_day", type=DAY, help="Le premier jour dont parle le fichier.")
@click.option("--to", "last_day", type=DAY, help="Le dernier jour.")
@click.option(
    "--partial", "is_partial", is_flag=True, help="Ne rien annuler de ce qui n'y est pas."
)
@click.option(
    "--dry-run", "is_dry", is_flag=True, help="Dire ce qui changerait, sans rien changer."
)
@click.argument(
    "path", metavar="FICHIER", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
def import_timetable(
    *,
    tenant: str,
    uai: str,
    class_name: str,
    first_day: datetime.datetime | None,
    last_day: datetime.datetime | None,
    is_partial: bool,
    is_dry: bool,
    path: Path,
) -> None:
    """Prendre un fichier iCalendar d'un collège : ce qu'il ajoute, change et annule."""
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from commons.actors import Actor  # noqa: PLC0415
    from commons.errors import DomainError  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415
    from tenants.schoollife.timetable import operations  # noqa: PLC0415
    from ui import errors, timetable_texts  # noqa: PLC0415

    days = _days(first_day, last_day)
    actor = Actor.command("socle timetable import")
    with enter(tenant):
        try:
            prepared = operations.prepare_import(
                **_place(uai, class_name, days, at=timezone.now()),
                content=path.read_bytes(),
                file_name=path.name,
                days=days,
                is_complete=not is_partial,
                actor=actor,
                at=timezone.now(),
            )
            _tell(prepared)
            if not is_dry:
                operations.apply_import(timetable_import=prepared, actor=actor, at=timezone.now())
        except operations.TimetableUnreadable as error:
            said = [errors.sentence(error), *timetable_texts.problem_sentences(error.details)]
            raise Refused("\n".join(said)) from error
        except DomainError as error:
            raise Refused(errors.sentence(error)) from error
    click.echo("Essai à blanc : rien n'a changé." if is_dry else "L'emploi du temps est à jour.")


def _days(first: datetime.datetime | None, last: datetime.datetime | None) -> Any:
    from commons.periods import Period  # noqa: PLC0415

    if first is None and last is None:
        return None
    if first is None or last is None or last < first:
        raise Refused("Donnez --from et --to dans l'ordre, ou aucun des deux.")
    return Period(first.date(), last.date() + datetime.timedelta(days=1))


def _place(uai: str, class_name: str, days: Any, *, at: datetime.datetime) -> dict[str, Any]:
    """The collège and the class that were named."""
    from tenants.people.queries import colleges_of  # noqa: PLC0415
    from tenants.schoollife.timetable.access import classes_of  # noqa: PLC0415
    from tenants.schoollife.timetable.days import local_day, timetable_year  # noqa: PLC0415

    college = colleges_of([uai.upper()]).first()
    if college is None:
        raise Refused(f"Aucun collège n'a l'UAI {uai}.")
    year = timetable_year(days.start if days else local_day(at)).start_year
    classes = classes_of(college, school_year=year)
    found = classes.filter(name=class_name).first() if class_name else None
    if class_name and found is None:
        names = ", ".join(classes.values_list("name", flat=True)[:EXAMPLES])
        raise Refused(f"Ce collège n'a pas de classe {class_name}. Il a : {names or 'aucune'}.")
    return {"college": college, "school_class": found}


def _tell(prepared: TimetableImport) -> None:
    """How many lessons change, then the first of those that go or change."""
    from tenants.schoollife.timetable import queries  # noqa: PLC0415
    from tenants.schoollife.timetable.models import Outcome  # noqa: PLC0415
    from ui import timetable_texts, wording  # noqa: PLC0415

    counts = prepared.counts
    click.echo(
        f"{counts['added']} ajoutés, {counts['changed']} modifiés, "
        f"{counts['withdrawn']} annulés, {counts['unchanged']} inchangés."
    )
    for outcome in (Outcome.WITHDRAWN, Outcome.CHANGED):
        for line in queries.import_lines(prepared, outcome=outcome)[:EXAMPLES]:
            subject = line.lesson.subject if line.lesson else ""
            changes = ", ".join(
                f"{one.name} {one.old or '–'} → {one.new or '–'}"
                for one in timetable_texts.changes_of(line.diff)
            )
            when = wording.day_and_hour(line.starts_at)
            click.echo(
                f"  {outcome.label} : {subject}, {line.school_class.name}, {when} : {changes}"
            )
    for sentence in timetable_texts.note_sentences(prepared.notes)[:EXAMPLES]:
        click.echo(f"  {sentence}")


COMMANDS = {"timetable import": import_timetable}
