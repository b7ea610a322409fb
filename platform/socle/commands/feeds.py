"""`socle import aaf` and `socle fixtures aaf`: take the academic feed, or make one up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from socle.command_errors import Refused
from socle.django_ready import django_ready

if TYPE_CHECKING:
    from tenants.people.models import FeedImport

EXAMPLES = 20


@click.group("import")
def import_group() -> None:
    """Prendre des données de l'extérieur."""


@click.group()
def fixtures() -> None:
    """Fabriquer des données inventées."""


@fixtures.command("aaf")
@click.option("--pupils", type=click.IntRange(min=1), required=True, help="Nombre d'élèves.")
@click.option("--seed", type=int, required=True, help="La même graine fait les mêmes fichiers.")
@click.option("--departement", default="92", show_default=True)
@click.option(
    "--year", type=int, default=2026, show_default=True, help="Début de l'année scolaire."
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("var/aaf"))
def make_aaf(pupils: int, seed: int, departement: str, year: int, out: Path) -> None:
    """Écrire un annuaire académique complet, inventé mais vraisemblable."""
    django_ready("worker")
    from tenants.people.aaf.generator import write_feed  # noqa: PLC0415

    click.echo(f"Écriture de {pupils} élèves dans {out}…")
    written = write_feed(out, pupils=pupils, seed=seed, departement=departement, school_year=year)
    click.echo(
        f"{len(written.files)} fichiers : {written.colleges} collèges, {written.pupils} élèves, "
        f"{written.guardians} responsables, {written.links} liens."
    )


@import_group.command("aaf")
@click.option("--tenant", required=True, help="Le nom d'hôte du département (hauts-de-seine).")
@click.option("--year", type=int, help="Début de l'année scolaire (celle du jour sinon).")
@click.option("--apply", "is_applied", is_flag=True, help="Appliquer. Sans elle : essai à blanc.")
@click.option("--force", is_flag=True, help="Appliquer même si beaucoup de monde disparaît.")
@click.argument(
    "paths", metavar="FICHIERS...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
def import_aaf_command(
    *, tenant: str, year: int | None, is_applied: bool, force: bool, paths: tuple[Path, ...]
) -> None:
    """Comparer un annuaire académique avec nos élèves, et l'appliquer si on le demande."""
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from commons.actors import Actor  # noqa: PLC0415
    from commons.errors import DomainError  # noqa: PLC0415
    from commons.school_calendar import school_year_of  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415
    from tenants.people.operations import import_aaf  # noqa: PLC0415
    from ui.errors import explain  # noqa: PLC0415

    start_year = year or school_year_of(timezone.localdate()).start_year
    with enter(tenant):
        try:
            imported = import_aaf(
                paths=list(paths),
                school_year=start_year,
                apply=is_applied,
                force=force,
                actor=Actor.command("socle import aaf"),
                at=timezone.now(),
                say=lambda name: click.echo(f"Lecture de {name}…"),
            )
        except DomainError as error:
            raise Refused(str(explain(error))) from error
        _report(imported)
    if imported.state == "STOPPED":
        raise Refused(
            "Import arrêté : trop de personnes disparaîtraient. Vérifiez que l'annuaire est complet, "
            "ou ajoutez --force."
        )


def _report(imported: FeedImport) -> None:
    from tenants.people.models import FeedImportRow  # noqa: PLC0415

    labels = dict(FeedImportRow.Outcome.choices)
    click.echo(f"{imported.get_state_display()} · annuaire du {imported.counts['feed_on']}")
    for kind, outcomes in sorted(imported.counts["become"].items()):
        said = ", ".join(f"{labels[name]} {number}" for name, number in sorted(outcomes.items()))
        click.echo(f"  {kind:<9} {said}")
    for outcome in ("REJECTED", "AMBIGUOUS", "DISAPPEARING", "CHANGED", "CREATED"):
        rows = list(imported.rows.filter(outcome=outcome).order_by("pk")[: EXAMPLES + 1])
        for row in rows[:EXAMPLES]:
            more = f" · {row.reason_code}" if row.reason_code else ""
            place = f" · {row.place}" if row.place else ""
            click.echo(f"  {labels[outcome]} : {row.record_kind} {row.record_id}{more}{place}")
        if len(rows) > EXAMPLES:
            click.echo("  …")


COMMANDS = {"import": import_group, "fixtures": fixtures}
