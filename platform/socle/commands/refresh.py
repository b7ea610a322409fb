"""`socle tariffs refresh`: the quotients of a month, for many households at once."""

from __future__ import annotations

import csv
import datetime
import uuid
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

import click

from socle.command_errors import Refused
from socle.command_values import day_of
from socle.django_ready import django_ready

if TYPE_CHECKING:
    from billing.tariffs.refreshing import Refresh

COLUMNS = ["household", "quotient", "dated_on"]
MOST_LINES = 200_000


@click.command()
@click.argument("path", metavar="FICHIER", type=click.Path(exists=True, dir_okay=False))
@click.option("--tenant", required=True, help="Le nom d'hôte du département.")
@click.option(
    "--from", "first_day", help="Premier jour, AAAA-MM-JJ ; sinon celui que dit le tarif."
)
@click.option(
    "--apply", "is_applied", is_flag=True, help="Enregistrer. Sans cela : lire seulement."
)
def refresh(path: str, *, tenant: str, first_day: str | None, is_applied: bool) -> None:
    """Enregistrer les quotients CAF d'un fichier CSV : household,quotient,dated_on."""
    lines = read_refreshes(Path(path))
    if not is_applied:
        click.echo(f"{len(lines)} quotients lus, aucun enregistré. Ajoutez --apply.")
        return
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from billing.tariffs import queries  # noqa: PLC0415
    from billing.tariffs.engine import Basis  # noqa: PLC0415
    from billing.tariffs.models import HouseholdResources, Service  # noqa: PLC0415
    from billing.tariffs.refreshing import refresh_quotients  # noqa: PLC0415
    from commons.actors import Actor  # noqa: PLC0415
    from commons.errors import DomainError  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415
    from ui.errors import sentence  # noqa: PLC0415

    recorded = unchanged = prices = refused = 0
    with enter(tenant):
        today = timezone.localdate()
        start = day_of(first_day) if first_day else queries.effect_day(Service.HALF_BOARD, today)
        try:
            for done in refresh_quotients(
                refreshes=lines,
                basis=Basis.CAF_QF,
                proof_kind=HouseholdResources.Proof.CAF_CERTIFICATE,
                service=Service.HALF_BOARD,
                valid_from=start,
                actor=Actor.command("socle tariffs refresh"),
                at=timezone.now(),
            ):
                recorded, unchanged = recorded + done.recorded, unchanged + done.unchanged
                prices, refused = prices + done.prices, refused + len(done.refused)
                for household, refusal in done.refused.items():
                    click.echo(f"{household} : {sentence(refusal)}", err=True)
                click.echo(f"· {recorded + unchanged + refused} sur {len(lines)}", err=True)
        except DomainError as error:
            raise Refused(sentence(error)) from error
    click.echo(
        f"{recorded} quotients enregistrés à partir du {start:%d/%m/%Y}, {unchanged} déjà connus,"
        f" {refused} refusés ; {prices} prix décidés."
    )
    if refused:
        raise click.exceptions.Exit(1)


def read_refreshes(path: Path) -> list[Refresh]:
    """The lines of the file.

    :raises Refused: with the first line that cannot be read, and why
    """
    from billing.tariffs.refreshing import Refresh  # noqa: PLC0415  a fast start

    lines = []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.DictReader(stream)
        if rows.fieldnames != COLUMNS:
            raise Refused(f"La première ligne doit être : {','.join(COLUMNS)}.")
        for number, row in enumerate(rows, start=2):
            if number > MOST_LINES:
                raise Refused(f"Le fichier a plus de {MOST_LINES} lignes : coupez-le en plusieurs.")
            try:
                quotient = Decimal(row["quotient"].strip().replace(",", "."))
                day = datetime.date.fromisoformat(row["dated_on"].strip())
                lines.append(Refresh(uuid.UUID(row["household"].strip()), quotient, day))
            except (ValueError, InvalidOperation, AttributeError) as error:
                raise Refused(
                    f"Ligne {number} : il faut un foyer (UUID), un quotient (1025.00) et un jour"
                    " (2026-11-01)."
                ) from error
    return lines


COMMANDS = {"tariffs refresh": refresh}
