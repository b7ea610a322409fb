"""What stops a command, said in French to the person at the terminal: one place for all commands.

`click` translates itself through gettext: our catalogue of its words is `locale/fr/…/click.po`. A
refusal of ours is raised as `Refused`; a database that does not answer becomes one here. Anything
else is a bug, and keeps its traceback.
"""

from __future__ import annotations

import gettext
import os
from pathlib import Path
from typing import Any

import click

from commons import environment

LOCALE = Path(__file__).with_name("locale")
# The kinds of values, as the help shows them.
METAVARS = {
    "text": "TEXTE",
    "integer": "N",
    "integer range": "N",
    "path": "CHEMIN",
    "directory": "DOSSIER",
    "file": "FICHIER",
}


class Refused(click.ClickException):
    """One sentence that says what is wrong and what to do; click writes "Erreur : " before it."""


def speak_french(command: click.Command) -> None:
    """Have click say this command, and those under it, in French."""
    os.environ["LANGUAGE"] = "fr"  # gettext asks it at each word
    gettext.bindtextdomain("click", LOCALE)
    gettext.textdomain("click")
    command.options_metavar = "[OPTIONS]"
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.is_flag:
            parameter.metavar = parameter.metavar or METAVARS.get(parameter.type.name)
    if isinstance(command, click.Group):
        command.subcommand_metavar = "COMMANDE [ARGUMENTS]…"
        for inner in command.commands.values():
            speak_french(inner)


def refuse_what_is_no_bug(error: Exception) -> None:
    """Raise the sentence of an error that the operator can mend; do nothing for a bug.

    :raises Refused: if the database does not answer, or must not be used
    """
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415  a fast start otherwise
    from django.db import OperationalError  # noqa: PLC0415

    if isinstance(error, ImproperlyConfigured):
        raise Refused(str(error)) from error
    # Once connected, PostgreSQL gives each error a code: without one, there was no connection.
    if isinstance(error, OperationalError) and not getattr(error.__cause__, "sqlstate", None):
        is_owner = environment.text("SOCLE_PROCESS", "web") == "owner"
        name = "DATABASE_OWNER_URL" if is_owner else "DATABASE_URL"
        detail = str(error).splitlines()[0]
        raise Refused(
            f"La base de données ne répond pas, ou refuse ce rôle. Vérifiez {name}. ({detail})"
        ) from error


class Door(click.Group):
    """The whole command: in French, and ending on one sentence when there is nothing to debug."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        speak_french(self)
        return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            refuse_what_is_no_bug(error)
            raise
