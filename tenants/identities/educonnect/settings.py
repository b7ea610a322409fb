"""Where EduConnect is, the certificates it signs with, and ours; and all of it as python3-saml has it."""

from __future__ import annotations

import dataclasses
from typing import Any
from urllib.parse import urlsplit

from onelogin.saml2.constants import OneLogin_Saml2_Constants as Saml

from tenants.identities import secrets_held
from tenants.identities.educonnect import keys
from tenants.identities.franceconnect import is_address
from tenants.identities.models import IdentityProvider


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    What is public of a département at EduConnect.

    :param certificates: EduConnect's, bare; several while it changes its key
    :param academies: codes without their leading zero, as `FrEduCtRefId` begins with
    :param certificate: ours, bare
    """

    sso_url: str
    certificates: tuple[str, ...]
    academies: tuple[str, ...]
    certificate: str

    def problem(self) -> str:
        """The name of what cannot be; empty if all can."""
        if not is_address(self.sso_url):
            return "sso_url"
        if not self.certificates or not all(map(keys.is_certificate, self.certificates)):
            return "certificates"
        if not self.academies or not all(code.isdecimal() for code in self.academies):
            return "academies"
        return ""


def settings_of(provider: IdentityProvider) -> Settings:
    """Those of an open provider."""
    held = provider.options
    return Settings(
        sso_url=held["sso_url"],
        certificates=tuple(held["certificates"]),
        academies=tuple(held["academies"]),
        certificate=held["certificate"],
    )


def toolkit_settings(provider: IdentityProvider, *, acs_url: str) -> dict[str, Any]:
    """The settings of python3-saml, strict."""
    settings = settings_of(provider)
    return {
        "strict": True,
        "debug": False,
        "sp": {
            "entityId": provider.client_id,
            "assertionConsumerService": {"url": acs_url, "binding": Saml.BINDING_HTTP_POST},
            "NameIDFormat": Saml.NAMEID_TRANSIENT,
            "x509cert": settings.certificate,
            "privateKey": secrets_held.secret_of(provider),
        },
        "idp": {
            "entityId": provider.issuer,
            "singleSignOnService": {
                "url": settings.sso_url,
                "binding": Saml.BINDING_HTTP_REDIRECT,
            },
            "x509cert": settings.certificates[0],
            "x509certMulti": {"signing": list(settings.certificates)},
        },
        "security": {
            "authnRequestsSigned": True,
            "wantMessagesSigned": True,
            "wantAssertionsSigned": True,
            "wantAssertionsEncrypted": False,
            "wantNameId": False,
            "signatureAlgorithm": Saml.RSA_SHA256,
            "digestAlgorithm": Saml.SHA256,
            "rejectDeprecatedAlgorithm": True,
            "requestedAuthnContext": False,
            "allowRepeatAttributeName": False,
        },
    }


def request_data(url: str) -> dict[str, Any]:
    """The request at our address, as python3-saml wants it told."""
    parts = urlsplit(url)
    return {
        "https": "on" if parts.scheme == "https" else "off",
        "http_host": parts.netloc,
        "script_name": parts.path,
        "request_uri": parts.path,
        "get_data": {},
        "post_data": {},
    }
