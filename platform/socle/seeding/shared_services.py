"""The services of the demo: what each département enables of the shared catalogue, and to whom.

Whole départements open everything to everybody, and magazines in one collège only, with few licences;
the others open the canteen, what is announced, and the press.
"""

from __future__ import annotations

import datetime

from commons.actors import Actor
from federation.ent import operations as ent
from federation.ent.models import EnabledService
from socle.seeding import standin_services
from socle.seeding.cast import NewDepartement
from tenants.people import queries as people

ACTOR = Actor.command("socle seed")
EVERYONE = ("PUPIL", "GUARDIAN", "STAFF")
ANNOUNCED = ("emploi-du-temps", "notes", "messagerie", "devoirs", "pass-plus")
FAMILIES = ("PUPIL", "GUARDIAN")
# What each third party is told here: less than it asks for.
TOLD = {
    "madmagz": ("PROFILE", "COLLEGE", "SCHOOL_CLASS", "GIVEN_NAME"),
    "presse": ("PROFILE", "COLLEGE"),
    "enseigno": ("PROFILE", "LEVEL", "GIVEN_NAME"),
    "mediatheque": ("PROFILE", "LEVEL"),
}
LICENCES = {"madmagz": 60, "presse": None, "enseigno": 200, "mediatheque": None}


def enable_services(
    departement: NewDepartement,
    *,
    is_whole: bool,
    since: datetime.date,
    at: datetime.datetime,
) -> None:
    """Enable, open and register the services of the current département."""
    for code in ("cantine", *ANNOUNCED):
        _open(ent.enable_service(service_code=code, granted=(), actor=ACTOR, at=at), since, at)
    others = TOLD if is_whole else {"presse": TOLD["presse"]}
    enabled = {}
    for code, told in others.items():
        enabled[code] = ent.enable_service(
            service_code=code,
            granted=told,
            actor=ACTOR,
            at=at,
            **standin_services.addresses_of(code, departement.slug),
        )
        _open(enabled[code], since, at, licences=LICENCES[code])
    standin_services.register_all(enabled, departement, at=at)


def _open(
    enabled: EnabledService,
    since: datetime.date,
    at: datetime.datetime,
    *,
    licences: int | None = None,
) -> None:
    profiles = FAMILIES if licences or enabled.service_code in ANNOUNCED else EVERYONE
    for profile in profiles:
        ent.open_to(
            enabled=enabled,
            audience=ent.Audience(profile),
            valid_from=since,
            licences=licences,
            actor=ACTOR,
            at=at,
        )
    if enabled.service_code == "enseigno":  # tutors sit in one collège
        ent.open_to(
            enabled=enabled,
            audience=ent.Audience("STAFF", people.colleges()[0]),
            valid_from=since,
            licences=5,
            actor=ACTOR,
            at=at,
        )
