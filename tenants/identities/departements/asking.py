"""The addresses of another département that a browser is sent to: to sign in there, and to sign out."""

from __future__ import annotations

from urllib.parse import urlencode

from tenants.accounts.sessions import FAMILY
from tenants.identities.attempts import Begun
from tenants.identities.departements.addresses import addresses_of
from tenants.identities.models import IdentityProvider

LONGEST_SECONDS = int(FAMILY.absolute.total_seconds())
# To link, the person proves anew who they are there, and agrees; to come in, neither is asked.
_TO_LINK = "login consent"


def authorize_url(
    provider: IdentityProvider, begun: Begun, *, redirect_uri: str, is_link: bool
) -> str:
    """
    Where a sign-in, or a link, begins.

    :raises ProviderSilent: if the département does not say where it answers
    """
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri,
        "scope": "openid",
        "state": begun.ask,
        "nonce": begun.nonce,
        "code_challenge": begun.challenge,
        "code_challenge_method": "S256",
        "max_age": str(LONGEST_SECONDS),
    }
    if is_link:
        asked["prompt"] = _TO_LINK
    return f"{addresses_of(provider).authorize_url}?{urlencode(asked)}"


def leave_url(provider: IdentityProvider, *, id_token: str, state: str, back: str) -> str:
    """
    Where the session there ends (OpenID Connect RP-Initiated Logout 1.0).

    :raises ProviderSilent: if the département does not say where it answers
    """
    said = {"id_token_hint": id_token, "post_logout_redirect_uri": back, "state": state}
    return f"{addresses_of(provider).leave_url}?{urlencode(said)}"
