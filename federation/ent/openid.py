"""The OpenID Connect provider of a département: Authlib speaks the protocol, this says what is ours.

Ours is what is kept and what is told: clients, codes and tokens in the tenant's schema, keys of the
département, identifiers of each service alone, and the granted attributes. A provider is made for one
request of one host, whose address is the issuer, at one instant. Codes alone are given
(`response_type=code`), to clients that keep a secret, with a challenge of theirs (PKCE, S256): RFC 9700.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from authlib.integrations.django_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2.rfc6749 import ClientMixin, InvalidRequestError, OAuth2Request, TokenMixin
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import AuthorizationCodeMixin, OpenIDCode, UserInfo
from authlib.oidc.core.userinfo import UserInfoEndpoint
from authlib.oidc.rpinitiated import EndSessionEndpoint, EndSessionRequest
from django.utils import timezone
from joserfc.jwk import KeySet, RSAKey

from commons.oauth import KEY_METHOD, TenantRequest
from federation.ent import keys, passes, queries, vouching
from federation.ent.client_assertions import ALGORITHM as ASSERTION_ALGORITHM
from federation.ent.client_assertions import Assertion
from federation.ent.models import AccessToken, AuthorizationCode, Registration, ServiceOpening
from federation.ent.passes import Asked
from federation.ent.registering import is_secret_of
from federation.ent.releasing import CLAIM_NAMES, claims_of

if TYPE_CHECKING:
    from tenants.accounts.models import User

SCOPE = "openid"
AUTH_METHODS = ("client_secret_basic", "client_secret_post")
ID_TOKEN_SECONDS = 300
LONGEST_NONCE = 500


class Client(ClientMixin):  # type: ignore[misc]  # Authlib is untyped
    """A registration, as Authlib asks about it."""

    id_token_signed_response_alg = keys.ALGORITHM

    def __init__(self, row: Registration) -> None:
        self.row = row
        self.client_id = row.client_id

    @property
    def client_metadata(self) -> dict[str, Any]:
        return {"post_logout_redirect_uris": self.row.post_logout_uris}

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """None: where to come back to is always said, and compared."""

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Other scopes are ignored: what a service is told was granted, not asked for at sign-in."""
        return SCOPE if SCOPE in (scope or "").split() else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.row.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        return is_secret_of(self.row, client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        # A key is of other départements alone.
        return method == KEY_METHOD if self.row.departement_code else method in AUTH_METHODS

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class Code(AuthorizationCodeMixin):  # type: ignore[misc]  # Authlib is untyped
    """A code that was claimed, as Authlib asks about it."""

    code_challenge_method = "S256"

    def __init__(self, row: AuthorizationCode) -> None:
        self.row = row
        self.code_challenge = row.challenge

    def get_redirect_uri(self) -> str:
        return self.row.redirect_uri

    def get_scope(self) -> str:
        return SCOPE

    def get_nonce(self) -> str:
        return self.row.nonce

    def get_auth_time(self) -> int:
        return int(self.row.authenticated_at.timestamp())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


class Token(TokenMixin):  # type: ignore[misc]  # Authlib is untyped
    """An access token, as Authlib asks about it."""

    scope = SCOPE

    def __init__(self, row: AccessToken, *, at: datetime.datetime) -> None:
        self.row = row
        self._at = at

    def get_scope(self) -> str:
        return SCOPE

    def is_expired(self) -> bool:
        return self.row.expires_at <= self._at

    def is_revoked(self) -> bool:
        return self.row.revoked_at is not None

    def get_user(self) -> User:
        return self.row.code.opening.user

    def get_client(self) -> Client:
        return Client(self.row.code.opening.registration)


class Challenge(CodeChallenge):  # type: ignore[misc]  # Authlib is untyped
    """The client's own proof that it asked for the code: required of every client, S256 alone."""

    SUPPORTED_CODE_CHALLENGE_METHOD: ClassVar = ["S256"]

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        data = grant.request.payload.data
        if not data.get("code_challenge") or data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("A 'code_challenge' of method S256 is required.")
        super().validate_code_challenge(grant, redirect_uri)


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]  # Authlib is untyped
    """Codes, kept in the département's tables."""

    TOKEN_ENDPOINT_AUTH_METHODS: ClassVar = [*AUTH_METHODS, KEY_METHOD]
    server: Provider

    def save_authorization_code(self, code: str, request: Any) -> None:
        data = request.payload.data
        opening = self.server.opening
        assert opening is not None
        asked = Asked(
            redirect_uri=request.payload.redirect_uri,
            nonce=data.get("nonce", ""),
            challenge=data["code_challenge"],
            authenticated_at=self.server.authenticated_at,
        )
        passes.issue_code(code, opening=opening, asked=asked, at=self.server.at)

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        row = passes.claim_code(code, registration_id=client.row.pk, at=self.server.at)
        return Code(row) if row else None

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Nothing: it was used when it was claimed, and is remembered so that it is used once."""

    def authenticate_user(self, authorization_code: Code) -> User | None:
        """The person, as long as the service is still theirs."""
        opening = authorization_code.row.opening
        return opening.user if self.server.is_open_to(opening) else None


class IdToken(OpenIDCode):  # type: ignore[misc]  # Authlib is untyped
    """ID tokens: signed by the key in service, for one client, with the granted attributes."""

    def __init__(self, provider: Provider) -> None:
        super().__init__(require_nonce=False)
        self._provider = provider

    def exists_nonce(self, nonce: str, request: Any) -> bool:
        """A nonce is the client's to check; here it is only kept from filling the table."""
        return len(nonce) > LONGEST_NONCE or "\0" in nonce

    def resolve_client_private_key(self, client: Client) -> RSAKey:
        return self._provider.key

    def get_encode_header(self, client: Client) -> dict[str, str]:
        return {"alg": keys.ALGORITHM, "kid": str(self._provider.key.kid), "typ": "JWT"}

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        issued_at = int(self._provider.at.timestamp())
        return {
            "iss": self._provider.issuer,
            "aud": client.get_client_id(),
            "iat": issued_at,
            "exp": issued_at + ID_TOKEN_SECONDS,
        }

    def get_authorization_code_claims(self, authorization_code: Code) -> dict[str, Any]:
        claims: dict[str, Any] = super().get_authorization_code_claims(authorization_code)
        return claims | {"sid": str(authorization_code.row.opening.public_id)}

    def generate_user_info(self, user: User, scope: str) -> UserInfo:
        opening = self._provider.claimed_opening
        assert opening is not None
        return UserInfo(self._provider.claims_of(opening))


class PersonEndpoint(UserInfoEndpoint):  # type: ignore[misc]  # Authlib is untyped
    """The granted attributes, for whoever holds a token."""

    def __call__(self, request: Any) -> tuple[int, Any, list[tuple[str, str]]]:
        token = self.resource_protector.acquire_token(request._request, SCOPE)  # noqa: SLF001  Authlib's own
        claims = self.server.claims_of(token.row.code.opening)
        return 200, claims, [("Content-Type", "application/json")]


class SignOut(EndSessionEndpoint):  # type: ignore[misc]  # Authlib is untyped
    """A client asks that the person be signed out; the view does it."""

    def get_server_jwks(self) -> KeySet:
        return keys.published_key_set()

    def get_algorithms(self) -> list[str]:
        return [keys.ALGORITHM]

    def end_session(self, end_session_request: EndSessionRequest) -> None:
        self.server.sign_out()


class _Tokens(BearerTokenValidator):  # type: ignore[misc]  # Authlib is untyped
    def __init__(self, provider: Provider) -> None:
        super().__init__()
        self._provider = provider

    def authenticate_token(self, token_string: str) -> Token | None:
        row = passes.token_of(token_string)
        if row is None or not self._provider.is_open_to(row.code.opening):
            return None
        return Token(row, at=self._provider.at)


class Provider(AuthorizationServer):  # type: ignore[misc]  # Authlib is untyped
    """One département's provider, for one request."""

    def __init__(self, *, issuer: str, at: datetime.datetime) -> None:
        super().__init__(client_model=None, token_model=None)
        self.issuer = issuer
        self.at = at
        self.authenticated_at = at  # when the person who asks for a code proved who they are
        self.opening: ServiceOpening | None = None  # of the person who asks for a code
        self.claimed_opening: ServiceOpening | None = None  # of the code that was claimed
        self.sign_out: Any = lambda: None
        self.register_client_auth_method(KEY_METHOD, Assertion(issuer=issuer, at=at))
        self.register_grant(CodeGrant, [Challenge(required=True), IdToken(self)])
        protector = ResourceProtector()
        protector.register_token_validator(_Tokens(self))
        self.register_endpoint(PersonEndpoint(resource_protector=protector))
        self.register_endpoint(SignOut)

    @property
    def key(self) -> RSAKey:
        """The key in service, read once."""
        if "_key" not in self.__dict__:
            self._key = keys.signing_key()
        return self._key

    def create_oauth2_request(self, request: Any) -> Any:
        return request if isinstance(request, OAuth2Request) else TenantRequest(request)

    def query_client(self, client_id: str) -> Client | None:
        """A client that is open, of a service that is still enabled."""
        if not client_id or "\0" in client_id:
            return None
        row = (
            Registration.objects.filter(
                client_id=client_id, closed_at__isnull=True, enabled__disabled_at__isnull=True
            )
            .select_related("enabled")
            .first()
        )
        return Client(row) if row else None

    def validate_requested_scope(self, scope: str | None) -> None:
        """Any: unknown ones are ignored (OpenID Connect Core 1.0, 3.1.2.1)."""

    def save_token(self, token: dict[str, Any], request: Any) -> None:
        code: Code = request.authorization_code
        self.claimed_opening = code.row.opening
        token["expires_in"] = int(passes.TOKEN_LIFE.total_seconds())
        passes.issue_token(token["access_token"], code=code.row, at=self.at)

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def is_open_to(self, opening: ServiceOpening) -> bool:
        """Whether the client of an opening may still be told who its person is."""
        if not passes.is_running(opening, at=self.at):
            return False
        if code := opening.registration.departement_code:
            return vouching.may_vouch(opening.user, code)
        return self._service_of(opening) is not None

    def _service_of(self, opening: ServiceOpening) -> queries.OpenService | None:
        """The service of an opening, as it is open to its person today; None if it no longer is."""
        code = opening.registration.sector
        return queries.service_of(opening.user, code, on=timezone.localdate(self.at))

    def claims_of(self, opening: ServiceOpening) -> dict[str, Any]:
        """What the client of an opening is told of its person; a département, a pseudonym alone."""
        if opening.registration.departement_code:
            return {"sub": keys.subject_of(opening.user, service_code=opening.registration.sector)}
        service = self._service_of(opening)
        assert service is not None  # it was looked at when the code or the token was
        return claims_of(opening.user, service, on=timezone.localdate(self.at))


def metadata(issuer: str, addresses: dict[str, str]) -> dict[str, Any]:
    """What clients discover (OpenID Connect Discovery 1.0, section 3), with the addresses given."""
    return {
        "issuer": issuer,
        **addresses,
        "scopes_supported": [SCOPE],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": [keys.ALGORITHM],
        "token_endpoint_auth_methods_supported": [*AUTH_METHODS, KEY_METHOD],
        "token_endpoint_auth_signing_alg_values_supported": [ASSERTION_ALGORITHM],
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": [
            "sub",
            "iss",
            "aud",
            "exp",
            "iat",
            "auth_time",
            "nonce",
            "sid",
            *CLAIM_NAMES,
        ],
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "ui_locales_supported": ["fr"],
    }
