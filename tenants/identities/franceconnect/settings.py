"""Where FranceConnect is, and with what it signs. Found by discovery once, then kept in the row."""

from __future__ import annotations

import dataclasses
from typing import Any
from urllib.parse import urlsplit

import httpx

from commons import http
from tenants.identities.models import IdentityProvider
from tenants.identities.refusals import ProviderSilent

ALGORITHMS = ("RS256", "ES256", "HS256")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_ADDRESSES = ("authorize_url", "token_url", "userinfo_url", "jwks_url", "leave_url")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    How one client speaks to FranceConnect.

    :param id_token_algorithm: the one algorithm that an ID token may be signed with
    :param userinfo_algorithm: the one of userinfo; never HS256 at FranceConnect, but it may be configured
    :param has_pkce: whether the provider says that it knows S256
    """

    authorize_url: str
    token_url: str
    userinfo_url: str
    jwks_url: str
    leave_url: str
    id_token_algorithm: str = "ES256"  # noqa: S105  the name of an algorithm
    userinfo_algorithm: str = "ES256"
    has_pkce: bool = False

    def problem(self) -> str:
        """The name of what cannot be; empty if all can."""
        for name in _ADDRESSES:
            if not is_address(getattr(self, name)):
                return name
        for name in ("id_token_algorithm", "userinfo_algorithm"):
            if getattr(self, name) not in ALGORITHMS:
                return name
        return ""


def is_address(url: str) -> bool:
    """`https`, but for what stands in for a provider on this machine."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    is_ours = parts.scheme == "http" and (host in _LOOPBACK or host.endswith(".localhost"))
    is_plain = not (parts.fragment or parts.username or port == 0)
    return bool(host) and is_plain and (parts.scheme == "https" or is_ours)


def settings_of(provider: IdentityProvider) -> Settings:
    """Those of an open provider."""
    return Settings(**provider.options)


def discover(issuer: str, *, id_token: str = "", userinfo: str = "") -> Settings:
    """
    Ask a provider where it is (OpenID Connect Discovery 1.0, §4).

    :param id_token: the algorithm the client was registered with, ES256 unless told
    :raises ProviderSilent: if it does not answer, or answers for another issuer
    """
    url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        answer = http.request("GET", url)
        said: dict[str, Any] = answer.raise_for_status().json()
        if said["issuer"] != issuer:
            raise ProviderSilent(problem="another issuer")
        return Settings(
            authorize_url=said["authorization_endpoint"],
            token_url=said["token_endpoint"],
            userinfo_url=said["userinfo_endpoint"],
            jwks_url=said["jwks_uri"],
            leave_url=said["end_session_endpoint"],
            id_token_algorithm=id_token or "ES256",
            userinfo_algorithm=userinfo or "ES256",
            has_pkce="S256" in said.get("code_challenge_methods_supported", ()),
        )
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise ProviderSilent(problem="discovery") from error
