"""Which départements of the demo take each other's word: a visitor links two accounts, and switches.

Nothing is linked beforehand: what a link is made of is known to the other département alone, and each is
filled by a process that enters no other. It takes the person, on both sides.
"""

from __future__ import annotations

import datetime

from commons.actors import Actor
from federation.ent import operations as ent
from socle.seeding.cast import NewDepartement
from tenants.identities import operations
from tenants.identities.departements import departement_of

ACTOR = Actor.command("socle seed")
PARTNERS = {"92": ("78", "94"), "78": ("92",), "94": ("92",)}


def open_portals(departement: NewDepartement, *, at: datetime.datetime) -> None:
    """Take the word of the partners that are there, and let them take ours."""
    for code in PARTNERS.get(departement.code, ()):
        if departement_of(code) is not None:
            operations.trust(departement_code=code, actor=ACTOR, at=at)
            ent.agree(departement_code=code, actor=ACTOR, at=at)
