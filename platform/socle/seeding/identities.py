"""The identity services of the demo: what both sides agree on, and whom they know.

They know the cast: its parents at FranceConnect and EduConnect, its children at EduConnect. What they say
of them is read from the feed that was imported, as the academy's own services would.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from commons.actors import Actor
from socle.seeding.cast import CODE, FAMILIES, LETTER, CastMember, NewDepartement
from tenants.identities import franceconnect, operations
from tenants.identities.claims import Claims
from tenants.identities.educonnect import attributes, keys
from tenants.identities.models import Profile, ProviderKind, Way
from tenants.people import queries as people
from tenants.people.models import Guardian, Pupil
from tenants.registry import contexts, directory
from ui import wording
from ui.mail import portal_address

ACTOR = Actor.command("socle seed")
AUNT = "fatou.diallo@exemple.fr"
ACADEMIES = {"77": "24", "93": "24", "94": "24"}  # Créteil; the others are of Versailles, 25
_VERSAILLES = "25"


def client_of(schema_name: str) -> tuple[str, str]:
    """The client of a département at FranceConnect, and its secret: the same for who knows ours."""
    message = f"identity|{schema_name}".encode()
    secret = hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()
    return f"client-{schema_name}", secret


def key_file() -> Path:
    """What EduConnect signs with in the demo, and its certificate: made once, kept with the data."""
    path = Path(settings.DATA_DIR) / "identity-key.pem"
    if not path.exists():
        made = keys.make("EduConnect", at=timezone.now() - datetime.timedelta(days=1), bits=2048)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(made.private_key + made.certificate, encoding="ascii")
    return path


def _certificate() -> str:
    text = key_file().read_text(encoding="ascii")
    return text[text.index("-----BEGIN CERTIFICATE") :]


def open_providers(departement: NewDepartement, *, at: datetime.datetime) -> None:
    """Open both to the families of a département, at what stands in for them."""
    base = settings.IDENTITY_API_BASE
    if not base:
        return
    issuer = f"{base}/api/v2"
    client_id, secret = client_of(departement.schema_name)
    operations.open_franceconnect(
        issuer=issuer,
        client_id=client_id,
        client_secret=secret,
        settings=franceconnect.Settings(
            authorize_url=f"{issuer}/authorize",
            token_url=f"{issuer}/token",
            userinfo_url=f"{issuer}/userinfo",
            jwks_url=f"{issuer}/jwks",
            leave_url=f"{issuer}/session/end",
            has_pkce=True,
        ),
        actor=ACTOR,
        at=at,
    )
    operations.open_educonnect(
        issuer=f"{base}/educonnect",
        entity_id=portal_address(reverse("portal:educonnect-metadata")),
        sso_url=f"{base}/educonnect/sso",
        certificates=(_certificate(),),
        academies=(_academy(departement),),
        actor=ACTOR,
        at=at,
    )
    for profile, way in (
        (Profile.GUARDIAN, Way.FRANCECONNECT),
        (Profile.GUARDIAN, Way.EDUCONNECT),
        (Profile.PUPIL, Way.EDUCONNECT),
    ):
        operations.set_way(profile=profile, way=way, is_open=True, actor=ACTOR, at=at)


def _academy(departement: NewDepartement) -> str:
    return ACADEMIES.get(departement.code, _VERSAILLES)


def leave_some_at_the_secretarys(departement: NewDepartement, *, at: datetime.datetime) -> None:
    """Two whom nobody can tell: an aunt who holds the paper, and a pupil with another's birth date."""
    mother = Guardian.objects.filter(email="aminata.diallo@exemple.fr").first()
    if mother is None or not settings.IDENTITY_API_BASE:
        return
    # The child whose collège has a secretary in the cast (`socle.seeding.demo`).
    first = mother.guardianships.select_related("pupil").order_by("pk")[0].pupil
    child, *others = sorted(
        people.children_of_guardian(mother, on=at.date()), key=lambda one: one.pk != first.pk
    )
    client_id, _secret = client_of(departement.schema_name)
    aunt = Claims(
        kind=ProviderKind.FRANCECONNECT,
        # As what stands in for FranceConnect makes it: she may come again, and read where it stands.
        subject=hashlib.sha256(f"{client_id}|{AUNT}".encode()).hexdigest() + "v1",
        profile=Profile.GUARDIAN,
        last_names=(mother.last_name.upper(),),
        first_names=("Fatou",),
    )
    request = operations.arrive(claims=aunt, at=at).request
    if request is not None and child.ine:
        operations.prove_by_paper(
            request=request, ine=child.ine, birth_date=child.birth_date, at=at
        )
    schooling = people.schooling_on(child, at.date())
    operations.arrive(
        claims=Claims(
            kind=ProviderKind.EDUCONNECT,
            subject="demo-of-another-birth-date",
            profile=Profile.PUPIL,
            last_names=(child.last_name,),
            first_names=(child.first_name,),
            birth_date=others[0].birth_date if others else None,
            join_keys=(child.jointure_id or "",),
            uai=schooling.college.uai if schooling else "",
        ),
        at=at,
    )


def command(departements: Iterable[NewDepartement]) -> list[str]:
    """How the services are started at their address, once the feed is imported."""
    options = ["--port", str(urlsplit(settings.IDENTITY_API_BASE).port), "--key", str(key_file())]
    for departement in departements:
        if directory.by_schema(departement.schema_name) is None:
            continue
        with contexts.tenant(departement.schema_name):
            options += _of_departement(departement)
    return [sys.executable, "-m", "tools.standins.identity", *options]


def _of_departement(departement: NewDepartement) -> list[str]:
    client_id, secret = client_of(departement.schema_name)
    entity_id = portal_address(reverse("portal:educonnect-metadata"))
    told: list[tuple[str, dict[str, Any]]] = [
        (
            "--client",
            {
                "client_id": client_id,
                "secret": secret,
                "redirect_uri": portal_address(reverse("portal:franceconnect-return")),
                "leave_uri": portal_address(reverse("portal:signed-out")),
            },
        ),
        (
            "--service",
            {
                "entity_id": entity_id,
                "acs": portal_address(reverse("portal:educonnect-answer")),
            },
        ),
    ]
    if departement.code == "92":
        told += [
            ("--person", said)
            for said in (_aunt(client_id), _with_a_letter(client_id), _not_yet_known(entity_id))
        ]
    seen: set[int] = set()
    for member in FAMILIES:
        if member.schema_name != departement.schema_name:
            continue
        children = _children(member)
        told += [("--person", said) for said in _parent(member, departement, client_id, entity_id)]
        told += [
            ("--person", _pupil(child, departement, entity_id))
            for child in children
            if child.pk not in seen
        ]
        seen |= {child.pk for child in children}
    return [part for name, said in told for part in (name, json.dumps(said, ensure_ascii=False))]


def _aunt(client_id: str) -> dict[str, Any]:
    return {
        "name": "Fatou Diallo",
        "about": "une tante : sa demande est chez le secrétariat",
        "of": client_id,
        "claims": {"sub": AUNT, "given_name": "Fatou", "family_name": "DIALLO"},
    }


def _with_a_letter(client_id: str) -> dict[str, Any]:
    return {
        "name": f"{LETTER.first_name} {LETTER.last_name}",
        "about": f"{LETTER.situation} : code {CODE}",
        "of": client_id,
        "claims": {
            "sub": "charles-edouard",
            "given_name": LETTER.first_name,
            "family_name": LETTER.last_name.upper(),
        },
    }


def _not_yet_known(entity_id: str) -> dict[str, Any]:
    return {
        "name": "Camille Petit",
        "about": "responsable · pas encore dans l'annuaire du collège",
        "of": entity_id,
        "attributes": {
            attributes.SUBJECT: ["demo-camille-petit"],
            attributes.AFFILIATION: ["resp2d"],
            attributes.REFERENCES: [f"{{AAF}}{_VERSAILLES}|0|999999999"],
            attributes.LAST_NAME: ["Petit"],
            attributes.FIRST_NAME: ["Camille"],
            attributes.LEAVE_URL: [f"{settings.IDENTITY_API_BASE}/educonnect/quitter"],
        },
    }


def _children(member: CastMember) -> list[Pupil]:
    guardian = Guardian.objects.filter(email=member.email).first()
    if guardian is None:
        return []
    return list(people.children_of_guardian(guardian, on=timezone.localdate()))


def _parent(
    member: CastMember, departement: NewDepartement, client_id: str, entity_id: str
) -> list[dict[str, Any]]:
    name = f"{member.first_name} {member.last_name}"
    papers = [
        f"{child.first_name} : INE {child.ine}, {wording.long_date(child.birth_date)} "
        f"{child.birth_date.year}"
        for child in _children(member)
    ]
    said: list[dict[str, Any]] = [
        {
            "name": name,
            "about": " · ".join([member.situation, *papers[:2]]),
            "of": client_id,
            "claims": {
                "sub": member.email,
                "given_name": member.first_name,
                "family_name": member.last_name.upper(),
            },
        }
    ]
    guardian = Guardian.objects.filter(email=member.email).first()
    if guardian is not None:
        said.append(
            {
                "name": name,
                "about": f"responsable · {member.situation}",
                "of": entity_id,
                "attributes": _attributes(guardian, departement, "resp2d"),
            }
        )
    return said


def _pupil(child: Pupil, departement: NewDepartement, entity_id: str) -> dict[str, Any]:
    schooling = people.schooling_on(child, timezone.localdate())
    return {
        "name": child.full_name,
        "about": f"élève · {schooling.college.name}" if schooling else "élève",
        "of": entity_id,
        "attributes": _attributes(child, departement, "eleve2d")
        | {
            attributes.BIRTH_DATE: [child.birth_date.isoformat()],
            attributes.UAI: [schooling.college.uai] if schooling else [],
        },
    }


def _attributes(
    person: Guardian | Pupil, departement: NewDepartement, affiliation: str
) -> dict[str, list[str]]:
    return {
        attributes.SUBJECT: [f"demo-{departement.code}-{affiliation}-{person.jointure_id}"],
        attributes.AFFILIATION: [affiliation],
        attributes.REFERENCES: [f"{{AAF}}{_academy(departement)}|0|{person.jointure_id}"],
        attributes.LAST_NAME: [person.last_name],
        attributes.FIRST_NAME: [person.first_name],
        attributes.LEAVE_URL: [f"{settings.IDENTITY_API_BASE}/educonnect/quitter"],
    }
