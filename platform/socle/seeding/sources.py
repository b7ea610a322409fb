"""The sources of rights of the demo: what both sides agree on, and whom they answer about.

Each adult of the cast who has a family was born on 15 April 1980 in Nanterre, for the CAF and for the
tax office: a visitor types it. Whoever is not in the list is not found, and gives a document.
"""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
import sys
from collections.abc import Iterable
from urllib.parse import urlsplit

from billing.rights.credentials import ImpotCredentials, ParticulierCredentials
from socle.places import CHECKOUT
from socle.seeding.cast import FAMILIES, NewDepartement

BIRTH_DATE = "1980-04-15"
BIRTH_COMMUNE = "92050"
CASES = CHECKOUT.parent / "shared" / "specs" / "api-particulier"
# Of no body: a SIRET that holds by its check digits, in a département 99 that does not exist.
RECIPIENT = "19990000200015"
PARTICULIER_VERSIONS = {"quotient_familial": "v3", "scolarites": "v4"}
IMPOT_VERSIONS = {"situation_ir": "1.0"}
_MEN = frozenset({"Thomas", "Marc", "Paul", "Stéphane"})
# What the administrations know, which is not always what the school's family proved before.
_QUOTIENTS = {
    "lan.nguyen@exemple.fr": 320,
    "marc.petit@exemple.fr": 890,
    "sandrine.morvan@exemple.fr": 910,
    "yasmine.belhadj@exemple.fr": 560,
    "karine.dacosta@exemple.fr": 700,
}
_INCOMES = {
    "aminata.diallo@exemple.fr": (21_000, 3.5),
    "julie.moreau@exemple.fr": (24_000, 2),
    "elise.lambert@exemple.fr": (30_000, 2.5),
    "karine.dacosta@exemple.fr": (26_000, 3),
    "sandrine.morvan@exemple.fr": (27_000, 2.5),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Keys:
    """What a département and the sources know of each other."""

    particulier: ParticulierCredentials
    impot: ImpotCredentials


def keys_of(schema_name: str, *, secret: str) -> Keys:
    """The keys of a département, the same for whoever knows the secret."""

    def derived(purpose: str) -> str:
        message = f"{purpose}|{schema_name}".encode()
        return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()[:32]

    return Keys(
        particulier=ParticulierCredentials(token=f"demo-{derived('particulier')}"),
        impot=ImpotCredentials(
            client_id=f"client-{schema_name}",
            client_secret=derived("impot"),
            teleservice_id="SOCLE-DEMO",
        ),
    )


def tax_number(rank: int) -> str:
    """A tax number whose last three digits check the others."""
    body = 1_300_000_000 + rank
    return f"{body}{body % 511:03d}"


def people() -> list[dict[str, object]]:
    """The adults that the sources know, as they are told."""
    emails = sorted({*_QUOTIENTS, *_INCOMES})
    cast = {member.email: member for member in FAMILIES}
    found: list[dict[str, object]] = []
    for rank, email in enumerate(emails, start=1):
        member = cast[email]
        income, parts = _INCOMES.get(email, (None, None))
        found.append(
            {
                "birth_name": member.last_name,
                "first_name": member.first_name,
                "sex": "M" if member.first_name in _MEN else "F",
                "birth_date": BIRTH_DATE,
                "tax_number": tax_number(rank),
                "quotient": _QUOTIENTS.get(email),
                "income": income,
                "parts": parts,
            }
        )
    return found


def command(departements: Iterable[NewDepartement], *, address: str, secret: str) -> list[str]:
    """How the sources are started at their address."""
    options = ["--port", str(urlsplit(address).port)]
    for departement in departements:
        keys = keys_of(departement.schema_name, secret=secret)
        options += ["--token", f"{keys.particulier.token}={RECIPIENT}"]
        options += ["--client", f"{keys.impot.client_id}:{keys.impot.client_secret}"]
    for person in people():
        options += ["--person", json.dumps(person, ensure_ascii=False)]
    if CASES.is_dir():
        options += ["--cases", str(CASES)]
    return [sys.executable, "-m", "tools.standins.rights", *options]
