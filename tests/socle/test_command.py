"""The `socle` command speaks French, whatever goes wrong, and says it in one sentence."""

from __future__ import annotations

import ast
import io
from pathlib import Path

import click
import psycopg
import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from click.testing import CliRunner

from socle import embedded
from socle.command import main
from socle.command_errors import LOCALE, Refused
from tests.socle.processes import PRODUCTION, socle

CATALOGUE = LOCALE / "fr" / "LC_MESSAGES" / "click.po"
SPOKEN = ("core.py", "exceptions.py", "formatting.py", "parser.py", "types.py", "decorators.py")
# For who writes a command, or asks questions: none of ours does.
NOT_FOR_USERS = (
    "DeprecationWarning",
    "Could not determine name",
    "No options defined",
    "Arguments take exactly",
    "Name '{name}' defined twice",
    "Boolean option",
    "Do you want to continue?",
    "Confirm the action",
    "%(prog)s",
)


def said_by_click() -> set[str]:
    """Every text that click may show, singular forms only."""
    found = set()
    for name in SPOKEN:
        text = (Path(click.__file__).parent / name).read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"_", "ngettext"}:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    found.add(str(first.value))
    return {text for text in found if not text.startswith(NOT_FOR_USERS)}


def translated() -> dict[str, str | tuple[str, ...]]:
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="fr")
    return {_key(message.id): message.string for message in catalogue if message.id}


def _key(identity: str | tuple[str, ...]) -> str:
    return identity if isinstance(identity, str) else identity[0]


def test_everything_click_says_has_its_french():
    assert sorted(said_by_click() - set(translated())) == []
    assert [key for key, french in translated().items() if not french] == []


def test_the_compiled_catalogue_is_the_written_one():
    compiled = read_mo(io.BytesIO(CATALOGUE.with_suffix(".mo").read_bytes()))

    assert {_key(m.id): m.string for m in compiled if m.id} == {
        key: list(french) if isinstance(french, tuple) else french
        for key, french in translated().items()
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bogus"], "Erreur : Il n'y a pas de commande 'bogus'."),
        (["migrate", "--bogus"], "Erreur : Il n'y a pas d'option '--bogus'."),
        (["migrate", "bogus"], "Erreur : Argument en trop (bogus)"),
        (
            ["demo", "--port", "a"],
            "Erreur : Valeur refusée pour '--port' : 'a' n'est pas un nombre",
        ),
        (["demo", "--port", "0"], "Erreur : Valeur refusée pour '--port' : 0 n'est pas entre"),
        (["demo", "--port"], "Erreur : L'option '--port' attend une valeur."),
        (["demo", "--reset=1"], "Erreur : L'option '--reset' ne prend pas de valeur."),
        (["import", "aaf", "--tenant", "a"], "Erreur : Il manque l'argument 'FICHIERS...'."),
        (["fixtures", "aaf", "--pupils", "3"], "Erreur : Il manque l'option '--seed'."),
    ],
)
def test_a_mistake_on_the_command_line_is_told_in_french(arguments, said):
    done = CliRunner().invoke(main, arguments)

    assert done.exit_code == 2
    assert done.stderr.splitlines()[-1].startswith(said)
    for english in ("Usage:", "Try ", "Error"):
        assert english not in done.stderr


def test_help_is_in_french():
    """In a process of its own: click keeps the words it found first."""
    done = socle("fixtures", "aaf", "--help")

    assert "Usage :" in done.stdout
    assert "Montrer cette aide." in done.stdout
    assert "obligatoire" in done.stdout
    for english in ("Usage:", "INTEGER", "TEXT ", "required", "default", "Show"):
        assert english not in done.stdout


def test_every_group_and_command_says_what_it_is_for():
    def silent(command: click.Command, name: str) -> list[str]:
        inner = command.commands.items() if isinstance(command, click.Group) else ()
        found = [path for key, one in inner for path in silent(one, f"{name} {key}")]
        return found if command.help else [name, *found]

    assert silent(main, "socle") == []


def test_a_refusal_is_one_sentence():
    @click.command()
    def refuse() -> None:
        raise Refused("Rien ne va.")

    main.add_command(refuse, "tests-refuse")
    try:
        done = CliRunner().invoke(main, ["tests-refuse"])
    finally:
        del main.commands["tests-refuse"]

    assert (done.exit_code, done.stderr) == (1, "Erreur : Rien ne va.\n")


@pytest.mark.parametrize(
    ("arguments", "variable"),
    [(["tenant", "list"], "DATABASE_URL"), (["migrate", "--quiet"], "DATABASE_OWNER_URL")],
)
def test_a_database_that_does_not_answer_is_told_in_one_sentence(arguments, variable):
    done = socle(*arguments, **PRODUCTION)

    assert done.returncode == 1
    assert done.stderr.startswith(
        f"Erreur : La base de données ne répond pas, ou refuse ce rôle. Vérifiez {variable}. ("
    )
    assert done.stderr.count("\n") == 1


def test_a_superuser_is_refused_in_one_sentence(superuser_url):
    """In the fallback, where the URL's own role is used."""
    parts = psycopg.conninfo.conninfo_to_dict(superuser_url)
    url = embedded.url_for(superuser_url, str(parts["user"]), str(parts["dbname"]))
    if "password" in parts:
        url = url.replace(
            f":{embedded.role_password(superuser_url, str(parts['user']))}@",
            f":{parts['password']}@",
        )
    given = PRODUCTION | {"DATABASE_URL": url, "TENANT_LOGIN": "switched"}

    done = socle("tenant", "list", **given)

    assert done.returncode == 1
    assert done.stderr.startswith("Erreur : La base est ouverte par un superutilisateur")
    assert done.stderr.count("\n") == 1
