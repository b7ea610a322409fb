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
    "activation": "Les premières connexions.",
    "account": "Les comptes.",
    "canteen": "La cantine.",
    "catalogue": "Le catalogue des services, commun aux départements.",
    "database": "La base de données.",
    "ent": "Les services de l'ENT.",
    "ent keys": "Les clés qui signent ce que les services reçoivent.",
    "graphql": "L'interface pour les logiciels.",
    "identity": "EduConnect, FranceConnect et les moyens de connexion.",
    "merchant": "Le paiement en ligne d'une régie.",
    "metrics": "Les indicateurs que les départements partagent, et ce qu'ils publient.",
    "moves": "Les élèves qui changent de département.",
    "observatory": "Le groupe de travail des départements.",
    "passplus": "Le Pass+ : campagnes et scénarios.",
    "passplus pricing": "Ce qui est versé aux partenaires d'un ticket.",
    "portals": "Les portails des départements, reliés entre eux.",
    "records": "Les notes, les absences et les devoirs des collèges.",
    "rights": "Les droits : sources et règles.",
    "rights source": "Les services que le département interroge.",
    "tariffs": "Les grilles tarifaires.",
    "tenant": "Les départements.",
    "timetable": "Les emplois du temps des collèges.",
    "usage": "Les usages du portail.",
}


@click.group("socle", cls=Door, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Socle : la plateforme partagée des départements."""


def _group(names: list[str]) -> click.Group:
    """The group of that path, made with those above it if need be."""
    if not names:
        return main
    parent = _group(names[:-1])
    found = parent.commands.get(names[-1])
    if isinstance(found, click.Group):
        return found
    group = click.Group(names[-1], help=GROUPS[" ".join(names)])
    parent.add_command(group)
    return group


def _register() -> None:
    for module in pkgutil.iter_modules(socle.commands.__path__, "socle.commands."):
        loaded = importlib.import_module(module.name)
        for name, command in loaded.COMMANDS.items():
            *groups, last = name.split(" ")
            _group(groups).add_command(command, last)


_register()

if __name__ == "__main__":
    sys.exit(main())
