"""API Impôt particulier of the DGFiP: the reference tax income and the parts of a year.

By its Swagger (docs/rights.md): OAuth2 client credentials with one scope per resource, a correlation
identifier on each call, the teleservice's own, and a vendor media type. The number of a person is in
the path; no log of ours writes addresses. Errors have no documented body: the status is gone by.
"""

from __future__ import annotations

import base64
import contextlib
import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.core.cache import cache

from billing.rights import credentials
from billing.rights.credentials import ImpotCredentials
from billing.rights.identity import CivilIdentity
from billing.rights.models import RightsSource
from billing.rights.outcomes import Outcome
from billing.rights.sources.answers import Answer, Endpoint, IncomeFacts, Witness
from billing.rights.sources.throttle import Throttle
from billing.rights.sources.wire import Question, Reply, exchanged, new_correlation
from commons import sealing
from commons.sealing import CannotUnseal

PATH = "/impotparticulier/{version}/spi/{spi}/situations/ir/assiettes/annrev/{year}"
MEDIA_TYPE = "application/prs.dgfip.part.situations.ir.assiettes.v1+json"
SCOPE = "RessourceIR"
VERSIONS = {Endpoint.INCOME: frozenset({"1.0"})}
# The notice on a year's income comes in the summer of the next: from this month on, all are there.
NOTICES_OUT = 9
HIGHEST_INCOME_EUROS = 100_000_000
_TOKEN_PURPOSE = "rights.impot-token"  # noqa: S105  what a token is sealed for
_TOKEN_MARGIN = 60
_PARIS = ZoneInfo("Europe/Paris")
_OK, _UNAUTHORIZED, _SERVER_ERROR = 200, 401, 500
_BY_STATUS = {
    400: Outcome.BAD_IDENTITY,
    401: Outcome.CREDENTIAL_REFUSED,
    403: Outcome.CREDENTIAL_REFUSED,
    404: Outcome.NOT_FOUND,
    406: Outcome.MISCONFIGURED,
    409: Outcome.UNAVAILABLE,
    429: Outcome.RATE_LIMITED,
}


def latest_income_year(at: datetime.datetime) -> int:
    """The year of incomes that everybody's latest notice is about."""
    today = at.astimezone(_PARIS).date()
    return today.year - (1 if today.month >= NOTICES_OUT else 2)


class ApiImpot:
    """What one département may ask there."""

    def __init__(
        self,
        keys: ImpotCredentials,
        *,
        base_url: str,
        versions: Mapping[str, str],
        throttle: Throttle,
    ) -> None:
        self._keys = keys
        self._base_url = base_url.rstrip("/")
        self._versions = versions
        self._throttle = throttle

    @classmethod
    def of(cls, source: RightsSource) -> Self:
        """With the keys and the settings of a source."""
        return cls(
            credentials.of_impot(source),
            base_url=source.base_url,
            versions=source.versions,
            throttle=Throttle(str(source.public_id)),
        )

    def offers(self, endpoint: Endpoint) -> bool:
        """Whether the source is set to answer this question."""
        return endpoint is Endpoint.INCOME and endpoint in self._versions

    def ask_income(self, tax_number: str, *, income_year: int) -> Answer:
        """The income and the parts of a year. In no transaction."""
        version = self._versions[Endpoint.INCOME]
        correlation = new_correlation()
        path = PATH.format(version=version, spi=tax_number, year=income_year)
        reply = self._with_token(path, str(correlation))
        facts = _income(reply.body, income_year) if reply.status == _OK else None
        outcome, code = outcome_of(reply, facts)
        if outcome is Outcome.CREDENTIAL_REFUSED:
            self._throttle.refused()
        return Answer(
            endpoint=Endpoint.INCOME,
            version=version,
            outcome=outcome,
            code=code,
            correlation_id=correlation,
            http_status=reply.status,
            attempts=reply.attempts,
            duration_ms=reply.duration_ms,
            facts=facts,
            witness=Witness(declarants=_declarants(reply.body)) if facts else Witness(),
        )

    def _with_token(self, path: str, correlation: str) -> Reply:
        """Ask with the token we have; once more with a new one, if that one is no longer good."""
        token = self._kept_token()
        if token:
            reply = self._ask(path, token, correlation)
            if reply.status != _UNAUTHORIZED:
                return reply
        given = self._new_token()
        if isinstance(given, Reply):
            return given
        return self._ask(path, given, correlation)

    def _ask(self, path: str, token: str, correlation: str) -> Reply:
        return exchanged(
            self._throttle,
            Question(
                url=self._base_url + path,
                headers={
                    "Authorization": f"Bearer {token}",
                    "Accept": MEDIA_TYPE,
                    "X-Correlation-ID": correlation,
                    "ID_Teleservice": self._keys.teleservice_id,
                },
            ),
        )

    def _new_token(self) -> str | Reply:
        """A token, kept until a minute before its end; or the reply that gave none."""
        pair = f"{self._keys.client_id}:{self._keys.client_secret}".encode()
        reply = exchanged(
            self._throttle,
            Question(
                url=f"{self._base_url}/token",
                headers={
                    "Authorization": f"Basic {base64.b64encode(pair).decode()}",
                    "Accept": "application/json",
                },
                form={"grant_type": "client_credentials", "scope": SCOPE},
            ),
        )
        said = reply.body if isinstance(reply.body, dict) else {}
        token, seconds = said.get("access_token"), said.get("expires_in")
        if reply.status == 400:
            return Reply(
                status=_UNAUTHORIZED, attempts=reply.attempts, duration_ms=reply.duration_ms
            )
        if reply.status != _OK or not isinstance(token, str) or not token:
            # An answer without a token must not pass for one about the person.
            return reply if reply.status != _OK else Reply(status=_OK, attempts=reply.attempts)
        if isinstance(seconds, int) and seconds > _TOKEN_MARGIN:
            kept = sealing.seal(token, purpose=_TOKEN_PURPOSE).hex()
            cache.set(self._token_key, kept, timeout=seconds - _TOKEN_MARGIN)
        return token

    def _kept_token(self) -> str:
        kept = cache.get(self._token_key)
        if isinstance(kept, str):
            with contextlib.suppress(CannotUnseal, ValueError):
                return sealing.unseal(bytes.fromhex(kept), purpose=_TOKEN_PURPOSE)
        return ""

    @property
    def _token_key(self) -> str:
        """Another client has another token: keys that change leave the old one behind."""
        return f"rights:{self._throttle.name}:token:{self._keys.client_id}"


def outcome_of(reply: Reply, facts: IncomeFacts | None) -> tuple[Outcome, str]:
    """What a reply means, and the code that says so (docs/rights.md has the table)."""
    if reply.status is None:
        is_paused = reply.failure in {"PAUSED", "BUCKET_EMPTY"}
        return (Outcome.RATE_LIMITED if is_paused else Outcome.UNAVAILABLE), reply.failure
    if reply.status == _OK:
        return (Outcome.FOUND, "") if facts else (Outcome.UNREADABLE, "UNREADABLE")
    if reply.status >= _SERVER_ERROR:
        return Outcome.UNAVAILABLE, str(reply.status)
    return _BY_STATUS.get(reply.status, Outcome.UNREADABLE), str(reply.status)


def _income(body: Any, income_year: int) -> IncomeFacts | None:
    """What is kept of a reply; None when it says no income, or no parts."""
    if not isinstance(body, dict):
        return None
    euros, parts = body.get("rfr"), body.get("nbPart")
    if isinstance(euros, bool) or not isinstance(euros, int):
        return None
    if isinstance(parts, bool) or not isinstance(parts, int | Decimal):
        return None
    if not 0 <= euros <= HIGHEST_INCOME_EUROS or not 1 <= parts <= 30:
        return None
    return IncomeFacts(
        reference_tax_income_cents=euros * 100, tax_parts=Decimal(parts), income_year=income_year
    )


def _declarants(body: Mapping[str, Any]) -> tuple[CivilIdentity, ...]:
    """The one or two people of the tax return, where the reply names them."""
    found = []
    for rank in (1, 2):
        names = {part: body.get(f"{part}Dec{rank}") for part in ("nmNai", "nmUsa", "prnm")}
        said = {part: name.strip() for part, name in names.items() if isinstance(name, str)}
        if said.get("nmNai") and said.get("prnm"):
            found.append(
                CivilIdentity(
                    birth_name=said["nmNai"],
                    usage_name=said.get("nmUsa", ""),
                    first_names=tuple(said["prnm"].split()) or ("",),
                    sex="",
                    birth_year=0,
                )
            )
    return tuple(found)
