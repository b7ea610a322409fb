"""The services of the demo that stand in for third parties': what both sides agree on.

Madmagz and Enseigno sign people in by OpenID Connect with every département, the press by CAS, the media
library by SAML 2. Their address is SERVICES_BASE; without it, nothing is registered and the catalogue's
addresses stay.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import sys
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from commons.actors import Actor
from federation.ent import certificates
from federation.ent import operations as ent
from federation.ent.keys import draw_key
from federation.ent.models import EnabledService
from federation.ent.saml.partner import SamlPartner
from socle.seeding.cast import DEPARTEMENTS, NewDepartement

ACTOR = Actor.command("socle seed")
OIDC, CAS, SAML = ("madmagz", "enseigno"), ("presse",), ("mediatheque",)


def client_of(schema_name: str, code: str, *, secret: str) -> tuple[str, str]:
    """The name and secret of a client, the same for whoever knows the demo's secret."""
    message = f"services|{schema_name}|{code}".encode()
    return (
        f"{code}-{schema_name}",
        hmac.new(secret.encode(), message, hashlib.sha256).hexdigest(),
    )


def addresses_of(code: str, slug: str) -> dict[str, str]:
    """Where a service is opened and watched, for one département; nothing if nobody stands in."""
    base = settings.SERVICES_BASE
    if not base:
        return {}
    if code in CAS + SAML:
        kind = "cas" if code in CAS else "saml"
        return {
            "launch_url": f"{base}/{kind}/{code}/{slug}/",
            "health_url": f"{base}/{kind}/{code}/sante/",
        }
    return {"launch_url": f"{base}/oidc/{code}/", "health_url": f"{base}/oidc/{code}/sante/"}


def key_file() -> Path:
    """What services of SAML sign with in the demo, and its certificate: made once, kept with the data."""
    path = Path(settings.DATA_DIR) / "services-key.pem"
    if not path.exists():
        key = draw_key().as_pem(private=True)
        certificate = certificates.make(key, name="Services d'essai", at=timezone.now())
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(key.decode() + certificate, encoding="ascii")
    return path


def _partner(here: str) -> SamlPartner:
    """A service of SAML as its metadata would describe it; it signs all that it asks."""
    text = key_file().read_text(encoding="ascii")
    certificate = text[text.index("-----BEGIN CERTIFICATE-----") :]
    return SamlPartner(
        entity_id=here,
        acs_urls=(f"{here}retour/",),
        certificates=(certificates.bare(certificate),),
        signs_requests=True,
        logout_url=f"{here}fin/",
        logout_answer_url=f"{here}fin/",
    )


def register_all(
    enabled: dict[str, EnabledService], departement: NewDepartement, *, at: datetime.datetime
) -> None:
    """Let each service sign people in."""
    base = settings.SERVICES_BASE
    if not base:
        return
    for code, service in enabled.items():
        if code in CAS:
            here = f"{base}/cas/{code}/{departement.slug}/"
            ent.register_cas_service(
                enabled=service,
                service_url=here,
                is_prefix=True,
                logout_url=here,
                actor=ACTOR,
                at=at,
            )
            continue
        if code in SAML:
            here = f"{base}/saml/{code}/{departement.slug}/"
            ent.register_saml_partner(enabled=service, partner=_partner(here), actor=ACTOR, at=at)
            continue
        client_id, secret = client_of(departement.schema_name, code, secret=settings.SECRET_KEY)
        ent.register_client(
            enabled=service,
            redirect_uris=[f"{base}/oidc/{code}/retour/"],
            post_logout_uris=[f"{base}/oidc/{code}/fin/"],
            logout_url=f"{base}/oidc/{code}/",
            client_id=client_id,
            secret=secret,
            actor=ACTOR,
            at=at,
        )


def command(
    *, address: str, secret: str, departements: Iterable[NewDepartement] = DEPARTEMENTS
) -> list[str]:
    """How the services are started at their address."""
    options = ["--port", str(urlsplit(address).port), "--key", str(key_file())]
    for departement in departements:
        host = f"{departement.slug}.{settings.BASE_DOMAIN}"
        portal = settings.PORTAL_ORIGIN.format(host=host)
        options += ["--portal", f"{departement.slug}={portal}"]
        for code in OIDC:
            pair = ":".join(client_of(departement.schema_name, code, secret=secret))
            options += ["--client", f"{portal}={code}={pair}"]
    return [sys.executable, "-m", "tools.standins.services", *options]
