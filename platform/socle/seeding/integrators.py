"""The machine of the demo: the editor of the ENT. Its secret is shown to nobody, so it cannot come in."""

from __future__ import annotations

import datetime

from commons.actors import Actor
from socle.seeding.webhooks import tell_some
from tenants.integrators import operations as integrators
from tenants.integrators.scopes import Scope

ACTOR = Actor.command("socle seed")
LIFE = datetime.timedelta(days=365)


def connect_software(*, slug: str, at: datetime.datetime) -> None:
    """What reads the current département, from which pages, and what is told of it."""
    register_one(at=at)
    tell_some(slug=slug, at=at)


def register_one(*, at: datetime.datetime) -> None:
    """A machine of the current département, and the origin of its pages."""
    integrators.register_integrator(
        name="Éditeur de l'ENT",
        contact_email="astreinte@editeur.exemple.fr",
        scopes=(Scope.PEOPLE_READ, Scope.CANTEEN_READ),
        expires_at=at + LIFE,
        actor=ACTOR,
        at=at,
    )
    integrators.allow_origin(origin="https://ent.exemple.fr", actor=ACTOR, at=at)
