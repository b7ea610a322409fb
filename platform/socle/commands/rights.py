"""`socle rights …`: the sources of rights of a département, and how its requests are treated.

Keys are read from the environment, never typed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from socle.command_errors import Refused
from socle.django_ready import django_ready

if TYPE_CHECKING:
    from billing.rights.credentials import Credentials
    from billing.rights.models import RightsSource

TENANT = click.option("--tenant", required=True, help="Le nom d'hôte du département.")
KINDS = ("API_PARTICULIER", "API_IMPOT")
KIND = click.option("--kind", required=True, type=click.Choice(KINDS), help="Le service interrogé.")


@click.command("open")
@TENANT
@KIND
@click.option("--base-url", default="", help="L'adresse. Celle d'API Particulier par défaut.")
@click.option("--siret", required=True, help="Le SIRET du département, qui reçoit les données.")
@click.option(
    "--endpoint",
    "endpoints",
    multiple=True,
    required=True,
    help="Une donnée et sa version : quotient_familial=v3, scolarites=v4, situation_ir=1.0.",
)
def open_(*, tenant: str, kind: str, base_url: str, siret: str, endpoints: tuple[str, ...]) -> None:
    """Interroger un service, avec les clés de RIGHTS_TOKEN ou de RIGHTS_CLIENT_ID."""
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from billing.rights import operations  # noqa: PLC0415
    from billing.rights.sources import api_particulier  # noqa: PLC0415
    from commons.actors import Actor  # noqa: PLC0415
    from commons.errors import DomainError  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415
    from ui.errors import sentence  # noqa: PLC0415

    if not base_url and kind == "API_PARTICULIER":
        base_url = api_particulier.BASE_URL
    versions = dict(one.partition("=")[::2] for one in endpoints)
    keys = _keys(kind)
    with enter(tenant):
        try:
            operations.open_source(
                kind=kind,
                base_url=base_url,
                recipient_siret=siret,
                versions=versions,
                credentials=keys,
                actor=Actor.command("socle rights source open"),
                at=timezone.now(),
            )
        except DomainError as error:
            raise Refused(sentence(error)) from error
    click.echo("Ce service est interrogé. Ses clés sont scellées.")


@click.command("rekey")
@TENANT
@KIND
def rekey(*, tenant: str, kind: str) -> None:
    """Changer les clés d'un service, avant qu'elles n'expirent."""
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from billing.rights import operations  # noqa: PLC0415
    from commons.actors import Actor  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415

    keys = _keys(kind)
    with enter(tenant):
        operations.replace_keys(
            source=_open_source(kind),
            credentials=keys,
            actor=Actor.command("socle rights source rekey"),
            at=timezone.now(),
        )
    click.echo("Les clés de ce service sont changées.")


@click.command("close")
@TENANT
@KIND
def close(*, tenant: str, kind: str) -> None:
    """Ne plus interroger un service ; les familles envoient une pièce."""
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from billing.rights import operations  # noqa: PLC0415
    from commons.actors import Actor  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415

    with enter(tenant):
        operations.close_source(
            source=_open_source(kind),
            actor=Actor.command("socle rights source close"),
            at=timezone.now(),
        )
    click.echo("Ce service n'est plus interrogé.")


@click.command("list")
@TENANT
def list_(*, tenant: str) -> None:
    """Les services du département, leurs versions, et ce qui n'y va pas."""
    django_ready("worker")
    from billing.rights import queries  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415

    with enter(tenant):
        for source in queries.sources():
            versions = ", ".join(f"{name}={version}" for name, version in source.versions.items())
            state = "fermé" if source.closed_at else source.problem or "ouvert"
            click.echo(f"{source.kind}\t{source.base_url}\t{versions}\t{state}")


@click.command("rules")
@TENANT
@click.option("--sla-hours", type=int, default=72, help="Réponse d'un agent, en heures.")
@click.option("--longest-days", type=int, default=10, help="Réponse au plus tard, en jours.")
@click.option(
    "--lasting",
    type=click.Choice(("SCHOOL_YEAR", "CALENDAR_YEAR", "OPEN")),
    default="SCHOOL_YEAR",
    help="Jusqu'à quand une pièce vaut.",
)
@click.option("--document-days", type=int, default=0, help="Jours où une pièce reste gardée.")
def rules(
    *,
    tenant: str,
    sla_hours: int,
    longest_days: int,
    lasting: str,
    document_days: int,
) -> None:
    """Fixer comment les demandes sont traitées."""
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from billing.rights import operations  # noqa: PLC0415
    from commons.actors import Actor  # noqa: PLC0415
    from commons.errors import DomainError  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415
    from ui.errors import sentence  # noqa: PLC0415

    with enter(tenant):
        try:
            operations.set_rules(
                sla_hours=sla_hours,
                longest_days=longest_days,
                lasting=lasting,
                document_days=document_days,
                actor=Actor.command("socle rights rules"),
                at=timezone.now(),
            )
        except DomainError as error:
            raise Refused(sentence(error)) from error
    click.echo("Les règles des demandes sont fixées.")


def _keys(kind: str) -> Credentials:
    from billing.rights.credentials import (  # noqa: PLC0415
        ImpotCredentials,
        ParticulierCredentials,
    )
    from commons import environment  # noqa: PLC0415

    if kind == "API_PARTICULIER":
        return ParticulierCredentials(
            token=environment.text("RIGHTS_TOKEN", give="le jeton d'API Particulier"),
            delegation_id=environment.text("RIGHTS_DELEGATION_ID", ""),
        )
    return ImpotCredentials(
        client_id=environment.text("RIGHTS_CLIENT_ID", give="l'identifiant donné par la DGFiP"),
        client_secret=environment.text("RIGHTS_CLIENT_SECRET", give="le secret donné par la DGFiP"),
        teleservice_id=environment.text("RIGHTS_TELESERVICE_ID", give="celui du téléservice"),
    )


def _open_source(kind: str) -> RightsSource:
    from billing.rights import queries  # noqa: PLC0415

    found = queries.open_source(kind)
    if found is None:
        raise Refused("Le département n'interroge pas ce service.")
    return found


COMMANDS = {
    "rights source open": open_,
    "rights source rekey": rekey,
    "rights source close": close,
    "rights source list": list_,
    "rights rules": rules,
}
