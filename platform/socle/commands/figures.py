"""`socle metrics publish` and `releases`: what a département publishes, and what everybody reads."""

from __future__ import annotations

import datetime
import json
from typing import Any

import click

from socle.command_errors import Refused
from socle.command_values import day_of
from socle.django_ready import django_ready


@click.command("publish")
@click.option("--tenant", required=True, help="Le nom d'hôte du département.")
@click.option("--month", metavar="AAAA-MM", help="Un mois fini.")
@click.option("--year", metavar="AAAA", type=int, help="Une année scolaire finie, par son début.")
@click.option("--prepare-only", is_flag=True, help="Préparer, sans rien publier.")
@click.option("--json", "as_json", is_flag=True, help="Le résultat en JSON.")
def publish(
    *, tenant: str, month: str | None, year: int | None, prepare_only: bool, as_json: bool
) -> None:
    """Préparer ce qui ne l'est pas d'une période, puis publier tout ce qui attend."""
    if (month is None) == (year is None):
        raise Refused("Donnez un mois, ou une année scolaire.")
    start = day_of(f"{month}-01") if month else datetime.date(year or 0, 9, 1)
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from commons.actors import Actor  # noqa: PLC0415
    from federation.metrics.catalogue import Grain  # noqa: PLC0415
    from federation.publication import operations  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415

    asked: dict[str, Any] = {
        "grain": Grain.MONTH if month else Grain.YEAR,
        "start": start,
        "actor": Actor.command("socle metrics publish"),
        "at": timezone.now(),
    }
    with enter(tenant):
        prepared = operations.prepare_period(**asked)
        published = None if prepare_only else operations.publish_period(**asked)
    refused = prepared.refused | (published.refused if published else {})
    done = published.done if published else 0
    if as_json:
        said = {"prepared": prepared.done, "published": done, "refused": refused}
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    click.echo(f"Préparés : {prepared.done}. Publiés : {done}.")
    for code, why in sorted(refused.items()):
        click.echo(f"{code} : {why}")


@click.command("releases")
@click.option("--tenant", help="D'un seul département, par son nom d'hôte.")
@click.option("--indicator", help="D'un seul indicateur, par son code.")
@click.option(
    "--json", "as_json", is_flag=True, help="Les publications en JSON, avec leurs notices."
)
def releases(*, tenant: str | None, indicator: str | None, as_json: bool) -> None:
    """Ce que les départements ont publié : la dernière révision de chaque chiffre."""
    django_ready("worker")
    from federation.releases import queries  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415
    from tenants.registry import contexts  # noqa: PLC0415

    owner = None
    if tenant is not None:
        with enter(tenant) as departement:
            owner = [departement.schema_name]
    with contexts.public():
        found = list(queries.latest(indicator, published_by=owner))
    if as_json:
        said = [queries.said_of(one) for one in found]
        click.echo(json.dumps(said, ensure_ascii=False, indent=1))
        return
    for one in found:
        marks = one.manifest.get("marks", {})
        click.echo(
            f"{one.published_by}  {one.period_start:%Y-%m}  {one.indicator}  révision {one.revision}  "
            f"{marks.get('TOLD', 0)} publiées, {marks.get('SECRET', 0)} secrètes"
        )
    if not found:
        click.echo("Rien n'est publié.")


COMMANDS = {"metrics publish": publish, "metrics releases": releases}
