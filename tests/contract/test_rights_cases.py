"""Our client against DINUM's published test cases, replayed as their staging does.

They are the cases of the endpoints that the canteen's habilitation lets us ask; the others (RSA, AAH, CSS…)
have no client, and are counted here to say so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import stamina

from billing.rights.identity import CivilIdentity
from billing.rights.outcomes import Outcome
from billing.rights.sources.answers import Answer, PupilIdentity
from tests.sources import CASES, particulier, sources_running
from tools.standins.rights.people import Case, published

pytestmark = pytest.mark.usefixtures("tenant_db")
ALL = published(CASES) if CASES.is_dir() else []
OUTCOMES = {
    200: Outcome.FOUND,
    404: Outcome.NOT_FOUND,
    422: Outcome.BAD_IDENTITY,
    429: Outcome.RATE_LIMITED,
    502: Outcome.UNAVAILABLE,
    504: Outcome.UNAVAILABLE,
}


@pytest.fixture(scope="module")
def replay() -> Iterator[str]:
    stamina.set_testing(True, attempts=1)
    with sources_running("--cases", str(CASES)) as address:
        yield address
    stamina.set_testing(False)


def one(case: Case, name: str) -> str:
    (value,) = case.params.get(name, {""})
    return value


def number(case: Case, name: str) -> int | None:
    value = one(case, name)
    return int(value) if value else None


def identity(case: Case) -> CivilIdentity:
    """Whom a case is about; two of them say less than the file asks for."""
    prenoms = json.loads(case.payload).get("data", {})
    said = prenoms.get("allocataires") or [{}]
    written = case.params.get("prenoms[]", frozenset({"Jean"}))
    return CivilIdentity(
        birth_name=one(case, "nomNaissance"),
        first_names=tuple(sorted(written, key=str(said).find)),
        sex=one(case, "sexeEtatCivil") or one(case, "sexe"),
        birth_year=number(case, "anneeDateNaissance") or 1980,
        birth_month=number(case, "moisDateNaissance"),
        birth_day=number(case, "jourDateNaissance"),
        birth_country=one(case, "codeCogInseePaysNaissance") or "99100",
        birth_commune=one(case, "codeCogInseeCommuneNaissance"),
    )


def asked(case: Case, address: str) -> Answer:
    client = particulier(address, versions={case.endpoint: case.version})
    if case.endpoint == "quotient_familial":
        return client.ask_quotient(identity(case))
    uai, year = one(case, "codeEtablissement"), one(case, "anneeScolaire")
    return client.ask_bursary(PupilIdentity(civil=identity(case), uai=uai, school_year=int(year)))


def may_be_asked(case: Case) -> bool:
    """Whether our client can say what the case asks: not a month of the past, nor by a perimeter."""
    ours = {
        "nomNaissance", "nomUsage", "prenoms[]", "sexeEtatCivil", "anneeDateNaissance",
        "moisDateNaissance", "jourDateNaissance", "codeCogInseePaysNaissance",
        "codeCogInseeCommuneNaissance", "codeEtablissement", "anneeScolaire",
    }  # fmt: skip
    return set(case.params) <= ours


ASKED = [case for case in ALL if may_be_asked(case)]


@pytest.mark.parametrize("case", ASKED, ids=lambda case: case.name)
def test_a_published_case_has_its_outcome(replay: str, case: Case) -> None:
    answer = asked(case, replay)

    assert answer.http_status == case.status
    assert answer.outcome == OUTCOMES[case.status]
    if case.status != 200:
        assert answer.facts is None
        assert answer.code == json.loads(case.payload)["errors"][0]["code"]
        return
    data = json.loads(case.payload)["data"]
    if case.endpoint == "quotient_familial":
        said = data["quotient_familial"]
        found = (answer.facts.euros, answer.facts.year, answer.facts.month, answer.facts.provider)
        assert found == (said["valeur"], said["annee"], said["mois"], said["fournisseur"])
        dates = {child["date_naissance"] for child in data["enfants"]}
        assert answer.witness.child_birth_dates == dates
    else:
        assert answer.facts.holds == data["est_boursier"]
        assert answer.facts.level == data["echelon_bourse"]


@pytest.mark.skipif(not ALL, reason=f"{CASES} : absent")
def test_nearly_all_the_cases_of_our_endpoints_are_asked() -> None:
    left = {case.name.split("/")[1] for case in ALL if not may_be_asked(case)}

    # A month of the past, and one that misspells a parameter.
    assert left == {"200-couple-2_enfants-qf_msa_150_mai23.yaml", "504.yaml"}
    assert (len(ALL), len(ASKED)) == (68, 66)
    assert {case.status for case in ASKED} >= {200, 404, 429, 502, 504}
