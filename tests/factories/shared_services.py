"""Shared services for tests: enabled and opened by the operations, in the tenant one is in."""

from __future__ import annotations

import datetime
import functools
from typing import Any

from joserfc.jwk import RSAKey

from federation.ent import keys, operations
from federation.ent.models import EnabledService, Opening, Registration, SigningKey
from federation.ent.saml.partner import SamlPartner
from tests.factories.canteen import START
from tests.factories.tariffs import ACTOR, AT

EVERYONE = ("PUPIL", "GUARDIAN", "STAFF")


def enable(code: str = "presse", *granted: str, **traits: Any) -> EnabledService:
    """A service that the département enables, and opens to nobody."""
    return operations.enable_service(
        service_code=code, granted=granted, actor=ACTOR, at=AT, **traits
    )


def open_to(enabled: EnabledService, profile: str = "GUARDIAN", **traits: Any) -> Opening:
    """An opening from the first day of the school year."""
    where = {name: traits.pop(name) for name in ("college", "school_class") if name in traits}
    return operations.open_to(
        enabled=enabled,
        audience=operations.Audience(profile, **where),
        actor=ACTOR,
        at=AT,
        **{"valid_from": START, **traits},
    )


def open_service(code: str = "presse", *granted: str, **traits: Any) -> EnabledService:
    """A service that is open to everybody."""
    enabled = enable(code, *granted, **traits)
    for profile in EVERYONE:
        open_to(enabled, profile)
    return enabled


SECRET = "un-secret-convenu-avec-le-service"
BACK = "https://madmagz.example/retour"


@functools.cache
def _drawn(place: str) -> RSAKey:
    """A key, drawn once for the whole run: drawing is slow."""
    return keys.draw_key()


def put_keys() -> None:
    """The keys of the département, so that none has to be drawn."""
    for place in ("CURRENT", "NEXT"):
        if not SigningKey.objects.filter(state=place).exists():
            keys.put_key(_drawn(place), state=place, at=AT)


def register(enabled: EnabledService, **traits: Any) -> Registration:
    """A client of OpenID Connect, whose secret is `SECRET`."""
    put_keys()
    registration, _secret = operations.register_client(
        enabled=enabled,
        actor=ACTOR,
        at=AT,
        **{"redirect_uris": [BACK], "secret": SECRET, **traits},
    )
    return registration


def register_cas(enabled: EnabledService, url: str, **traits: Any) -> Registration:
    """A service of CAS, with what is below its address."""
    put_keys()
    return operations.register_cas_service(
        enabled=enabled, service_url=url, actor=ACTOR, at=AT, **{"is_prefix": True, **traits}
    )


def register_saml(enabled: EnabledService, partner: SamlPartner) -> Registration:
    """A SAML partner."""
    put_keys()
    return operations.register_saml_partner(enabled=enabled, partner=partner, actor=ACTOR, at=AT)


ONE_DAY = datetime.timedelta(days=1)
