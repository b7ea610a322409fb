"""`socle activation letters`: first codes of a class or a collège, as a file of letters."""

from __future__ import annotations

import os

import click

from socle.command_errors import Refused
from socle.django_ready import django_ready

AUDIENCES = {"parents": "GUARDIANS", "eleves": "PUPILS"}


@click.command()
@click.argument("path", metavar="FICHIER")
@click.option("--tenant", required=True, help="Le nom d'hôte du département.")
@click.option("--college", "uai", required=True, help="L'UAI du collège.")
@click.option("--class", "class_name", help="Le nom de la classe ; tout le collège sinon.")
@click.option(
    "--for", "audience", type=click.Choice(list(AUDIENCES)), default="parents", help="Pour qui."
)
@click.option("--again", is_flag=True, help="Refaire aussi les codes en attente.")
def letters(
    path: str, *, tenant: str, uai: str, class_name: str | None, audience: str, again: bool
) -> None:
    """Écrire les lettres de première connexion. Les codes ne sont que dans ce fichier."""
    django_ready("worker")
    from django.utils import timezone  # noqa: PLC0415

    from commons.actors import Actor  # noqa: PLC0415
    from commons.errors import DomainError  # noqa: PLC0415
    from commons.identifiers import new_public_id  # noqa: PLC0415
    from socle.command_tenant import enter  # noqa: PLC0415
    from tenants.activation import operations, queries, terms  # noqa: PLC0415
    from tenants.activation.letters import Printing  # noqa: PLC0415
    from tenants.activation.models import Audience  # noqa: PLC0415
    from ui.documents.letters import typesetter  # noqa: PLC0415
    from ui.errors import sentence  # noqa: PLC0415

    at, actor = timezone.now(), Actor.command("socle activation letters")
    with enter(tenant):
        on, whom = timezone.localdate(at), Audience(AUDIENCES[audience])
        found = queries.place_named(uai, class_name, on=on)
        if found is None:
            raise Refused("Ce collège, ou cette classe, n'existe pas cette année.")
        college, school_class = found
        file = _opened(path)
        try:
            made = operations.print_letters(
                printing=Printing(whom, college, school_class, job_id=new_public_id()),
                recipients=queries.recipients(
                    college, school_class, audience=whom, on=on, again=again, at=at
                ),
                typeset=typesetter(at=at),
                actor=actor,
                at=at,
                lasts=terms.code_lasts(),
            )
        except DomainError as error:
            os.close(file)
            os.unlink(path)  # noqa: PTH108  the file that was just made
            raise Refused(sentence(error)) from error
        with os.fdopen(file, "wb") as output:
            output.write(operations.open_letters(letters=made, actor=actor, at=at))
    click.echo(f"{made.count} lettres dans {path}. Imprimez-les, puis effacez ce fichier.")


def _opened(path: str) -> int:
    """A new file that nobody else may read."""
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Refused(f"Le fichier {path} ne peut pas être créé. Donnez-en un nouveau.") from error


COMMANDS = {"activation letters": letters}
