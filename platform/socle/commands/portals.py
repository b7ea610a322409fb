"""`socle portals …`: whose word a département takes among the others, and who takes its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from socle.command_errors import Refused
from socle.django_ready import django_ready

TENANT = click.option("--tenant", required=True, help="Le nom d'hôte du département.")
OTHER = click.option("--other", required=True, help="Le code de l'autre département : 78, 94…")


def _do(tenant: str, act: Callable[[Any], object]) -> None:
    """Do something in a département; a refusal is said in French."""
    django_ready("worker")
    from commons.errors import DomainError, NotFound  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415
    from ui.errors import sentence  # noqa: PLC0415

    with enter(tenant):
        try:
            act(_asked(act))
        except NotFound as error:
            raise Refused("Rien n'est ouvert avec ce département.") from error
        except DomainError as error:
            raise Refused(sentence(error)) from error


def _asked(act: Callable[[Any], object]) -> dict[str, Any]:
    from django.utils import timezone  # noqa: PLC0415

    from commons.actors import Actor  # noqa: PLC0415

    return {"actor": Actor.command(f"socle portals {act.__name__}"), "at": timezone.now()}


@click.command("trust")
@TENANT
@OTHER
def trust(*, tenant: str, other: str) -> None:
    """Laisser entrer les responsables qu'un autre département reconnaît."""

    def trust(asked: dict[str, Any]) -> None:
        from tenants.identities import operations  # noqa: PLC0415

        operations.trust(departement_code=other, **asked)

    _do(tenant, trust)
    click.echo("Ce département est reconnu. Il doit l'accorder aussi.")


@click.command("distrust")
@TENANT
@OTHER
def distrust(*, tenant: str, other: str) -> None:
    """Ne plus laisser entrer personne par un autre département."""

    def distrust(asked: dict[str, Any]) -> None:
        from commons.errors import NotFound  # noqa: PLC0415
        from tenants.identities import operations, queries  # noqa: PLC0415

        provider = queries.open_provider("DEPARTEMENT", other)
        if provider is None:
            raise NotFound(departement=other)
        operations.close_provider(provider=provider, **asked)

    _do(tenant, distrust)
    click.echo("Ce département n'est plus reconnu. Les comptes restent.")


@click.command("agree")
@TENANT
@OTHER
def agree(*, tenant: str, other: str) -> None:
    """Laisser un autre département reconnaître nos responsables, s'ils l'acceptent."""

    def agree(asked: dict[str, Any]) -> None:
        from federation.ent import operations  # noqa: PLC0415

        operations.agree(departement_code=other, **asked)

    _do(tenant, agree)
    click.echo("C'est accordé à ce département.")


@click.command("stop")
@TENANT
@OTHER
def stop(*, tenant: str, other: str) -> None:
    """Ne plus rien dire de nos responsables à un autre département."""

    def stop(asked: dict[str, Any]) -> None:
        from federation.ent import operations  # noqa: PLC0415

        operations.stop_agreeing(departement_code=other, **asked)

    _do(tenant, stop)
    click.echo("C'est arrêté avec ce département.")


@click.command("list")
@TENANT
def list_(*, tenant: str) -> None:
    """Qui ouvre notre portail, et quels portails le nôtre ouvre."""

    def show(_asked: dict[str, Any]) -> None:
        from federation.ent import vouching  # noqa: PLC0415
        from tenants.identities import queries  # noqa: PLC0415

        for provider in queries.trusted_departements():
            people = queries.count_received(provider.departement_code)
            click.echo(f"{provider.departement_code}\touvre le nôtre\t{people}")
        for registration in vouching.agreed():
            people = vouching.count_given(registration.departement_code)
            click.echo(f"{registration.departement_code}\tle nôtre l'ouvre\t{people}")

    _do(tenant, show)


COMMANDS = {
    "portals trust": trust,
    "portals distrust": distrust,
    "portals agree": agree,
    "portals stop": stop,
    "portals list": list_,
}
