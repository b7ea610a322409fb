"""Our clients against the real OpenAPI files, served and checked by Prism, which others wrote."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import stamina
from django.core.cache import cache

from billing.rights.outcomes import Outcome
from billing.rights.sources import api_impot, wire
from billing.rights.sources.answers import PupilIdentity
from commons import http, sealing
from tests.peers.prism_here import impot_file, particulier_file, prism_serving
from tests.peers.starting import Absent
from tests.sources import AMINATA, SPECS, TAX_NUMBER, impot, particulier

pytestmark = pytest.mark.usefixtures("tenant_db")
IBRAHIMA = dataclasses.replace(AMINATA, sex="M", birth_year=2012, birth_month=5, birth_day=4)
PUPIL = PupilIdentity(civil=IBRAHIMA, uai="0920001A", school_year=2026)
Prefer = Callable[[str], None]


def _served(name: str, make: Callable[..., dict[str, Any]]) -> Iterator[str]:
    if not SPECS.is_dir():
        pytest.skip(f"{SPECS} : absent")
    try:
        with prism_serving(name, make(SPECS)) as address:
            yield address
    except Absent as absent:
        pytest.skip(f"Prism : {absent}")


@pytest.fixture(scope="module")
def prism() -> Iterator[str]:
    yield from _served("particulier", particulier_file)


@pytest.fixture(scope="module")
def prism_of_taxes() -> Iterator[str]:
    yield from _served("impot", impot_file)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[httpx.Response]:
    """What was asked and answered, as it went over the wire."""
    stamina.set_testing(True, attempts=1)
    seen: list[httpx.Response] = []
    request = http.request

    def watched(method: str, url: str, **options: Any) -> httpx.Response:
        seen.append(request(method, url, **options))
        return seen[-1]

    monkeypatch.setattr(wire.http, "request", watched)
    yield seen
    stamina.set_testing(False)


@pytest.fixture
def prefer(monkeypatch: pytest.MonkeyPatch, asked: list[httpx.Response]) -> Prefer:
    """Have the peer answer an example of its file."""
    request = wire.http.request

    def want(example: str) -> None:
        def wanting(method: str, url: str, **options: Any) -> httpx.Response:
            headers = options.pop("headers") | {"Prefer": example}
            return request(method, url, headers=headers, **options)

        monkeypatch.setattr(wire.http, "request", wanting)

    return want


def test_the_question_of_a_quotient_is_as_the_file_has_it(
    prism: str, asked: list[httpx.Response]
) -> None:
    answer = particulier(prism).ask_quotient(AMINATA)

    (response,) = asked
    assert response.status_code == 200, response.text
    assert answer.outcome == Outcome.FOUND
    assert answer.facts is not None
    assert response.request.url.params.get_list("prenoms[]") == ["Aminata"]


def test_a_birth_place_may_be_a_name(prism: str, asked: list[httpx.Response]) -> None:
    named = dataclasses.replace(
        AMINATA, birth_commune="", birth_commune_name="Nanterre", birth_departement="92"
    )

    assert particulier(prism).ask_quotient(named).outcome == Outcome.FOUND
    assert asked[0].request.url.params["codeCogInseeDepartementNaissance"] == "92"


@pytest.mark.parametrize("version", ["v3", "v4"])
def test_the_question_of_a_bursary_is_as_the_file_has_it(
    prism: str, asked: list[httpx.Response], version: str
) -> None:
    answer = particulier(prism, versions={"scolarites": version}).ask_bursary(PUPIL)

    assert asked[0].status_code == 200, asked[0].text
    assert answer.outcome == Outcome.FOUND


def test_the_peer_refuses_what_is_not_as_the_file_has_it(
    prism: str, asked: list[httpx.Response]
) -> None:
    """Else what it accepts would prove nothing."""
    odd = dataclasses.replace(AMINATA, sex="X")
    outcome = particulier(prism).ask_quotient(odd).outcome
    url = asked[0].request.url
    known = {"Authorization": "Bearer x"}

    statuses = [
        asked[0].status_code,
        httpx.get(url).status_code,
        httpx.get(url, headers={"X-Api-Key": "x"}).status_code,
        httpx.get(url.copy_remove_param("recipient"), headers=known).status_code,
    ]

    assert statuses == [422, 401, 401, 422]
    assert outcome != Outcome.FOUND


@pytest.mark.parametrize(
    ("example", "outcome"),
    [
        ("code=401, example=invalid_token_error", "CREDENTIAL_REFUSED"),
        ("code=401, example=expired_token_error", "CREDENTIAL_REFUSED"),
        ("code=403, example=insufficient_privileges_error", "CREDENTIAL_REFUSED"),
        ("code=404, example=dossier_allocataire_absent_msa_10003", "NOT_FOUND"),
        ("code=404, example=dossier_allocataire_absent_cnaf_23003", "NOT_FOUND"),
        ("code=404, example=allocataire_non_reference_35003", "NOT_FOUND"),
        ("code=409, example=conflict_error", "UNAVAILABLE"),
        ("code=422, example=entite_non_traitable_00366", "BAD_IDENTITY"),
        ("code=422, example=missing_mandatory_params_recipient_error", "MISCONFIGURED"),
        ("code=429", "RATE_LIMITED"),
        ("code=502, example=provider_unknown_error", "UNAVAILABLE"),
        ("code=504, example=timeout_error", "UNAVAILABLE"),
        ("code=504, example=provider_unavailable_error", "UNAVAILABLE"),
        ("code=504, example=network_error", "UNAVAILABLE"),
        ("code=504, example=dns_resolution_error", "UNAVAILABLE"),
        ("code=504, example=provider_error", "UNAVAILABLE"),
    ],
)
def test_every_failure_of_the_file_has_its_outcome(
    prism: str, prefer: Prefer, example: str, outcome: str
) -> None:
    prefer(example)

    answer = particulier(prism).ask_quotient(AMINATA)

    assert (answer.outcome, answer.facts) == (outcome, None)
    assert answer.http_status == int(example[5:8])


@pytest.mark.parametrize(
    ("example", "outcome"),
    [
        ("code=404, example=entite_non_trouvee_30003", "NOT_FOUND"),
        (
            "code=422, example=unprocessable_content_error_code_etablissement_et_perimetre_error",
            "MISCONFIGURED",
        ),
        ("code=504, example=timeout_error", "UNAVAILABLE"),
    ],
)
def test_every_failure_of_a_bursary_has_its_outcome(
    prism: str, prefer: Prefer, example: str, outcome: str
) -> None:
    prefer(example)

    assert particulier(prism).ask_bursary(PUPIL).outcome == outcome


def test_the_question_of_an_income_is_as_the_file_has_it(
    prism_of_taxes: str, asked: list[httpx.Response]
) -> None:
    client = impot(prism_of_taxes)
    kept = sealing.seal("a-token", purpose=api_impot._TOKEN_PURPOSE).hex()
    cache.set(client._token_key, kept, timeout=60)

    client.ask_income(TAX_NUMBER, income_year=2025)

    (response,) = asked
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"].startswith(api_impot.MEDIA_TYPE)


@pytest.mark.parametrize(("code", "outcome"), [(400, "BAD_IDENTITY"), (403, "CREDENTIAL_REFUSED")])
def test_each_failure_of_the_tax_office_has_its_outcome(
    prism_of_taxes: str, prefer: Prefer, code: int, outcome: str
) -> None:
    client = impot(prism_of_taxes)
    kept = sealing.seal("a-token", purpose=api_impot._TOKEN_PURPOSE).hex()
    cache.set(client._token_key, kept, timeout=60)
    prefer(f"code={code}")

    answer = client.ask_income(TAX_NUMBER, income_year=2025)

    assert (answer.http_status, answer.outcome) == (code, outcome)
