"""Tokens for machines, by OAuth 2 client credentials (RFC 6749, 4.4): Authlib speaks, this says what is ours.

A token is for the API of the host that gave it, for ten minutes, and for the scopes that were asked among
those given; all of them when none is asked. A machine proves itself with a key (RFC 7523) or a secret
(RFC 6749, 2.3.1, in the header alone). A `resource` that is not this API is refused (RFC 8707).
"""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from authlib.integrations.django_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import ClientMixin, InvalidClientError, InvalidScopeError, OAuth2Request
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from joserfc.jwk import Key, KeySet

from commons.oauth import KEY_METHOD, ShortAssertion, TenantRequest
from tenants.integrators import operations, queries
from tenants.integrators.credentials import ALGORITHMS, is_secret_of
from tenants.integrators.models import Credential, Integrator
from tenants.integrators.scopes import Scope

SECRET_METHOD = "client_secret_basic"  # noqa: S105  the name of a method
GRANT = "client_credentials"
Kind = Credential.Kind


class InvalidTarget(OAuth2Error):  # type: ignore[misc]  # Authlib is untyped
    """A token was asked for something else than this API (RFC 8707)."""

    error = "invalid_target"


class Client(ClientMixin):  # type: ignore[misc]  # Authlib is untyped
    """A machine, as Authlib asks about it; `proof` is the credential it proved itself with."""

    def __init__(self, row: Integrator, *, at: datetime.datetime) -> None:
        self.row = row
        self.proof: Credential | None = None
        self._at = at

    def get_client_id(self) -> str:
        return self.row.client_id

    def get_allowed_scope(self, scope: str | None) -> str:
        return scope or " ".join(sorted(self.row.given))

    def check_client_secret(self, client_secret: str) -> bool:
        for credential in queries.credentials_of(self.row, Kind.SECRET, at=self._at):
            if is_secret_of(credential, client_secret):
                self.proof = credential
        return self.proof is not None

    def key_named(self, kid: str) -> Key:
        """The public key of this name, or the latest when the assertion names none.

        :raises InvalidClientError: if the machine has none
        """
        for credential in queries.credentials_of(self.row, Kind.KEY, at=self._at):
            if kid in ("", credential.kid):
                self.proof = credential
                keys = KeySet.import_key_set({"keys": [credential.public_jwk]})
                return keys.keys[0]
        raise InvalidClientError(description="The key of the client is unknown.")

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in (KEY_METHOD, SECRET_METHOD)

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == GRANT


class _Assertion(ShortAssertion):
    def resolve_client_public_key(self, client: Client) -> Key:
        return client.key_named(self.kid)


class MachineGrant(ClientCredentialsGrant):  # type: ignore[misc]  # Authlib is untyped
    """The one grant there is."""

    TOKEN_ENDPOINT_AUTH_METHODS: ClassVar = [SECRET_METHOD, KEY_METHOD]
    server: TokenServer

    def validate_requested_scope(self) -> None:
        client: Client = self.request.client
        asked = (self.request.payload.scope or "").split()
        if not set(asked) <= {scope.value for scope in client.row.given}:
            raise InvalidScopeError
        resource = self.request.payload.data.get("resource")
        if resource and resource != self.server.resource:
            raise InvalidTarget(description="This token endpoint serves one API.")


class TokenServer(AuthorizationServer):  # type: ignore[misc]  # Authlib is untyped
    """The token endpoint of one département, for one request at one instant.

    `issuer`, `endpoint` and `resource` are whole addresses: whose tokens, asked where, for which API.
    """

    def __init__(self, *, issuer: str, endpoint: str, resource: str, at: datetime.datetime) -> None:
        super().__init__(client_model=None, token_model=None)
        self.resource = resource
        self.at = at
        assertion = _Assertion(
            audiences=[issuer, endpoint], algorithms=ALGORITHMS, room="integrators", at=at
        )
        self.register_client_auth_method(KEY_METHOD, assertion)
        self.register_grant(MachineGrant)

    def create_oauth2_request(self, request: Any) -> Any:
        return request if isinstance(request, OAuth2Request) else TenantRequest(request)

    def query_client(self, client_id: str) -> Client | None:
        row = queries.open_integrator(client_id, at=self.at)
        return Client(row, at=self.at) if row else None

    def save_token(self, token: dict[str, Any], request: Any) -> None:
        client: Client = request.client
        assert client.proof is not None  # the client proved itself with it
        token["expires_in"] = int(operations.TOKEN_LIFE.total_seconds())
        operations.issue_token(
            token=token["access_token"],
            credential=client.proof,
            scopes=[Scope(one) for one in token["scope"].split()],
            at=self.at,
        )

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""


def metadata(*, issuer: str, endpoint: str) -> dict[str, Any]:
    """What clients discover (RFC 8414)."""
    return {
        "issuer": issuer,
        "token_endpoint": endpoint,
        "grant_types_supported": [GRANT],
        "response_types_supported": [],
        "scopes_supported": [scope.value for scope in Scope],
        "token_endpoint_auth_methods_supported": [SECRET_METHOD, KEY_METHOD],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "ui_locales_supported": ["fr"],
    }
