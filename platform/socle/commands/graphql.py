"""`socle graphql schema`: write the text of the GraphQL schema, or check that it is up to date."""

from __future__ import annotations

import click

from socle.command_errors import Refused
from socle.django_ready import django_ready


@click.command()
@click.option(
    "--check", is_flag=True, help="Ne rien écrire ; refuser un fichier qui n'est pas à jour."
)
def schema(check: bool) -> None:  # noqa: FBT001  click passes flags by name
    """Écrire graphql/schema.graphql à partir du code."""
    django_ready()
    from api.schema import SDL_PATH, sdl  # noqa: PLC0415

    text = sdl()
    kept = SDL_PATH.read_text(encoding="utf-8") if SDL_PATH.exists() else ""
    if check:
        if kept != text:
            raise Refused(
                "graphql/schema.graphql n'est pas à jour. Lancez « socle graphql schema »."
            )
        click.echo("graphql/schema.graphql est à jour.")
        return
    SDL_PATH.write_text(text, encoding="utf-8")
    click.echo(f"{SDL_PATH} est écrit.")


COMMANDS = {"graphql schema": schema}
