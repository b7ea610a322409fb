"""`socle import aaf`, `socle import decide`, `socle fixtures aaf`: take the academic feed, or make one."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from socle.command_errors import Refused
from socle.django_ready import django_ready

if TYPE_CHECKING:
    from tenants.people.aaf.generator import Population
    from tenants.people.models import FeedImport, FeedImportRow

EXAMPLES = 20
# In the table, then in the examples: what asks for an agent comes last, and first.
COUNTED = ("UNCHANGED", "CHANGED", "CREATED", "DISAPPEARING", "AMBIGUOUS", "REJECTED")
SHOWN = COUNTED[:0:-1] + COUNTED[:1]
ANSWERS = {"meme": True, "autre": False}
KINDS = {"eleve": "PUPIL", "responsable": "GUARDIAN", "college": "COLLEGE"}


@click.group("import")
def import_group() -> None:
    """Prendre des données de l'extérieur."""


@click.group()
def fixtures() -> None:
    """Fabriquer des données inventées."""


@fixtures.command("aaf")
@click.option("--pupils", type=click.IntRange(min=1), required=True, help="Nombre d'élèves.")
@click.option("--seed", type=int, required=True, help="La même graine fait les mêmes fichiers.")
@click.option("--departement", default="92", show_default=True, help="Son code : 92, 2A, 974.")
@click.option(
    "--year", type=int, default=2026, show_default=True, help="Début de l'année scolaire."
)
@click.option("--delta", "is_delta", is_flag=True, help="Ce qui change le lendemain du complet.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("var/aaf"))
def make_aaf(
    *, pupils: int, seed: int, departement: str, year: int, is_delta: bool, out: Path
) -> None:
    """Écrire un annuaire académique inventé mais vraisemblable : complet, ou delta."""
    django_ready("worker")
    from tenants.people.aaf.generator import NoSuchDepartement, Population  # noqa: PLC0415

    try:
        population = Population(pupils=pupils, seed=seed, departement=departement, school_year=year)
    except NoSuchDepartement as error:
        raise Refused(
            f"« {departement} » n'est pas un code de département. Écrivez par exemple 92, 2A ou 974."
        ) from error
    click.echo(_written_delta(out, population) if is_delta else _written_feed(out, population))


def _written_feed(out: Path, population: Population) -> str:
    """Write a complete feed, and say what is in it."""
    from tenants.people.aaf.generator import write_feed  # noqa: PLC0415

    click.echo(f"Écriture de {population.pupils} élèves dans {out}…")
    written = write_feed(out, population)
    return (
        f"{len(written.files)} fichiers : {written.colleges} collèges, {written.pupils} élèves, "
        f"{written.guardians} responsables, {written.links} liens."
    )


def _written_delta(out: Path, population: Population) -> str:
    """Write the delta of the next day, and say what is in it."""
    from tenants.people.aaf.generator import Happening, write_delta  # noqa: PLC0415

    click.echo(f"Écriture du delta dans {out}…")
    day = population.first_day + datetime.timedelta(days=1)
    written = write_delta(out, population, day=day)
    happened = written.happened
    return (
        f"{len(written.files)} fichiers : {written.arriving} élèves arrivent, "
        f"{happened[Happening.LEAVES]} partent, {happened[Happening.CHANGES_CLASS]} changent de classe. "
        f"Familles qui déménagent : {happened[Happening.MOVES]} ; "
        f"qui ont un responsable de plus : {happened[Happening.GAINS_GUARDIAN]}."
    )


@import_group.command("aaf")
@click.option("--tenant", required=True, help="Le nom d'hôte du département (hauts-de-seine).")
@click.option("--year", type=int, help="Début de l'année scolaire (celle de l'annuaire sinon).")
@click.option("--apply", "is_applied", is_flag=True, help="Appliquer. Sans elle : essai à blanc.")
@click.option(
    "--max-disappearing",
    type=click.FloatRange(0, 100),
    default=5,
    show_default=True,
    metavar="POURCENT",
    help="S'arrêter si plus de monde disparaît, sur cent.",
)
@click.option("--force", is_flag=True, help="Appliquer même si beaucoup de monde disparaît.")
@click.option("--force-order", is_flag=True, help="Prendre un annuaire plus ancien que le dernier.")
@click.argument(
    "paths", metavar="FICHIERS...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
def import_aaf_command(
    *,
    tenant: str,
    year: int | None,
    is_applied: bool,
    max_disappearing: float,
    force: bool,
    force_order: bool,
    paths: tuple[Path, ...],
) -> None:
    """Comparer un annuaire académique avec nos élèves, et l'appliquer si on le demande."""
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from commons.actors import Actor  # noqa: PLC0415
    from commons.errors import DomainError  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415
    from tenants.people.operations import Force, import_aaf  # noqa: PLC0415
    from ui import feed_texts  # noqa: PLC0415

    asked = {Force.DISAPPEARING: force, Force.ORDER: force_order}
    with enter(tenant):
        try:
            imported = import_aaf(
                paths=list(paths),
                school_year=year,
                apply=is_applied,
                forced={one for one, is_asked in asked.items() if is_asked},
                disappearing_limit_bp=round(max_disappearing * 100),
                actor=Actor.command("socle import aaf"),
                at=timezone.now(),
                say=lambda name: click.echo(f"Lecture de {name}…"),
            )
        except DomainError as error:
            raise Refused(feed_texts.refusal(error)) from error
        for line in _report(imported):
            click.echo(line)
        stops = feed_texts.stop_sentences(imported.counts)
    if imported.state == "STOPPED":
        raise Refused(
            " ".join(["Import arrêté.", *stops])
            + " Vérifiez que l'annuaire est complet, ou ajoutez --force."
        )
    if stops and not is_applied:
        click.echo(" ".join(["Sans --force, cet import serait arrêté.", *stops]))


def _report(imported: FeedImport) -> Iterator[str]:
    """The import in words: counts by kind, then examples of each outcome."""
    from tenants.people import queries  # noqa: PLC0415
    from tenants.people.models import FeedImportRow  # noqa: PLC0415
    from ui import feed_texts  # noqa: PLC0415

    labels = {str(name): str(label) for name, label in FeedImportRow.Outcome.choices}
    yield f"{imported.get_state_display()} · {feed_texts.feed_name(imported)}"
    for kind, outcomes, unkept in feed_texts.kept_kinds(imported):
        said = [f"{labels[name]} {outcomes[name]}" for name in COUNTED if name in outcomes]
        yield f"  {kind:<14} {', '.join(said) or f'Lu, non repris {unkept}'}"
    if ended := imported.counts["ended_schoolings"]:
        yield f"  Scolarités des années passées qui prennent fin : {ended}"
    for outcome in SHOWN:
        rows = list(queries.feed_import_rows(imported, outcome=outcome)[: EXAMPLES + 1])
        for row in rows[:EXAMPLES]:
            yield f"  {labels[outcome]} : {_line(row)}"
        if len(rows) > EXAMPLES:
            yield "  …"


def _line(row: FeedImportRow) -> str:
    """A row of the report: which record, why, where, and what changes."""
    from ui import feed_texts  # noqa: PLC0415

    changes = []
    for change in feed_texts.changes(row):
        if change.field in feed_texts.PRIVATE:
            changes.append(f"{change.name} (modifié)")
        elif change.old and change.new:
            changes.append(f"{change.name} {change.old} → {change.new}")
        elif change.old or change.new:
            changes.append(f"{change.name} {change.new or f'{change.old} → rien'}")
    parts = [
        f"{feed_texts.kind_name(row.record_kind)} {row.record_id}".rstrip(),
        *feed_texts.reasons(row),
        ", ".join(changes),
        row.place,
    ]
    return " · ".join(part for part in parts if part)


@import_group.command("decide")
@click.option("--tenant", required=True, help="Le nom d'hôte du département (hauts-de-seine).")
@click.argument("kind", metavar="TYPE", type=click.Choice(sorted(KINDS)))
@click.argument("record_id", metavar="IDENTIFIANT")
@click.argument("answer", metavar="REPONSE", type=click.Choice(sorted(ANSWERS)))
def decide_command(*, tenant: str, kind: str, record_id: str, answer: str) -> None:
    """Trancher une fiche que le dernier import a laissée de côté.

    TYPE est eleve, responsable ou college. REPONSE est meme (celle que nous connaissons) ou autre.
    """
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from commons.actors import Actor  # noqa: PLC0415
    from commons.errors import DomainError  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415
    from tenants.people.operations import NothingToDecide, decide_record  # noqa: PLC0415
    from ui import feed_texts  # noqa: PLC0415

    with enter(tenant):
        try:
            row = decide_record(
                record_kind=KINDS[kind],
                record_id=record_id,
                is_same=ANSWERS[answer],
                actor=Actor.command("socle import decide"),
                at=timezone.now(),
            )
        except NothingToDecide as error:
            raise Refused(f"Il n'y a rien à trancher pour {kind} {record_id}.") from error
        except DomainError as error:
            raise Refused(feed_texts.refusal(error)) from error
        click.echo(_line(row))
    click.echo("C'est la même." if ANSWERS[answer] else "C'en est une autre.")
    click.echo("Relancez l'import pour reprendre la fiche.")


COMMANDS = {"import": import_group, "fixtures": fixtures}
