"""Settings read from the environment, failing loudly.

A secret may be given as `NAME` or, better, as the path of a file in `NAME_FILE`. A refusal is one
French sentence that names the variable and says what to give. A variable that is read is remembered
in `READ`, so that a test can ask that each is documented.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

READ: set[str] = set()


class BadEnvironment(SystemExit):
    """A variable is missing or makes no sense; the process must not start."""

    def __init__(self, name: str, problem: str, give: str = "") -> None:
        wanted = f" : donnez {give}" if give else ""
        super().__init__(f"Configuration : la variable {name} {problem}{wanted}.")


def text(name: str, default: str | None = None, *, give: str = "") -> str:
    """The value of a variable, or of the file `NAME_FILE` points to; `give` says what is wanted.

    :raises BadEnvironment: if it is absent and has no default
    """
    READ.add(name)
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise BadEnvironment(f"{name}_FILE", f"ne peut être lue ({error.strerror})") from error
    value = os.environ.get(name, default)
    if value is None or (value == "" and default is None):
        raise BadEnvironment(name, "est obligatoire", give)
    return value


def flag(name: str, *, default: bool) -> bool:
    """A boolean: only "true" and "false" are understood."""
    value = text(name, "true" if default else "false").lower()
    if value not in {"true", "false"}:
        raise BadEnvironment(name, 'vaut "true" ou "false"')
    return value == "true"


def number(name: str, default: int, *, at_least: int = 0, at_most: int | None = None) -> int:
    """A whole number between two bounds, both allowed."""
    value = text(name, str(default))
    bounds = f"d'au moins {at_least}" if at_most is None else f"entre {at_least} et {at_most}"
    is_inside = value.isdecimal() and int(value) >= at_least
    if not is_inside or (at_most is not None and int(value) > at_most):
        raise BadEnvironment(name, f"ne peut valoir « {value} »", f"un entier {bounds}")
    return int(value)


def choice(name: str, default: str, among: tuple[str, ...]) -> str:
    """One of a few words."""
    value = text(name, default)
    if value not in among:
        raise BadEnvironment(name, f"vaut l'un de : {', '.join(among)}")
    return value


def words(name: str, default: str | None = "", *, give: str = "") -> list[str]:
    """A list separated by commas; without a default it cannot be empty."""
    found = [word.strip() for word in text(name, default, give=give).split(",") if word.strip()]
    if not found and default is None:
        raise BadEnvironment(name, "est obligatoire", give)
    return found


def url(
    name: str, default: str | None = None, *, schemes: tuple[str, ...], example: str = ""
) -> str:
    """An address of one of these kinds; an empty default means that there may be none.

    The value is never repeated: it may hold a password.
    """
    value = text(name, default, give=example)
    try:
        parts = urlsplit(value)
        is_known = parts.scheme in schemes and (parts.port or 1) > 0
    except ValueError:  # a port that is no number
        is_known = False
    if not is_known and not (value == "" and default == ""):
        raise BadEnvironment(name, "n'est pas une adresse comprise ici", example)
    return value
