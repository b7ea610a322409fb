"""API Particulier of the DINUM: the quotient of the CAF or the MSA, and a pupil's bursary.

https://particulier.api.gouv.fr, by its OpenAPI file (docs/rights.md). The version of each endpoint is
the source's own setting: v3 and v4 live side by side there. The five characters of an error's code are
what to go by; the HTTP status is looked at when there are none.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self
from zoneinfo import ZoneInfo

from billing.rights import credentials
from billing.rights.credentials import ParticulierCredentials
from billing.rights.identity import CivilIdentity
from billing.rights.models import RightsSource
from billing.rights.outcomes import Outcome
from billing.rights.sources.answers import (
    Answer,
    BursaryFacts,
    Endpoint,
    Facts,
    PupilIdentity,
    QuotientFacts,
    Witness,
)
from billing.rights.sources.throttle import Throttle
from billing.rights.sources.wire import Question, Reply, exchanged, new_correlation

BASE_URL = "https://particulier.api.gouv.fr"
PATHS = {
    Endpoint.QUOTIENT: "/{version}/dss/quotient_familial/identite",
    Endpoint.SCHOOLING: "/{version}/men/scolarites/identite",
}
VERSIONS = {Endpoint.QUOTIENT: frozenset({"v3"}), Endpoint.SCHOOLING: frozenset({"v3", "v4"})}
PROVIDERS = frozenset({"CNAF", "MSA"})
# The ministry empties its register of bursaries every August: before this day "no" is "not yet known".
BURSARIES_KNOWN = (10, 15)
_PARIS = ZoneInfo("Europe/Paris")

_BY_CODE = {
    "00100": Outcome.CREDENTIAL_REFUSED,
    "00101": Outcome.CREDENTIAL_REFUSED,
    "00103": Outcome.CREDENTIAL_REFUSED,
    "00105": Outcome.CREDENTIAL_REFUSED,
    "00015": Outcome.UNAVAILABLE,
    "00203": Outcome.MISCONFIGURED,
    "00366": Outcome.BAD_IDENTITY,
    "00419": Outcome.MISCONFIGURED,
    "00429": Outcome.RATE_LIMITED,
    "00501": Outcome.UNAVAILABLE,
    "10003": Outcome.NOT_FOUND,
    "23003": Outcome.NOT_FOUND,
    "30003": Outcome.NOT_FOUND,
    "35003": Outcome.NOT_FOUND,
    "37003": Outcome.NOT_FOUND,
}
_BY_STATUS = {
    400: Outcome.MISCONFIGURED,
    401: Outcome.CREDENTIAL_REFUSED,
    403: Outcome.CREDENTIAL_REFUSED,
    409: Outcome.UNAVAILABLE,
    422: Outcome.MISCONFIGURED,
    429: Outcome.RATE_LIMITED,
}
_NOT_FOUND, _OK, _SERVER_ERROR = 404, 200, 500


class ApiParticulier:
    """What one département may ask there."""

    def __init__(
        self,
        keys: ParticulierCredentials,
        *,
        base_url: str,
        recipient_siret: str,
        versions: Mapping[str, str],
        throttle: Throttle,
    ) -> None:
        self._keys = keys
        self._base_url = base_url.rstrip("/")
        self._recipient = recipient_siret
        self._versions = versions
        self._throttle = throttle

    @classmethod
    def of(cls, source: RightsSource) -> Self:
        """With the keys and the settings of a source."""
        return cls(
            credentials.of_particulier(source),
            base_url=source.base_url,
            recipient_siret=source.recipient_siret,
            versions=source.versions,
            throttle=Throttle(str(source.public_id)),
        )

    def offers(self, endpoint: Endpoint) -> bool:
        """Whether the source is set to answer this question."""
        return endpoint in PATHS and endpoint in self._versions

    def ask_quotient(self, identity: CivilIdentity) -> Answer:
        """The quotient in force of an allocataire. In no transaction."""
        query = [*_who(identity), ("codeCogInseePaysNaissance", identity.birth_country)]
        if identity.birth_commune:
            query.append(("codeCogInseeCommuneNaissance", identity.birth_commune))
        elif identity.birth_commune_name:
            query += [
                ("nomCommuneNaissance", identity.birth_commune_name),
                ("codeCogInseeDepartementNaissance", identity.birth_departement),
            ]
        return self._asked(Endpoint.QUOTIENT, query)

    def ask_bursary(self, pupil: PupilIdentity) -> Answer:
        """Whether a pupil holds a bursary, by their collège and school year. In no transaction."""
        query = [
            *_who(pupil.civil),
            ("codeEtablissement", pupil.uai),
            ("anneeScolaire", str(pupil.school_year)),
        ]
        return self._asked(Endpoint.SCHOOLING, query)

    def _asked(self, endpoint: Endpoint, query: list[tuple[str, str | int]]) -> Answer:
        version = self._versions[endpoint]
        correlation = new_correlation()
        ours: list[tuple[str, str | int]] = [("recipient", self._recipient)]
        if self._keys.delegation_id:
            ours.append(("delegation_id", self._keys.delegation_id))
        reply = exchanged(
            self._throttle,
            Question(
                url=self._base_url + PATHS[endpoint].format(version=version),
                query=[*ours, *query],
                headers={
                    "Authorization": f"Bearer {self._keys.token}",
                    "Accept": "application/json",
                    "X-Request-Id": str(correlation),
                },
            ),
        )
        if reply.status in {401, 403}:
            self._throttle.refused()
        facts = _facts(endpoint, reply) if reply.status == _OK else None
        outcome, code = outcome_of(reply, facts)
        return Answer(
            endpoint=endpoint,
            version=version,
            outcome=outcome,
            code=code,
            correlation_id=correlation,
            http_status=reply.status,
            attempts=reply.attempts,
            duration_ms=reply.duration_ms,
            facts=facts,
            witness=Witness(_child_birth_dates(reply)) if facts else Witness(),
        )


def outcome_of(reply: Reply, facts: Facts | None) -> tuple[Outcome, str]:
    """What a reply means, and the code that says so (docs/rights.md has the table)."""
    if reply.status is None:
        is_paused = reply.failure in {"PAUSED", "BUCKET_EMPTY"}
        return (Outcome.RATE_LIMITED if is_paused else Outcome.UNAVAILABLE), reply.failure
    if reply.status == _OK:
        return (Outcome.FOUND, "") if facts else (Outcome.UNREADABLE, "UNREADABLE")
    code = reply.error_code
    shown = code or str(reply.status)
    if reply.status >= _SERVER_ERROR:
        return Outcome.UNAVAILABLE, shown
    if reply.status == _NOT_FOUND:
        # One without the envelope is a wrong address, not a family that is not there.
        is_file = code.endswith("003") and _BY_CODE.get(code, Outcome.NOT_FOUND) == (
            Outcome.NOT_FOUND
        )
        return (Outcome.NOT_FOUND if is_file else Outcome.MISCONFIGURED), shown
    if code in _BY_CODE:
        return _BY_CODE[code], shown
    return _BY_STATUS.get(reply.status, Outcome.UNREADABLE), shown


def bursary_is_known(at: datetime.datetime, *, school_year: int) -> bool:
    """Whether "no bursary" is an answer by now, for a school year that begins in that year."""
    return at.astimezone(_PARIS).date() >= datetime.date(school_year, *BURSARIES_KNOWN)


def _who(identity: CivilIdentity) -> list[tuple[str, str | int]]:
    query: list[tuple[str, str | int]] = [("nomNaissance", identity.birth_name)]
    if identity.usage_name:
        query.append(("nomUsage", identity.usage_name))
    query += [("prenoms[]", first_name) for first_name in identity.first_names]
    query += [("sexeEtatCivil", identity.sex), ("anneeDateNaissance", identity.birth_year)]
    if identity.birth_month is not None:
        query.append(("moisDateNaissance", identity.birth_month))
    if identity.birth_day is not None:
        query.append(("jourDateNaissance", identity.birth_day))
    return query


def _data(reply: Reply) -> Mapping[str, Any]:
    found = reply.body.get("data") if isinstance(reply.body, dict) else None
    return found if isinstance(found, dict) else {}


def _facts(endpoint: Endpoint, reply: Reply) -> Facts | None:
    """What is kept of a reply; None when it does not say it as the OpenAPI file does."""
    if endpoint is Endpoint.QUOTIENT:
        return _quotient(_data(reply).get("quotient_familial"))
    return _bursary(_data(reply))


def _is_number(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _quotient(said: Any) -> QuotientFacts | None:
    if not isinstance(said, dict) or said.get("fournisseur") not in PROVIDERS:
        return None
    if not (
        _is_number(said.get("valeur"), 0, 9_999_999)
        and _is_number(said.get("annee"), 2000, 2100)
        and _is_number(said.get("mois"), 1, 12)
    ):
        return None
    return QuotientFacts(
        euros=said["valeur"], year=said["annee"], month=said["mois"], provider=said["fournisseur"]
    )


def _bursary(said: Mapping[str, Any]) -> BursaryFacts | None:
    if "est_boursier" not in said:
        return None
    holds, level = said["est_boursier"], said.get("echelon_bourse")
    if not (holds is None or isinstance(holds, bool)):
        return None
    if isinstance(level, str) and level.isascii() and level.isdecimal():
        level = int(level)
    if level is not None and not _is_number(level, 1, 6):
        return None
    return BursaryFacts(holds=holds, level=level if holds else None)


def _child_birth_dates(reply: Reply) -> frozenset[str]:
    """Birth dates of the children of the file, where the habilitation lets them through."""
    children = _data(reply).get("enfants")
    if not isinstance(children, list):
        return frozenset()
    dates = [child.get("date_naissance") for child in children if isinstance(child, dict)]
    return frozenset(date for date in dates if isinstance(date, str))
