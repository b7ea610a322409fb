"""Settings read from the environment, failing loudly.

A secret may be given as `NAME` or, better, as the path of a file in `NAME_FILE`. A variable that is
read is remembered in `READ`, so that a test can ask that each is documented.
"""

import os
from pathlib import Path

READ: set[str] = set()


class BadEnvironment(SystemExit):
    """A variable is missing or makes no sense; the process must not start."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"Configuration : la variable {name} {problem}.")


def text(name: str, default: str | None = None) -> str:
    """The value of a variable, or of the file `NAME_FILE` points to.

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
        raise BadEnvironment(name, "est obligatoire")
    return value


def flag(name: str, *, default: bool) -> bool:
    """A boolean: only "true" and "false" are understood."""
    value = text(name, "true" if default else "false").lower()
    if value not in {"true", "false"}:
        raise BadEnvironment(name, 'vaut "true" ou "false"')
    return value == "true"


def number(name: str, default: int, *, at_least: int = 0) -> int:
    """A whole number."""
    value = text(name, str(default))
    if not value.isdecimal() or int(value) < at_least:
        raise BadEnvironment(name, f"est un entier d'au moins {at_least}")
    return int(value)


def choice(name: str, default: str, among: tuple[str, ...]) -> str:
    """One of a few words."""
    value = text(name, default)
    if value not in among:
        raise BadEnvironment(name, f"vaut l'un de : {', '.join(among)}")
    return value


def words(name: str, default: str = "") -> list[str]:
    """A list separated by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]
