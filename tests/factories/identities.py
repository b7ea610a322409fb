"""Identity providers for tests, the people whom they know, and those of the feed."""

from __future__ import annotations

import datetime
import functools
from typing import Any

from commons.actors import Actor
from tenants.identities import attempts, franceconnect, operations, queries
from tenants.identities.attempts import Begun, Taken
from tenants.identities.claims import Claims
from tenants.identities.educonnect import keys
from tenants.identities.models import IdentityProvider, Profile, ProviderKind, Way
from tenants.people.models import Guardian, Pupil
from tests.factories.canteen import Family, make_family

ACTOR = Actor.system("tests")
BROWSER = "the-browser-that-asked"
SECRET = "a-secret-of-forty-characters-for-tests-0"
CLIENT, CLIENT_HS256 = "client-d92", "client-d92-hs256"
CALLBACK = "https://hauts-de-seine.socle.test/connexion/franceconnect/retour/"
LEFT = "https://hauts-de-seine.socle.test/deconnexion/faite/"
_CLIENT = {
    "client_secret": SECRET,
    "redirect_uris": [CALLBACK],
    "post_logout_redirect_uris": [LEFT],
}
CLIENTS: list[dict[str, Any]] = [
    {"client_id": CLIENT, "id_token_signed_response_alg": "ES256", **_CLIENT},
    {"client_id": CLIENT_HS256, "id_token_signed_response_alg": "HS256", **_CLIENT},
]
# FranceConnect's own test identity (specs/franceconnect/fcp-low_base.csv), and a mother of ours.
PEOPLE = {
    "angela": {"given_name": "Angela Claire Louise", "family_name": "DUBOIS"},
    "aminata": {
        "given_name": "Aminata Fatou",
        "family_name": "TRAORE",
        "preferred_username": "DIALLO",
    },
}
INE = "0123456789A"


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def make_franceconnect(issuer: str, **traits: Any) -> IdentityProvider:
    """FranceConnect, open, found by discovery."""
    algorithm = traits.pop("id_token", "ES256")
    settings = traits.pop("settings", None) or franceconnect.discover(issuer, id_token=algorithm)
    return operations.open_franceconnect(
        **{
            "issuer": issuer,
            "client_id": CLIENT if algorithm == "ES256" else CLIENT_HS256,
            "client_secret": SECRET,
            "settings": settings,
            "actor": ACTOR,
            "at": now(),
            **traits,
        }
    )


def open_ways(*ways: tuple[str, str]) -> None:
    """Open ways to profiles; without any, all those of the providers that are open."""
    kinds = queries.open_providers()
    chosen = ways or [
        (profile, way)
        for profile in (Profile.GUARDIAN, Profile.PUPIL)
        for way in kinds
        if (profile, way) != (Profile.PUPIL, Way.FRANCECONNECT)
    ]
    for profile, way in chosen:
        operations.set_way(profile=profile, way=way, is_open=True, actor=ACTOR, at=now())


def begin(provider: IdentityProvider, *, browser: str = BROWSER) -> Begun:
    return attempts.begin(provider=provider, browser=browser, destination="", at=now())


def take(begun: Begun, **traits: Any) -> Taken:
    """Come back from FranceConnect in the browser that asked."""
    told = {"browser": BROWSER, "kind": ProviderKind.FRANCECONNECT, "at": now()}
    return attempts.take(ask=begun.ask, **told | traits)


def make_claims(**traits: Any) -> Claims:
    """A mother whom FranceConnect vouches for."""
    return Claims(
        **{
            "kind": ProviderKind.FRANCECONNECT,
            "subject": "subject-of-aminata",
            "profile": Profile.GUARDIAN,
            "last_names": ("TRAORE", "DIALLO"),
            "first_names": ("Aminata Fatou",),
            **traits,
        }
    )


def make_diallos(**traits: Any) -> Family:
    """A mother and her child, with the identifiers of the feed and an INE."""
    family = make_family(**traits)
    (mother, *_others) = family.guardians
    Guardian.objects.filter(pk=mother.pk).update(
        first_name="Aminata", last_name="Diallo", jointure_id="1001"
    )
    Pupil.objects.filter(pk=family.pupil.pk).update(
        first_name="Ibrahima", ine=INE, jointure_id="2001"
    )
    for person in (family.pupil, *family.guardians):
        person.refresh_from_db()
    return family


# --- EduConnect
ISSUER = "https://educonnect.test/idp"
SSO_URL = "https://educonnect.test/idp/sso"
ENTITY_ID = "https://hauts-de-seine.socle.test/connexion/educonnect/metadonnees/"
ACS = "https://hauts-de-seine.socle.test/connexion/educonnect/reponse/"
UAI = "0921234A"
PUPIL: dict[str, list[str]] = {
    "FrEduCtId": ["edu-ibrahima"],
    "FrEduCtPersonAffiliation": ["eleve2d"],
    "FrEduCtRefId": ["{AAF}25|4|2001"],
    "FrEduCtDateNaissance": ["2012-05-04"],
    "FrEduCtEleveUAI": [UAI],
    "FrEduUrlRetour": ["https://educonnect.test/quitter"],
    "sn": ["DIALLO"],
    "givenName": ["Ibrahima"],
}
GUARDIAN: dict[str, list[str]] = {
    "FrEduCtId": ["edu-aminata"],
    "FrEduCtPersonAffiliation": ["resp2d"],
    "FrEduCtRefId": ["{AAF}25|2|1001"],
    "FrEduUrlRetour": ["https://educonnect.test/quitter"],
    "sn": ["Diallo"],
    "givenName": ["Aminata"],
}


@functools.cache
def educonnect_keys() -> keys.OwnKey:
    """Ours, made once: a key of 3072 bits takes a second."""
    return keys.make(ENTITY_ID, at=now() - datetime.timedelta(hours=1), bits=2048)


def make_educonnect(certificate: str, **traits: Any) -> IdentityProvider:
    """EduConnect, open, for the academy of Versailles."""
    own, made = educonnect_keys(), keys.make
    keys.make = lambda *args, **kwargs: own
    try:
        return operations.open_educonnect(
            **{
                "issuer": ISSUER,
                "entity_id": ENTITY_ID,
                "sso_url": SSO_URL,
                "certificates": (certificate,),
                "academies": ("25",),
                "actor": ACTOR,
                "at": now(),
                **traits,
            }
        )
    finally:
        keys.make = made


def make_franceconnect_at(issuer: str, **traits: Any) -> IdentityProvider:
    """FranceConnect, open, at an address where nobody has to answer."""
    return make_franceconnect(
        issuer,
        settings=franceconnect.Settings(
            authorize_url=f"{issuer}/authorize",
            token_url=f"{issuer}/token",
            userinfo_url=f"{issuer}/userinfo",
            jwks_url=f"{issuer}/jwks",
            leave_url=f"{issuer}/session/end",
        ),
        **traits,
    )
