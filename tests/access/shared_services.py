"""The acts on shared services, and on software that is told: the objects of each, and its answers."""

from typing import Any

from tests.access import announcements, timetables, webhooks

ACTS: dict[str, tuple[tuple[str, ...], dict[str, object]]] = {
    "enable-service": (("shared_service",), {"granted": ["PROFILE"]}),
    "grant-attributes": (("service",), {"granted": []}),
    "open-service": (("service",), {"profile": "PUPIL", "valid_from": "2024-12-02"}),
    "disable-service": (("service",), {}),
    "close-opening": (("opening",), {"last_day": "2024-12-09"}),
    "register-client": (("oidc_service",), {"redirect_uris": "https://madmagz.example/retour"}),
    "register-cas-service": (("service",), {"service_url": "https://presse.example/autre/"}),
    "register-saml-partner": (
        ("saml_service",),
        {"entity_id": "https://mediatheque.example/", "acs_url": "https://mediatheque.example/acs"},
    ),
    "close-registration": (("service_client",), {}),
    "rotate-keys": (("signing_key",), {}),
    "set-licences": (("opening",), {"licences": "10"}),
    **webhooks.ACTS,
    **announcements.ACTS,
    **timetables.ACTS,
}
FORMS: dict[str, tuple[str, str, dict[str, Any]]] = {**announcements.FORMS, **timetables.FORMS}


OPEN = {
    # Asked by servers, which have no session: a ticket is refused in a document that is always 200
    # (CAS 3 §2.5); the addresses and the public keys of an issuer are for everybody, and so are the
    # pages where what a service sent is looked at, before the person is known.
    "portal:cas-p3-validate",
    "portal:cas-validate",
    "portal:openid-discovery",
    "portal:openid-keys",
    "portal:departement-keys",
    "portal:pass-plus-keys",
    "portal:saml-metadata",
}
