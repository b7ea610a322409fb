"""How another département is named: by its code in rows, and after a colon in a session's way."""

from __future__ import annotations

from tenants.accounts.models import Way
from tenants.registry import directory
from tenants.registry.models import Departement

WAY = Way.OTHER_DEPARTEMENT.value
# Where each département listens to the others: the same on every host, so that none has to be told.
RETURN_PATH = "connexion/departement/retour/"
KEYS_PATH = "connexion/departement/cles/"
SIGN_OUT_PATH = "connexion/departement/fin/"
LEFT_PATH = "deconnexion/faite/"
ENTER_PATH = "connexion/depuis/{slug}/"


def client_name(departement_code: str) -> str:
    """How a département is called as a client of the others: nobody has to hand it over."""
    return f"departement-{departement_code}"


def way_of(departement_code: str) -> str:
    """What the history of sign-ins keeps: `other-departement:78`."""
    return f"{WAY}:{departement_code}"


def code_of_way(way: str) -> str:
    """The département a session came from; empty if it did not come from another."""
    name, _colon, code = way.partition(":")
    return code if name == WAY else ""


def departement_of(code: str) -> Departement | None:
    """Another open département; None if it is closed, or ours."""
    return directory.neighbour(code)
