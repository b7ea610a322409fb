"""`socle passplus pricing check|publish`: what partners are paid of a ticket, from a file."""

from __future__ import annotations

import datetime

import click

from socle.command_errors import Refused
from socle.command_values import rules_in
from socle.django_ready import django_ready

ONE_DAY = datetime.timedelta(days=1)


@click.command()
@click.argument("paths", metavar="FICHIER…", nargs=-1, required=True)
def check(paths: tuple[str, ...]) -> None:
    """Dire si des règles de remboursement peuvent être appliquées, ligne par ligne."""
    from federation.passplus.reimbursing.rule_files import load_pricing  # noqa: PLC0415  a fast start

    for path in paths:
        rules = rules_in(path, load_pricing)
        example = " Une valeur est un exemple." if rules.is_illustrative else ""
        click.echo(f"{path} : règles correctes, « {rules.label} ».{example}")


@click.command()
@click.argument("path", metavar="FICHIER", type=click.Path(exists=True, dir_okay=False))
@click.option("--tenant", required=True, help="Le nom d'hôte du département.")
@click.option("--apply", "is_applied", is_flag=True, help="Publier. Sans cela : montrer seulement.")
def publish(path: str, *, tenant: str, is_applied: bool) -> None:
    """Publier des règles de remboursement à partir de leur premier jour."""
    from federation.passplus.reimbursing.rule_files import load_pricing  # noqa: PLC0415  a fast start

    rules = rules_in(path, load_pricing)
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from commons.actors import Actor  # noqa: PLC0415
    from commons.errors import DomainError  # noqa: PLC0415
    from commons.money import format_euros  # noqa: PLC0415
    from commons.tenancy import require_tenant  # noqa: PLC0415
    from federation.passplus.reimbursing import operations, queries  # noqa: PLC0415
    from federation.passplus.reimbursing.pricing_rules import foresee_pricing  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415
    from ui.errors import sentence  # noqa: PLC0415
    from ui.pricing_words import paid_by_domain  # noqa: PLC0415

    with enter(tenant):
        code, at = require_tenant().code, timezone.now()
        if rules.departement != code:
            raise Refused(f"Ces règles sont celles du {rules.departement}, pas du {code}.")
        for one in paid_by_domain(queries.pricing_on(rules.valid_from - ONE_DAY), rules):
            click.echo(f"{one.domain} : {one.before} → {one.after}")
        found = foresee_pricing(rules, at=at)
        if found.dues:
            click.echo(
                f"{found.dues} tickets déjà validés :"
                f" {format_euros(found.paid_now_cents)} → {format_euros(found.paid_then_cents)}"
            )
        if not is_applied:
            click.echo("Rien n'est publié. Ajoutez --apply.")
            return
        try:
            operations.publish_pricing(
                rules=rules, actor=Actor.command("socle passplus pricing publish"), at=at
            )
        except DomainError as error:
            raise Refused(sentence(error)) from error
    click.echo(f"Règles publiées à partir du {rules.valid_from:%d/%m/%Y}.")


COMMANDS = {"passplus pricing check": check, "passplus pricing publish": publish}
