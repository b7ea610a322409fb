"""The signed request that a browser carries to EduConnect, and our metadata."""

from __future__ import annotations

from typing import Any

from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.authn_request import OneLogin_Saml2_Authn_Request
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from tenants.identities.attempts import Begun
from tenants.identities.educonnect.settings import request_data, toolkit_settings
from tenants.identities.models import IdentityProvider


def authorize_url(provider: IdentityProvider, begun: Begun, *, acs_url: str) -> str:
    """
    Where a sign-in begins. EduConnect must ask the person again: the child before may be a sibling.

    No relay state is sent, and none that comes back is read: where to go is in the sign-in itself.
    """

    class Request(OneLogin_Saml2_Authn_Request):  # type: ignore[misc]
        """One whose identifier is that of the sign-in."""

        def _generate_request_id(self) -> str:
            return begun.ask

    auth: Any = OneLogin_Saml2_Auth(
        request_data(acs_url), old_settings=toolkit_settings(provider, acs_url=acs_url)
    )
    auth.authn_request_class = Request
    url: str = auth.login(return_to="", force_authn=True)
    return url


def metadata(provider: IdentityProvider, *, acs_url: str) -> bytes:
    """What EduConnect is given of us (saml-metadata-2.0)."""
    settings: Any = OneLogin_Saml2_Settings(
        toolkit_settings(provider, acs_url=acs_url), sp_validation_only=True
    )
    said: str | bytes = settings.get_sp_metadata()
    return said if isinstance(said, bytes) else said.encode()
