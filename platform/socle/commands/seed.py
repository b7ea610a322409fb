"""`socle seed`: the demo's data, and the table of its sign-ins."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from socle.command_errors import Refused
from socle.django_ready import django_ready

if TYPE_CHECKING:
    from tenants.registry.provisioning import NewDepartement


@click.command()
@click.option(
    "--print-table", is_flag=True, help="Montrer les adresses et les comptes, sans rien créer."
)
@click.option("--port", default=8000, show_default=True, type=int)
@click.option(
    "--departement", "codes", multiple=True, metavar="CODE", help="Celui-là seulement : 92, 94…"
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=os.cpu_count() or 1,
    show_default="un par processeur",
    help="Départements remplis à la fois.",
)
@click.option("--provision", "stage", flag_value="provision", hidden=True)
@click.option("--fill", "stage", flag_value="fill", hidden=True)
def seed(
    *, print_table: bool, port: int, codes: tuple[str, ...], jobs: int, stage: str | None
) -> None:
    """Créer les données de démonstration (dans une base neuve)."""
    if stage == "provision":
        _provision(codes)
        return
    django_ready("worker")
    if print_table:
        _print_table(port)
        return
    wanted = [new.code for new in _wanted(codes)]
    if stage == "fill":
        _fill(wanted)
        return
    # Making a département takes the owner's credentials, which this process does not hold.
    subprocess.run(
        _again("--provision", wanted), env=os.environ | {"SOCLE_PROCESS": "owner"}, check=True
    )
    _fill_apart(wanted, jobs=min(jobs, len(wanted)))
    _fill_between(wanted)
    click.echo("Données de démonstration prêtes.")


def _again(stage: str, codes: Sequence[str]) -> list[str]:
    """This command, for one stage of its work."""
    chosen = [option for code in codes for option in ("--departement", code)]
    return [sys.executable, "-m", "socle.command", "seed", stage, *chosen]


def _wanted(codes: Sequence[str]) -> list[NewDepartement]:
    """The départements of these codes, or all of them; those that take longest come first."""
    from socle.seeding import cast  # noqa: PLC0415

    unknown = set(codes) - {new.code for new in cast.DEPARTEMENTS}
    if unknown:
        raise Refused(f"La démonstration n'a pas de département {min(unknown)}.")
    return [new for new in cast.DEPARTEMENTS if not codes or new.code in codes]


def _fill_apart(codes: Sequence[str], *, jobs: int) -> None:
    """Fill several départements at once: this process does its part, as others do theirs."""
    own, *others = (codes[start::jobs] for start in range(jobs))
    working = [subprocess.Popen(_again("--fill", codes)) for codes in others]
    try:
        _fill(own)
    finally:
        statuses = [process.wait() for process in working]
    if any(statuses):
        raise SystemExit(1)  # whose process has said why


def _fill(codes: Sequence[str]) -> None:
    from django.utils import timezone  # noqa: PLC0415

    from socle.seeding import demo  # noqa: PLC0415

    for new in _wanted(codes):
        demo.seed_departement(
            demo.Stage(departement=new, today=timezone.localdate(), say=click.echo)
        )


def _fill_between(codes: Sequence[str]) -> None:
    """What two départements do together, once both are filled."""
    from django.utils import timezone  # noqa: PLC0415

    from socle.seeding import moves, reciprocity, workgroup  # noqa: PLC0415

    reciprocity.agree_on_passplus(codes=codes, today=timezone.localdate(), say=click.echo)
    moves.move_one(codes=codes, at=timezone.now(), say=click.echo)
    workgroup.open_group(at=timezone.now())


def _provision(codes: Sequence[str]) -> None:
    django_ready("owner")
    from django.utils import timezone  # noqa: PLC0415

    from commons.actors import Actor  # noqa: PLC0415
    from federation.catalogue import operations, service_files  # noqa: PLC0415
    from tenants.registry import provisioning  # noqa: PLC0415

    operations.publish_services(
        services=service_files.read_services(), actor=Actor.command("socle seed"), at=timezone.now()
    )
    for new in _wanted(codes):
        click.echo(f"{new.name} : schéma, rôle et droits…")
        provisioning.provision_departement(new=new, actor=Actor.command("socle seed"))


def _print_table(port: int) -> None:
    from django.conf import settings  # noqa: PLC0415

    from socle.seeding import cast  # noqa: PLC0415

    rows = cast.table(port=port, base_domain=settings.BASE_DOMAIN)
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    click.echo(f"Adresse publique : http://{settings.PUBLIC_HOST}:{port}/")
    click.echo(f"GraphQL : http://hauts-de-seine.{settings.BASE_DOMAIN}:{port}/graphql/")
    click.echo(f"Mot de passe de tous : {cast.PASSWORD}")
    boxes = f"http://hauts-de-seine.{settings.BASE_DOMAIN}:{port}/boite/"
    click.echo(f"Code des agents, après le mot de passe : {boxes} ou « make code »")
    if settings.IDENTITY_API_BASE:
        click.echo("Sans mot de passe : EduConnect et FranceConnect d'essai, sur chaque portail")
    click.echo()
    for row in rows:
        click.echo("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)))


COMMANDS = {"seed": seed}
