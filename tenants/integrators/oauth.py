"""Tokens for machines, by OAuth 2 client credentials (RFC 6749, 4.4): Authlib speaks, this says what is ours.

A token is for the API of the host that gave it, for ten minutes, and for the scopes that were asked among
those given; all of them when none is asked. A machine proves itself with a key (RFC 7523) or a secret
(RFC 6749, 2.3.1, in the header alone). A `resource` that is not this API is refused (RFC 8707).

A machine gives a token back (RFC 7009), or asks what one is still worth (RFC 7662): of its own tokens alone;
another's is unknown to it. How often it may ask is in `pace`.
"""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any, ClassVar

from authlib.integrations.django_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import (
    ClientMixin,
    InvalidClientError,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Request,
)
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from joserfc.jwk import Key, KeySet

from commons.oauth import KEY_METHOD, ShortAssertion, TenantRequest
from tenants.integrators import operations, pace, queries
from tenants.integrators.credentials import ALGORITHMS, is_secret_of
from tenants.integrators.models import Credential, Integrator
from tenants.integrators.scopes import Scope

SECRET_METHOD = "client_secret_basic"  # noqa: S105  the name of a method
GRANT = "client_credentials"
TOKEN, REVOCATION, INTROSPECTION = "token", "revocation", "introspection"
Kind = Credential.Kind


@dataclasses.dataclass(frozen=True, slots=True)
class Addresses:
    """The whole addresses of a département's endpoints, and the issuer's: an assertion names one of them."""

    issuer: str
    token: str
    revocation: str
    introspection: str


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


class OwnToken:
    """A token of the machine that asks, as Authlib asks about it."""

    def __init__(self, held: queries.HeldToken) -> None:
        self.held = held

    def check_client(self, client: Client) -> bool:
        return bool(client.row.pk == self.held.machine.integrator_id)

    def is_expired(self) -> bool:
        return False  # one that ended is not found

    def is_revoked(self) -> bool:
        return False  # neither is one that was taken back


class _OfOwnTokens:
    """What both endpoints do: the machine proves itself, and names a token of its own."""

    CLIENT_AUTH_METHODS: ClassVar = [SECRET_METHOD, KEY_METHOD]
    server: TokenServer

    def authenticate_token(self, request: Any, client: Client) -> OwnToken | None:
        """There is one kind of token: a hint of another is ignored (RFC 7009, 2.1)."""
        if "token" not in request.form:
            raise InvalidRequestError
        held = queries.held_token(request.form["token"], integrator=client.row, at=self.server.at)
        return OwnToken(held) if held else None


class Revocation(_OfOwnTokens, RevocationEndpoint):  # type: ignore[misc]  # Authlib is untyped
    """A token is given back; one that is unknown is answered alike (RFC 7009, 2.2)."""

    def revoke_token(self, token: OwnToken, request: Any) -> None:
        operations.end_token(token_id=token.held.token_id)


class Introspection(_OfOwnTokens, IntrospectionEndpoint):  # type: ignore[misc]  # Authlib is untyped
    """What a token is worth now; of one that is worth nothing, nothing else is said (RFC 7662, 2.2)."""

    def introspect_token(self, token: OwnToken) -> dict[str, Any]:
        held = token.held
        return {
            "active": True,
            "token_type": "Bearer",
            "client_id": held.machine.client_id,
            "sub": held.machine.client_id,
            "scope": " ".join(sorted(held.machine.scopes)),
            "iat": int((held.expires_at - operations.TOKEN_LIFE).timestamp()),
            "exp": int(held.expires_at.timestamp()),
            "iss": self.server.issuer,
            "aud": self.server.resource,
        }


class TokenServer(AuthorizationServer):  # type: ignore[misc]  # Authlib is untyped
    """The token endpoint of one département, for one request at one instant.

    `resource` is the whole address of the API that its tokens are for.
    """

    def __init__(self, *, addresses: Addresses, resource: str, at: datetime.datetime) -> None:
        super().__init__(client_model=None, token_model=None)
        self.issuer = addresses.issuer
        self.resource = resource
        self.at = at
        assertion = _Assertion(
            audiences=dataclasses.astuple(addresses),
            algorithms=ALGORITHMS,
            room="integrators",
            at=at,
        )
        self.register_client_auth_method(KEY_METHOD, assertion)
        self.register_grant(MachineGrant)
        self.register_endpoint(Revocation)
        self.register_endpoint(Introspection)

    def answered(self, asked: str, request: Any, *, place: str) -> Any:
        """The answer to what is asked of an endpoint; `place` is whence, as a digest."""
        try:
            pace.count_place(place)
        except pace.TooOften as refusal:
            return self.handle_error_response(request, refusal)
        if asked == TOKEN:
            return self.create_token_response(request)
        return self.create_endpoint_response(asked, request)

    def authenticate_client(self, request: Any, methods: Any, endpoint: str = TOKEN) -> Client:
        client: Client = super().authenticate_client(request, methods, endpoint)
        pace.count_machine(client.row.pk)
        return client

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


def metadata(addresses: Addresses) -> dict[str, Any]:
    """What clients discover (RFC 8414)."""
    found: dict[str, Any] = {
        "issuer": addresses.issuer,
        "grant_types_supported": [GRANT],
        "response_types_supported": [],
        "scopes_supported": [scope.value for scope in Scope],
        "ui_locales_supported": ["fr"],
    }
    for name in (TOKEN, REVOCATION, INTROSPECTION):
        proofs = f"{name}_endpoint_auth"
        found[f"{name}_endpoint"] = getattr(addresses, name)
        found[f"{proofs}_methods_supported"] = [SECRET_METHOD, KEY_METHOD]
        found[f"{proofs}_signing_alg_values_supported"] = list(ALGORITHMS)
    return found
