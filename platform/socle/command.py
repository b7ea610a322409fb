"""The `socle` command: one door to every operation an operator needs.

Each module of `socle.commands` has a dictionary `COMMANDS` of click commands; a name with a space
("import aaf") stands in a group. A command that needs Django calls `socle.django_ready` first,
so that those that need nothing (`canteen deadline`) start at once.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys

import click

import socle.commands
from socle.command_errors import Door

# What stands above the commands whose name has a space.
GROUPS = {
    "canteen": "La cantine.",
    "database": "La base de données.",
    "graphql": "L'interface pour les logiciels.",
    "merchant": "Le paiement en ligne d'une régie.",
    "tariffs": "Les grilles tarifaires.",
    "tenant": "Les départements.",
}


@click.group("socle", cls=Door, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Socle : la plateforme partagée des départements."""


def _group(name: str) -> click.Group:
    found = main.commands.get(name)
    if isinstance(found, click.Group):
        return found
    group = click.Group(name, help=GROUPS[name])
    main.add_command(group)
    return group


def _register() -> None:
    for module in pkgutil.iter_modules(socle.commands.__path__, "socle.commands."):
        loaded = importlib.import_module(module.name)
        for name, command in loaded.COMMANDS.items():
            *groups, last = name.split(" ")
            parent = _group(groups[0]) if groups else main
            parent.add_command(command, last)


_register()

if __name__ == "__main__":
    sys.exit(main())
