"""The clients, question by question: what each reply means, and how often a source is asked."""

from __future__ import annotations

import dataclasses
import datetime
import logging
import time

import httpx
import pytest
from django.core.cache import cache

from billing.rights.outcomes import Outcome
from billing.rights.sources import api_impot, api_particulier, throttle, wire
from billing.rights.sources.answers import Endpoint, PupilIdentity
from billing.rights.sources.throttle import NotNow, Throttle, pause_asked
from billing.rights.sources.wire import Reply
from commons import http
from commons.identifiers import new_public_id
from tests.architecture.sources import in_folders, strings
from tests.sources import (
    AMINATA,
    EDITOR_TOKEN,
    TAX_NUMBER,
    TOKEN,
    born_in,
    impot,
    particulier,
    tax_number_for,
)

pytestmark = pytest.mark.usefixtures("tenant_db")
IBRAHIMA = dataclasses.replace(
    AMINATA, first_names=("Ibrahima",), sex="M", birth_year=2012, birth_month=5, birth_day=4
)


def test_a_quotient_is_asked_and_read(sources_address: str) -> None:
    answer = particulier(sources_address).ask_quotient(AMINATA)

    assert (answer.outcome, answer.http_status, answer.attempts) == (Outcome.FOUND, 200, 1)
    assert answer.facts is not None
    assert (answer.facts.euros, answer.facts.provider) == (560, "CNAF")
    assert answer.witness.child_birth_dates == {"2012-05-04"}


@pytest.mark.parametrize("version", ["v3", "v4"])
def test_a_bursary_is_asked_in_the_version_of_the_endpoint(
    sources_address: str, version: str
) -> None:
    client = particulier(sources_address, versions={"scolarites": version})

    answer = client.ask_bursary(PupilIdentity(civil=IBRAHIMA, uai="0920001A", school_year=2026))

    assert (answer.outcome, answer.version) == (Outcome.FOUND, version)
    assert (answer.facts.holds, answer.facts.level) == (True, 2)
    assert not client.offers(Endpoint.QUOTIENT)


def test_an_editors_token_goes_with_its_delegation(
    sources_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[httpx.QueryParams] = []
    request = http.request

    def watched(method: str, url: str, **options: object) -> httpx.Response:
        asked.append(options["params"])
        return request(method, url, **options)

    monkeypatch.setattr(wire.http, "request", watched)
    client = particulier(sources_address, token=EDITOR_TOKEN, delegation_id="d-1")

    assert client.ask_quotient(AMINATA).outcome == Outcome.FOUND
    assert asked[0]["delegation_id"] == "d-1"
    assert asked[0]["recipient"]


def test_a_token_for_another_body_is_refused(sources_address: str) -> None:
    client = particulier(sources_address, recipient_siret="13002526500013")

    assert client.ask_quotient(AMINATA).outcome == Outcome.CREDENTIAL_REFUSED


def test_an_income_is_asked_with_a_token_that_is_kept(sources_address: str) -> None:
    client = impot(sources_address)

    first = client.ask_income(TAX_NUMBER, income_year=2025)
    kept = cache.get(client._token_key)
    second = client.ask_income(TAX_NUMBER, income_year=2025)

    assert first.facts == second.facts
    assert first.facts.reference_tax_income_cents == 2_100_000
    assert str(first.facts.tax_parts) == "3.5"
    assert kept == cache.get(client._token_key)
    assert "Bearer" not in str(kept)


def test_a_token_that_is_no_longer_good_is_asked_anew_once(sources_address: str) -> None:
    from commons import sealing

    client = impot(sources_address)
    stale = sealing.seal("stale", purpose=api_impot._TOKEN_PURPOSE).hex()
    cache.set(client._token_key, stale, timeout=60)

    assert client.ask_income(TAX_NUMBER, income_year=2025).outcome == Outcome.FOUND


def test_a_client_that_is_refused_asks_no_more_for_a_while(sources_address: str) -> None:
    client = impot(sources_address, secret="wrong")

    assert client.ask_income(TAX_NUMBER, income_year=2025).outcome == Outcome.CREDENTIAL_REFUSED
    again = client.ask_income(TAX_NUMBER, income_year=2025)
    assert (again.outcome, again.code, again.attempts) == (Outcome.UNAVAILABLE, "CIRCUIT_OPEN", 0)


@pytest.mark.parametrize("status", [400, 403, 404, 429, 502, 504])
def test_each_refusal_of_the_tax_office_has_its_outcome(sources_address: str, status: int) -> None:
    answer = impot(sources_address).ask_income(tax_number_for(status), income_year=2025)

    assert answer.facts is None
    assert answer.outcome == api_impot._BY_STATUS.get(status, Outcome.UNAVAILABLE)


def test_the_years_notice_is_the_one_that_everybody_has() -> None:
    def year(day: str) -> int:
        return api_impot.latest_income_year(datetime.datetime.fromisoformat(f"{day}T12:00+00:00"))

    assert (year("2026-08-31"), year("2026-09-01"), year("2027-01-01")) == (2024, 2025, 2025)


@pytest.mark.parametrize(
    ("reply", "outcome", "code"),
    [
        (Reply(status=None, failure="TIMEOUT"), "UNAVAILABLE", "TIMEOUT"),
        (Reply(status=None, failure="PAUSED"), "RATE_LIMITED", "PAUSED"),
        (Reply(status=None, failure="CIRCUIT_OPEN"), "UNAVAILABLE", "CIRCUIT_OPEN"),
        (Reply(status=200, body=None), "UNREADABLE", "UNREADABLE"),
        (Reply(status=200, body={"data": {}}), "UNREADABLE", "UNREADABLE"),
        (Reply(status=302), "UNREADABLE", "302"),
        (Reply(status=404, body="Not Found"), "MISCONFIGURED", "404"),
        (Reply(status=404, body={"errors": [{"code": "23003"}]}), "NOT_FOUND", "23003"),
        (Reply(status=404, body={"errors": [{"code": "40003"}]}), "NOT_FOUND", "40003"),
        (Reply(status=422, body={"errors": [{"code": "00203"}]}), "MISCONFIGURED", "00203"),
        (Reply(status=422, body={"errors": [{"code": "00419"}]}), "MISCONFIGURED", "00419"),
        (Reply(status=422, body={"errors": [{"code": "00366"}]}), "BAD_IDENTITY", "00366"),
        (Reply(status=422, body={"errors": []}), "MISCONFIGURED", "422"),
        (Reply(status=401, body={"errors": [{"code": "00103"}]}), "CREDENTIAL_REFUSED", "00103"),
        (Reply(status=401, body=None), "CREDENTIAL_REFUSED", "401"),
        (Reply(status=504, body={"errors": [{"code": "37008"}]}), "UNAVAILABLE", "37008"),
        (Reply(status=503, body="<html>"), "UNAVAILABLE", "503"),
    ],
)
def test_the_table_of_docs_rights(reply: Reply, outcome: str, code: str) -> None:
    assert api_particulier.outcome_of(reply, None) == (outcome, code)


@pytest.mark.parametrize(
    "said",
    [
        None, [], {}, {"valeur": "12"}, {"valeur": -1}, {"valeur": True}, {"fournisseur": "EDF"},
        {"mois": 13}, {"annee": None},
    ],
)  # fmt: skip
def test_a_quotient_that_is_not_as_the_file_says_is_none(said: object) -> None:
    whole = {"fournisseur": "CNAF", "valeur": 0, "annee": 2026, "mois": 11}
    assert api_particulier._quotient(whole) is not None

    assert api_particulier._quotient(whole | said if isinstance(said, dict) and said else said) is (
        None
    )


# --- how often --------------------------------------------------------------------------------


@pytest.fixture
def bucket() -> Throttle:
    return Throttle(str(new_public_id()))


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"Retry-After": "7"}, 7),
        (429, {"Retry-After": "Sat, 28 Nov 2026 12:00:30 GMT"}, 30),
        (429, {"RateLimit-Reset": "1795867260"}, 60),
        (429, {}, 1),
        (429, {"Retry-After": "999999"}, 3600),
        (503, {"Retry-After": "5"}, 5),
        (503, {}, 0),
        (200, {"RateLimit-Remaining": "0", "RateLimit-Reset": "12"}, 12),
        (200, {"RateLimit-Remaining": "3", "RateLimit-Reset": "12"}, 0),
    ],
)
def test_what_a_reply_asks_to_wait(status: int, headers: dict[str, str], seconds: int) -> None:
    noon = int(datetime.datetime(2026, 11, 28, 12, tzinfo=datetime.UTC).timestamp())

    assert pause_asked(httpx.Headers(headers), status, now=noon) == seconds


def test_a_source_that_asks_for_a_pause_gets_one_from_every_worker(sources_address: str) -> None:
    shared = str(new_public_id())
    client = particulier(sources_address, throttle=Throttle(shared))
    assert client.ask_quotient(born_in("00429")).outcome == Outcome.RATE_LIMITED

    other_worker = particulier(sources_address, throttle=Throttle(shared))
    answer = other_worker.ask_quotient(AMINATA)

    assert (answer.outcome, answer.code, answer.attempts) == (Outcome.RATE_LIMITED, "PAUSED", 0)


def test_twenty_questions_a_second_and_no_more(
    bucket: Throttle, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[int] = []
    now = int(time.time())
    monkeypatch.setattr(throttle.time, "time", lambda: now + len(slept))
    monkeypatch.setattr(throttle.time, "sleep", slept.append)

    for _question in range(45):
        bucket.enter()

    assert slept == [1, 1]


def test_a_source_that_fails_is_left_alone_then_tried_once(bucket: Throttle) -> None:
    for _failure in range(throttle.FAILURES):
        bucket.enter()
        bucket.failed()
    with pytest.raises(NotNow, match="CIRCUIT_OPEN"):
        bucket.enter()

    cache.delete(bucket._key("open"))  # a minute later
    bucket.enter()
    with pytest.raises(NotNow):
        bucket.enter()  # while the first is trying

    bucket.succeeded()
    bucket.enter()
    bucket.enter()


def test_the_one_that_tries_and_fails_closes_it_again(bucket: Throttle) -> None:
    bucket.refused()
    cache.delete(bucket._key("open"))
    bucket.enter()
    bucket.failed()

    with pytest.raises(NotNow):
        bucket.enter()
    bucket.reset()
    bucket.enter()


@pytest.mark.parametrize(
    ("commune", "attempts"), [("00504", 3), ("00409", 3), ("00502", 1), ("00404", 1), ("00422", 1)]
)
def test_only_what_may_pass_is_asked_again(
    sources_address: str, commune: str, attempts: int
) -> None:
    assert particulier(sources_address).ask_quotient(born_in(commune)).attempts == attempts


def test_a_source_that_does_not_answer_in_time(
    sources_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "TIMEOUT_SECONDS", 0.2)

    answer = particulier(sources_address).ask_quotient(born_in("00598"))

    assert (answer.outcome, answer.code, answer.attempts) == (Outcome.UNAVAILABLE, "TIMEOUT", 3)


def test_a_source_that_is_not_there() -> None:
    answer = particulier("http://127.0.0.1:9").ask_quotient(AMINATA)

    assert (answer.outcome, answer.code) == (Outcome.UNAVAILABLE, "NETWORK")


# --- what is never asked, kept or logged --------------------------------------------------------


def test_what_the_habilitation_forbids_has_no_name_in_the_code() -> None:
    """DOMAIN §2.0: the canteen use case refuses RSA, AAH, CSS and the prime d'activité."""
    assert set(Endpoint) == {"quotient_familial", "scolarites", "situation_ir"}
    forbidden = (
        "revenu_solidarite", "allocation_", "complementaire_sante", "prime_activite", "/cnous",
        "participation_familiale", "france_travail", "statut_etudiant",
    )  # fmt: skip
    said = [
        text.lower()
        for source in in_folders("billing", "platform", "graphql/api")
        for text, _line in strings(source)
    ]

    assert [text for text in said for word in forbidden if word in text] == []


def test_no_log_line_says_who_is_asked_about(
    sources_address: str, caplog: pytest.LogCaptureFixture
) -> None:
    """httpx would write the whole address of each request."""
    from django.conf import settings

    for name, config in settings.LOGGING["loggers"].items():
        if name in {"httpx", "httpcore"}:
            logging.getLogger(name).setLevel(config["level"])
    with caplog.at_level(logging.DEBUG, logger="billing"):
        particulier(sources_address).ask_quotient(AMINATA)
        impot(sources_address).ask_income(TAX_NUMBER, income_year=2025)

    assert settings.LOGGING["loggers"]["httpx"] == {"level": "WARNING"}
    assert not any(word in caplog.text for word in ("Diallo", TAX_NUMBER, TOKEN))


def test_what_holds_an_identity_or_a_key_does_not_show_it() -> None:
    question = wire.Question(url=f"https://x/{TAX_NUMBER}", query=[("nomNaissance", "Diallo")])
    shown = f"{AMINATA!r} {question!r} {Reply(status=200, body={'rfr': 12345})!r}"

    assert not any(word in shown for word in ("Diallo", TAX_NUMBER, "12345"))
