"""The two addresses a browser is sent to: to sign in, and to sign out."""

from __future__ import annotations

from urllib.parse import urlencode

from tenants.identities.attempts import Begun
from tenants.identities.franceconnect.settings import settings_of
from tenants.identities.models import IdentityProvider

# The least that tells a guardian's name: the feed knows no birth date of a guardian.
SCOPES = ("openid", "given_name", "family_name", "preferred_username")
ACR = "eidas1"


def authorize_url(provider: IdentityProvider, begun: Begun, *, redirect_uri: str) -> str:
    """Where a sign-in begins. FranceConnect itself asks the person again each time."""
    settings = settings_of(provider)
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(SCOPES),
        "acr_values": ACR,
        "state": begun.ask,
        "nonce": begun.nonce,
    }
    if settings.has_pkce:
        asked |= {"code_challenge": begun.challenge, "code_challenge_method": "S256"}
    return _with(settings.authorize_url, asked)


def leave_url(provider: IdentityProvider, *, id_token: str, state: str, back: str) -> str:
    """Where a session at FranceConnect ends (OpenID Connect RP-Initiated Logout 1.0)."""
    said = {"id_token_hint": id_token, "post_logout_redirect_uri": back, "state": state}
    return _with(settings_of(provider).leave_url, said)


def _with(url: str, query: dict[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"
