"""python3-saml (MIT, by OneLogin) as a service provider: it asks our identity provider and verifies it.

It has an end of its own for each message; what it cannot do (a request in a form, or one that is wrong on
purpose) is signed here with its own functions.
"""

from __future__ import annotations

import base64
import dataclasses
import functools
import html
import re
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlsplit

import xmlsec
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.authn_request import OneLogin_Saml2_Authn_Request
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Saml
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils as Utils

from federation.ent import certificates, keys
from tests.factories.tariffs import AT

_TRANSFORMS = {
    Saml.RSA_SHA1: xmlsec.constants.TransformRsaSha1,
    Saml.RSA_SHA256: xmlsec.constants.TransformRsaSha256,
}
ENTITY = "https://mediatheque.example/saml"
ACS, SLS = "https://mediatheque.example/saml/retour", "https://mediatheque.example/saml/fin"


def own_key(name: str = "mediatheque") -> keys.Signer:
    """The key of a service and its certificate."""
    return _drawn(name)


@functools.cache
def _drawn(name: str) -> keys.Signer:
    """Once for the whole run: drawing is slow."""
    pem = keys.draw_key().as_pem(private=True)
    return keys.Signer(pem, certificates.make(pem, name=name, at=AT))


@dataclasses.dataclass(frozen=True)
class Form:
    """What a page has the browser post, and where."""

    url: str
    fields: dict[str, str]

    @property
    def xml(self) -> str:
        said = self.fields.get("SAMLResponse") or self.fields["SAMLRequest"]
        return base64.b64decode(said).decode()

    def saying(self, xml: str) -> Form:
        """The same, with another response."""
        written = base64.b64encode(xml.encode()).decode()
        return dataclasses.replace(self, fields=self.fields | {"SAMLResponse": written})


def form_of(response: Any) -> Form:
    """The one form of a page that leads to a service."""
    page = response.content.decode()
    (form,) = re.findall(
        r'<form method="post" action="([^"]+)" data-carry>(.*?)</form>', page, re.DOTALL
    )
    fields = re.findall(r'name="([^"]+)" value="([^"]*)"', form[1])
    return Form(html.unescape(form[0]), {name: html.unescape(value) for name, value in fields})


def any_metadata() -> bytes:
    """Of some identity provider: what a service gives of itself says nothing of ours."""
    certificate = certificates.bare(own_key("any").certificate)
    return f"""<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="x">
      <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
        <md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="{Saml.NS_DS}"><ds:X509Data>
        <ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>
        </md:KeyDescriptor><md:SingleSignOnService Binding="{Saml.BINDING_HTTP_REDIRECT}"
        Location="https://x.example/"/></md:IDPSSODescriptor></md:EntityDescriptor>""".encode()


class ServiceProvider:
    """One service provider, which read our metadata."""

    def __init__(
        self,
        metadata: bytes,
        *,
        entity_id: str = ENTITY,
        acs: str = ACS,
        sls: str = SLS,
        key: str = "mediatheque",
        **security: Any,
    ) -> None:
        self.signer = own_key(key)
        idp = OneLogin_Saml2_IdPMetadataParser.parse(metadata)["idp"]
        self.settings: dict[str, Any] = {
            "strict": True,
            "sp": {
                "entityId": entity_id,
                "assertionConsumerService": {"url": acs, "binding": Saml.BINDING_HTTP_POST},
                "singleLogoutService": {"url": sls, "binding": Saml.BINDING_HTTP_REDIRECT},
                "NameIDFormat": Saml.NAMEID_PERSISTENT,
                "x509cert": self.signer.certificate,
                "privateKey": self.signer.private_key.decode(),
            },
            "idp": idp,
            "security": {
                "authnRequestsSigned": True,
                "logoutRequestSigned": True,
                "logoutResponseSigned": True,
                "wantMessagesSigned": True,
                "wantAssertionsSigned": True,
                "signatureAlgorithm": Saml.RSA_SHA256,
                "digestAlgorithm": Saml.SHA256,
                "rejectDeprecatedAlgorithm": True,
                **security,
            },
        }

    def metadata(self) -> str:
        """What it gives of itself."""
        said = OneLogin_Saml2_Settings(self.settings, sp_validation_only=True).get_sp_metadata()
        return said if isinstance(said, str) else said.decode()

    def _auth(self, url: str, **data: Any) -> Any:
        parts = urlsplit(url)
        request = {
            "https": "on",
            "http_host": parts.netloc,
            "script_name": parts.path,
            "query_string": parts.query,
            "get_data": dict(parse_qsl(parts.query)),
            "post_data": {},
            **data,
        }
        return OneLogin_Saml2_Auth(request, old_settings=self.settings)

    # --- what it asks -----------------------------------------------------------------------------

    def begin(self, relay_state: str = "", **options: Any) -> tuple[str, str]:
        """Where it sends a person, and the request's identifier."""
        auth = self._auth(self.settings["sp"]["assertionConsumerService"]["url"])
        url: str = auth.login(return_to=relay_state, **options)
        return path_of(url), auth.get_last_request_id()

    def request(self, **options: Any) -> str:
        """A request as XML, not signed."""
        made = OneLogin_Saml2_Authn_Request(OneLogin_Saml2_Settings(self.settings), **options)
        return str(made.get_xml())

    def redirect(
        self,
        xml: str,
        *,
        kind: str = "SAMLRequest",
        relay_state: str = "",
        algorithm: str = Saml.RSA_SHA256,
        is_signed: bool = True,
    ) -> str:
        """The query that carries a message by a redirect."""
        parts = {kind: Utils.deflate_and_base64_encode(xml)}
        if relay_state:
            parts["RelayState"] = relay_state
        if is_signed:
            parts["SigAlg"] = algorithm
        query = "&".join(f"{name}={quote_plus(value)}" for name, value in parts.items())
        if is_signed:
            key = self.settings["sp"]["privateKey"]
            signature = Utils.sign_binary(query, key, _TRANSFORMS[algorithm])
            query += f"&Signature={quote_plus(base64.b64encode(signature))}"
        return query

    def signed(self, xml: str) -> str:
        """A message with a signature in it, as a form carries it."""
        said = Utils.add_sign(
            xml, self.signer.private_key, self.signer.certificate,
            sign_algorithm=Saml.RSA_SHA256, digest_algorithm=Saml.SHA256,
        )  # fmt: skip
        return said if isinstance(said, str) else said.decode()

    # --- what it is told --------------------------------------------------------------------------

    def finish(self, form: Form, *, asked: str | None = None) -> Any:
        """What it makes of an answer; its `get_errors()` is empty if it holds."""
        auth = self._auth(form.url, post_data=form.fields)
        auth.process_response(asked)
        return auth

    def why_refused(self, form: Form, *, asked: str | None = None) -> str:
        """Why an answer does not hold; empty if it does. Nobody is signed in by one that does not."""
        auth = self.finish(form, asked=asked)
        assert bool(auth.get_errors()) is not auth.is_authenticated()
        return str(auth.get_last_error_reason() or "")

    def leave(self, told: Any) -> str:
        """Where it sends a person to sign out of everything."""
        auth = self._auth(SLS)
        url: str = auth.logout(
            name_id=told.get_nameid(),
            session_index=told.get_session_index(),
            name_id_format=Saml.NAMEID_PERSISTENT,
            return_to="https://mediatheque.example/",
        )
        return path_of(url)

    def told_to_leave(self, url: str) -> tuple[str, list[str]]:
        """What it makes of a message at its end of sessions: where it answers, and its errors."""
        auth = self._auth(url)
        answer = auth.process_slo(keep_local_session=True)
        return (path_of(answer) if answer else ""), auth.get_errors()


def path_of(url: str) -> str:
    """An address without its host."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"
