"""`socle records …`: take the file of a collège's software, or set the rules of marks and absences."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from socle.command_errors import Refused
from socle.django_ready import django_ready

if TYPE_CHECKING:
    from tenants.schoollife.records.models import RecordsImport

EXAMPLES = 20
KINDS = {"marks": "MARKS", "absences": "ABSENCES", "homework": "HOMEWORK"}
TENANT = click.option("--tenant", required=True, help="Le nom d'hôte du département.")


@click.command("import")
@TENANT
@click.option(
    "--kind", required=True, type=click.Choice(sorted(KINDS)), help="Ce que dit le fichier."
)
@click.option("--college", required=True, metavar="UAI", help="Le collège, par son UAI.")
@click.option("--year", type=int, help="Début de l'année scolaire (celle d'aujourd'hui sinon).")
@click.option("--dry-run", "is_dry", is_flag=True, help="Comparer et le dire, sans rien prendre.")
@click.option("--force", is_flag=True, help="Prendre même si beaucoup de lignes manquent.")
@click.argument(
    "path", metavar="FICHIER", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
def import_(
    *,
    tenant: str,
    kind: str,
    college: str,
    year: int | None,
    is_dry: bool,
    force: bool,
    path: Path,
) -> None:
    """Comparer le fichier d'un collège avec ce qu'on a de lui, et le prendre."""
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from commons.actors import Actor  # noqa: PLC0415
    from commons.errors import DomainError  # noqa: PLC0415
    from commons.school_calendar import SchoolYear, school_year_of  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415
    from tenants.people.queries import colleges_of  # noqa: PLC0415
    from tenants.schoollife.records.models import Kind  # noqa: PLC0415
    from tenants.schoollife.records.operations import (  # noqa: PLC0415
        RecordsFile,
        import_records,
    )
    from ui.errors import sentence  # noqa: PLC0415

    with enter(tenant):
        found = colleges_of([college]).first()
        if found is None:
            raise Refused(f"« {college} » n'est pas l'UAI d'un collège du département.")
        today = timezone.localdate()
        try:
            done = import_records(
                kind=Kind(KINDS[kind]),
                college=found,
                school_year=SchoolYear(year) if year else school_year_of(today),
                file=RecordsFile(path.name, path.read_bytes()),
                apply=not is_dry,
                is_forced=force,
                actor=Actor.command("socle records import"),
                at=timezone.now(),
            )
        except DomainError as error:
            raise Refused(sentence(error)) from error
        for line in _report(done):
            click.echo(line)
    if done.state == "STOPPED":
        raise Refused("Rien n'est pris. Vérifiez le fichier, ou ajoutez --force.")


def _report(done: RecordsImport) -> Iterator[str]:
    """The file in words: how many of each outcome, then the lines that were refused."""
    from tenants.schoollife.records import queries  # noqa: PLC0415
    from ui import records_texts  # noqa: PLC0415

    yield f"{done.get_state_display()} · {done.get_kind_display()}, {done.college.name}"
    for said in records_texts.summary(done):
        yield f"  {said}"
    refused = list(queries.import_lines(done, outcome="REJECTED")[: EXAMPLES + 1])
    for line in refused[:EXAMPLES]:
        yield f"  {records_texts.refusal(line)}"
    if len(refused) > EXAMPLES:
        yield "  …"


@click.command("rules")
@TENANT
@click.option("--fewest-marks", type=int, required=True, help="Notes qu'il faut pour une médiane.")
@click.option("--days-to-justify", type=int, required=True, help="Jours pour expliquer.")
@click.option("--years-kept", type=int, required=True, help="Années gardées après celle-ci.")
def rules(*, tenant: str, fewest_marks: int, days_to_justify: int, years_kept: int) -> None:
    """Fixer les règles des notes et des absences d'un département."""
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from commons.actors import Actor  # noqa: PLC0415
    from commons.errors import DomainError  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415
    from tenants.schoollife.records.operations import set_records_rules  # noqa: PLC0415
    from ui.errors import sentence  # noqa: PLC0415

    with enter(tenant):
        try:
            set_records_rules(
                fewest_marks=fewest_marks,
                days_to_justify=days_to_justify,
                years_kept=years_kept,
                actor=Actor.command("socle records rules"),
                at=timezone.now(),
            )
        except DomainError as error:
            raise Refused(sentence(error)) from error
    click.echo("Les règles sont fixées.")


COMMANDS = {"records import": import_, "records rules": rules}
