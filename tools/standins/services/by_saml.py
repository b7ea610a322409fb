"""Signing in by SAML 2 as services do, with python3-saml: it reads the portal's metadata at each turn."""

from __future__ import annotations

from typing import Any

from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Saml
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.logout_request import OneLogin_Saml2_Logout_Request
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from tools.standins.services.signing_in import Refused, call

_SPLIT = "-----BEGIN CERTIFICATE-----"
Parser, Utils = OneLogin_Saml2_IdPMetadataParser, OneLogin_Saml2_Utils


class SamlSite:
    """A service provider of one portal, for one request."""

    def __init__(self, portal: str, *, here: str, key: str, request: dict[str, Any]) -> None:
        published = call("GET", f"{portal}/saml/metadonnees/")
        published.raise_for_status()
        private, _mark, certificate = key.partition(_SPLIT)
        said = Parser.parse(published.content)
        settings = {
            "strict": True,
            "sp": {
                "entityId": here,
                "assertionConsumerService": {
                    "url": f"{here}retour/",
                    "binding": Saml.BINDING_HTTP_POST,
                },
                "singleLogoutService": {
                    "url": f"{here}fin/",
                    "binding": Saml.BINDING_HTTP_REDIRECT,
                },
                "NameIDFormat": Saml.NAMEID_PERSISTENT,
                "x509cert": f"{_SPLIT}{certificate}",
                "privateKey": private,
            },
            "security": {
                "authnRequestsSigned": True,
                "logoutRequestSigned": True,
                "logoutResponseSigned": True,
                "wantMessagesSigned": True,
                "wantAssertionsSigned": True,
                "signatureAlgorithm": Saml.RSA_SHA256,
                "digestAlgorithm": Saml.SHA256,
                "rejectDeprecatedAlgorithm": True,
                "requestedAuthnContext": False,
                "allowRepeatAttributeName": False,
            },
            "idp": said["idp"],
        }
        self._here = here
        self._auth: Any = OneLogin_Saml2_Auth({"https": "off", **request}, old_settings=settings)

    def begin(self) -> tuple[str, str]:
        """Where the person is sent, and the request that this makes."""
        return self._auth.login(return_to=self._here), self._auth.get_last_request_id()

    def finish(self, asked: set[str]) -> tuple[dict[str, Any], str]:
        """Who came, and the name of their session; they may come from the portal, unasked for.

        :raises Refused: if what the portal says does not hold
        """
        auth = self._auth
        auth.process_response()
        answered = auth.get_last_response_in_response_to()
        if auth.get_errors() or not auth.is_authenticated():
            raise Refused(str(auth.get_last_error_reason() or auth.get_errors()))
        if answered and answered not in asked:
            raise Refused("une réponse à une autre demande")
        asked.discard(answered or "")
        return {"sub": auth.get_nameid(), **auth.get_attributes()}, auth.get_session_index()

    def ask_to_leave(self, subject: str, session: str) -> str:
        """Where the person is sent to sign out of the portal too."""
        address: str = self._auth.logout(
            name_id=subject, session_index=session, name_id_format=Saml.NAMEID_PERSISTENT
        )
        return address

    def leave(self) -> tuple[list[str], str]:
        """The sessions that the portal ends, and where it is answered; nothing, once it has answered us.

        :raises Refused: if the portal did not sign it
        """
        auth = self._auth
        sent = auth._request_data["get_data"]  # noqa: SLF001  what was given to it above
        answer = auth.process_slo(keep_local_session=True)
        if auth.get_errors():
            raise Refused(str(auth.get_last_error_reason()))
        if "SAMLRequest" not in sent:
            return [], ""
        text = Utils.decode_base64_and_inflate(sent["SAMLRequest"])
        return OneLogin_Saml2_Logout_Request.get_session_indexes(text), str(answer)
