"""`socle identity …`: EduConnect and FranceConnect in a département, and which ways are open to whom.

The secret of a client is read from the environment, never typed; the key for EduConnect is made here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from socle.command_errors import Refused
from socle.django_ready import django_ready

if TYPE_CHECKING:
    from tenants.identities.models import IdentityProvider

TENANT = click.option("--tenant", required=True, help="Le nom d'hôte du département.")
KINDS = ("FRANCECONNECT", "EDUCONNECT")
KIND = click.option(
    "--kind", required=True, type=click.Choice(KINDS), help="Le service d'identité."
)


@click.command("open")
@TENANT
@KIND
@click.option("--issuer", default="", help="FranceConnect : l'adresse de l'émetteur.")
@click.option("--client-id", default="", help="FranceConnect : l'identifiant du département.")
@click.option(
    "--algorithm",
    type=click.Choice(("ES256", "RS256", "HS256")),
    default="ES256",
    help="FranceConnect : la signature des jetons d'identité, comme déclarée.",
)
@click.option(
    "--metadata",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="EduConnect : le fichier de ses métadonnées.",
)
@click.option(
    "--academy", "academies", multiple=True, help="EduConnect : le code de l'académie, 25 ou 24."
)
def open_(
    *,
    tenant: str,
    kind: str,
    issuer: str,
    client_id: str,
    algorithm: str,
    metadata: Path | None,
    academies: tuple[str, ...],
) -> None:
    """Ouvrir un service d'identité ; pour FranceConnect avec IDENTITY_CLIENT_SECRET."""
    django_ready("worker")
    from commons.errors import DomainError  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415
    from ui.errors import sentence  # noqa: PLC0415

    with enter(tenant):
        try:
            if kind == "FRANCECONNECT":
                _open_franceconnect(issuer, client_id, algorithm)
                click.echo("FranceConnect est ouvert. Son secret est scellé.")
            elif metadata is None:
                raise Refused("Donnez les métadonnées d'EduConnect : --metadata.")
            else:
                name = _open_educonnect(metadata, academies)
                click.echo(f"EduConnect est ouvert. Donnez-lui nos métadonnées : {name}")
        except DomainError as error:
            raise Refused(sentence(error)) from error


def _open_franceconnect(issuer: str, client_id: str, algorithm: str) -> None:
    from django.utils import timezone  # noqa: PLC0415

    from commons import environment  # noqa: PLC0415
    from commons.actors import Actor  # noqa: PLC0415
    from tenants.identities import franceconnect, operations  # noqa: PLC0415

    secret = environment.text("IDENTITY_CLIENT_SECRET", give="le secret donné par FranceConnect")
    operations.open_franceconnect(
        issuer=issuer,
        client_id=client_id,
        client_secret=secret,
        settings=franceconnect.discover(issuer, id_token=algorithm),
        actor=Actor.command("socle identity open"),
        at=timezone.now(),
    )


def _open_educonnect(metadata: Path, academies: tuple[str, ...]) -> str:
    from django.urls import reverse  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from commons.actors import Actor  # noqa: PLC0415
    from tenants.identities import operations  # noqa: PLC0415
    from tenants.identities.educonnect import idp_metadata  # noqa: PLC0415
    from ui.mail import portal_address  # noqa: PLC0415

    published = idp_metadata.read(metadata.read_bytes())
    provider = operations.open_educonnect(
        issuer=published.issuer,
        entity_id=portal_address(reverse("portal:educonnect-metadata")),
        sso_url=published.sso_url,
        certificates=published.certificates,
        academies=academies,
        actor=Actor.command("socle identity open"),
        at=timezone.now(),
    )
    return provider.client_id


@click.command("rekey")
@TENANT
@KIND
def rekey(*, tenant: str, kind: str) -> None:
    """Changer le secret de FranceConnect, ou faire une clé neuve pour EduConnect."""
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from commons import environment  # noqa: PLC0415
    from commons.actors import Actor  # noqa: PLC0415
    from commons.errors import DomainError  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415
    from tenants.identities import operations  # noqa: PLC0415
    from ui.errors import sentence  # noqa: PLC0415

    actor = Actor.command("socle identity rekey")
    with enter(tenant):
        provider = _open_provider(kind)
        try:
            if kind == "EDUCONNECT":
                operations.renew_key(provider=provider, actor=actor, at=timezone.now())
                click.echo("La clé est neuve. EduConnect doit relire nos métadonnées.")
                return
            secret = environment.text("IDENTITY_CLIENT_SECRET", give="le nouveau secret")
            operations.replace_secret(
                provider=provider, client_secret=secret, actor=actor, at=timezone.now()
            )
        except DomainError as error:
            raise Refused(sentence(error)) from error
    click.echo("Le secret de FranceConnect est changé.")


@click.command("follow")
@TENANT
@click.option(
    "--metadata",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Le fichier des métadonnées d'EduConnect.",
)
def follow(*, tenant: str, metadata: Path) -> None:
    """Relire les métadonnées d'EduConnect, quand il change de clé ou d'adresse."""
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from commons.actors import Actor  # noqa: PLC0415
    from commons.errors import DomainError  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415
    from tenants.identities import operations  # noqa: PLC0415
    from tenants.identities.educonnect import idp_metadata  # noqa: PLC0415
    from ui.errors import sentence  # noqa: PLC0415

    with enter(tenant):
        try:
            published = idp_metadata.read(metadata.read_bytes())
            operations.follow_metadata(
                provider=_open_provider("EDUCONNECT"),
                published=published,
                actor=Actor.command("socle identity follow"),
                at=timezone.now(),
            )
        except DomainError as error:
            raise Refused(sentence(error)) from error
    click.echo(f"Clés d'EduConnect acceptées : {len(published.certificates)}.")


@click.command("close")
@TENANT
@KIND
def close(*, tenant: str, kind: str) -> None:
    """Fermer un service d'identité ; les identités reliées le restent."""
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from commons.actors import Actor  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415
    from tenants.identities import operations  # noqa: PLC0415

    with enter(tenant):
        operations.close_provider(
            provider=_open_provider(kind),
            actor=Actor.command("socle identity close"),
            at=timezone.now(),
        )
    click.echo("Ce service d'identité est fermé.")


@click.command("list")
@TENANT
def list_(*, tenant: str) -> None:
    """Les services d'identité du département."""
    django_ready("worker")
    from socle.command_tenant import enter  # noqa: PLC0415
    from tenants.identities import queries  # noqa: PLC0415

    with enter(tenant):
        for provider in queries.providers():
            state = "fermé" if provider.closed_at else "ouvert"
            click.echo(f"{provider.kind}\t{provider.issuer}\t{provider.client_id}\t{state}")


@click.command("ways")
@TENANT
@click.option("--profile", type=click.Choice(("GUARDIAN", "PUPIL", "STAFF")), help="À qui.")
@click.option("--way", type=click.Choice(("PASSWORD", *KINDS)), help="Par quel moyen.")
@click.option("--open/--closed", "is_open", default=True, help="Ouvrir ou fermer.")
def ways(*, tenant: str, profile: str | None, way: str | None, is_open: bool) -> None:
    """Les moyens de connexion de chaque profil ; en ouvrir ou en fermer un."""
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from commons.actors import Actor  # noqa: PLC0415
    from commons.errors import DomainError  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415
    from tenants.identities import operations  # noqa: PLC0415
    from tenants.identities import ways as known  # noqa: PLC0415
    from ui.errors import sentence  # noqa: PLC0415

    if bool(profile) != bool(way):
        raise Refused("Donnez ensemble --profile et --way.")
    with enter(tenant):
        if profile and way:
            try:
                operations.set_way(
                    profile=profile,
                    way=way,
                    is_open=is_open,
                    actor=Actor.command("socle identity ways"),
                    at=timezone.now(),
                )
            except DomainError as error:
                raise Refused(sentence(error)) from error
        for (whose, by), allowed in known.rules().items():
            click.echo(f"{whose}\t{by}\t{'ouvert' if allowed else 'fermé'}")


def _open_provider(kind: str) -> IdentityProvider:
    from tenants.identities import queries  # noqa: PLC0415

    found = queries.open_provider(kind)
    if found is None:
        raise Refused("Le département n'a pas ouvert ce service d'identité.")
    return found


COMMANDS = {
    "identity open": open_,
    "identity rekey": rekey,
    "identity follow": follow,
    "identity close": close,
    "identity list": list_,
    "identity ways": ways,
}
