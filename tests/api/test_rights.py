"""Requests of rights through the API: a family asks, the worker answers, an agent decides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from billing.rights.models import Consent, RightsRequest
from billing.tariffs.models import HouseholdResources
from commons import outbox
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tests.factories.canteen import Family, make_family
from tests.factories.portal import account_of
from tests.factories.rights import NOW, begin, make_asking_family, make_source, prices, to_inspect
from tests.sources import sources_running

READ = "rightsRequest { id state way why quotient quotientMonth provider consentText { version text } }"
IDENTITY = {
    "birthName": "Diallo", "firstNames": ["Aminata"], "sex": "F", "birthDate": "1980-04-15",
    "birthCommune": "92050",
}  # fmt: skip


@pytest.fixture(scope="module")
def sources() -> Iterator[str]:
    with sources_running() as address:
        yield address


@pytest.fixture
def family(tenant_db: None, sources: str) -> Family:
    make_source(sources)
    return make_asking_family()


def act(api: Any, name: str, **given: Any) -> dict[str, Any]:
    kind = {
        "askRightsSource": "RightsRequest",
        "withdrawConsent": "RightsRequest",
        "chooseHighestPrice": "RightsRequest",
        "abandonRightsRequest": "RightsRequest",
        "takeRightsRequest": "RightsRequest",
        "releaseRightsRequest": "RightsRequest",
        "askRightsDocument": "RightsWords",
        "refuseRightsRequest": "RightsWords",
        "decideRightsRequest": "RightsFigures",
    }.get(name, name[0].upper() + name[1:])
    query = (
        f"mutation($input: {kind}Input!) {{ {name}(input: $input) "
        f"{{ {READ} errors {{ code path message }} }} }}"
    )
    return api.read(query, input=given)[name]


def agent() -> User:
    user = User.objects.create(email="agent@exemple.fr")
    StaffRole.objects.create(user=user, role=Role.INSTRUCTOR)
    return user


def test_a_family_reads_how_it_may_prove_its_means(api: Any, family: Family) -> None:
    assert api.refusals("{ rightsWays }") == ["SIGN_IN_REQUIRED"]
    api.sign_in(account_of(family))

    assert api.read("{ rightsWays }")["rightsWays"] == ["CAF_MSA", "DOCUMENT", "MAXIMUM"]


def test_a_family_asks_the_caf_and_reads_the_answer(api: Any, family: Family) -> None:
    api.sign_in(account_of(family))
    begun = act(api, "beginRightsRequest")["rightsRequest"]
    chosen = act(
        api, "chooseRightsSource", requestId=begun["id"], way="CAF_MSA", identity=IDENTITY
    )["rightsRequest"]
    assert chosen["consentText"]["version"] == "caf-2026-11"
    assert "quotient familial" in chosen["consentText"]["text"]

    asked = act(api, "giveConsent", requestId=begun["id"], version="caf-2026-11")
    assert asked["rightsRequest"]["state"] == "ASKING"
    outbox.deliver_pending(at=NOW())

    (found,) = api.read("{ rightsRequests { nodes { state quotient provider isAutomatic } } }")[
        "rightsRequests"
    ]["nodes"]
    assert found == {
        "state": "DECIDED", "quotient": 560, "provider": "CNAF", "isAutomatic": True,
    }  # fmt: skip


def test_a_bursary_is_asked_with_its_own_words(api: Any, family: Family) -> None:
    api.sign_in(account_of(family))
    begun = act(api, "beginRightsRequest")["rightsRequest"]
    children = [{"childId": str(family.pupil.public_id), "sex": "M"}]

    chosen = act(
        api, "chooseRightsSource", requestId=begun["id"], way="CAF_MSA", identity=IDENTITY,
        children=children,
    )["rightsRequest"]  # fmt: skip

    assert chosen["consentText"]["version"] == "caf-bourse-2026-11"
    assert "boursiers" in chosen["consentText"]["text"]


@pytest.mark.parametrize(
    ("name", "given", "code", "path"),
    [
        ("chooseRightsSource", {"way": "TAX"}, "RIGHTS_WAY_NOT_OFFERED", ["input", "way"]),
        (
            "chooseRightsSource",
            {"way": "CAF_MSA"},
            "RIGHTS_IDENTITY_INVALID",
            ["input", "identity"],
        ),
        (
            "chooseRightsSource",
            {"way": "CAF_MSA", "identity": IDENTITY | {"birthName": "Martin"}},
            "RIGHTS_IDENTITY_OF_ANOTHER",
            ["input", "identity"],
        ),
        ("giveConsent", {"version": "x"}, "RIGHTS_CONSENT_TEXT_CHANGED", ["input", "version"]),
        ("askRightsSource", {}, "RIGHTS_REQUEST_UNDER_WAY", []),
        ("withdrawConsent", {}, "RIGHTS_CONSENT_MISSING", []),
    ],
)
def test_what_is_refused_says_why_and_where(
    api: Any, family: Family, name: str, given: dict[str, Any], code: str, path: list[str]
) -> None:
    api.sign_in(account_of(family))
    request = begin(family)

    (error,) = act(api, name, requestId=str(request.public_id), **given)["errors"]

    assert (error["code"], error["path"]) == (code, path)
    assert not Consent.objects.exists()


def test_the_highest_price_is_chosen_and_a_request_given_up(api: Any, family: Family) -> None:
    api.sign_in(account_of(family))
    begun = act(api, "beginRightsRequest", clientMutationId="7")["rightsRequest"]
    gone = act(api, "abandonRightsRequest", requestId=begun["id"])
    assert gone["rightsRequest"]["state"] == "ABANDONED"

    again = act(api, "beginRightsRequest")["rightsRequest"]
    chosen = act(api, "chooseHighestPrice", requestId=again["id"])

    assert chosen["rightsRequest"]["state"] == "DECIDED"
    assert HouseholdResources.objects.get().choose_maximum


def test_another_family_finds_nothing(api: Any, family: Family) -> None:
    request = begin(family)
    api.sign_in(account_of(make_family()))

    gone = act(api, "abandonRightsRequest", requestId=str(request.public_id))
    read = api.ask("query($id: ID!) { rightsRequest(id: $id) { id } }", id=str(request.public_id))

    assert [error["code"] for error in gone["errors"]] == ["NOT_FOUND"]
    assert read["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert api.read("{ rightsRequests { nodes { id } } }")["rightsRequests"]["nodes"] == []


def test_an_agent_takes_and_decides(api: Any, family: Family) -> None:
    request = to_inspect(family)
    api.sign_in(agent())
    key = str(request.public_id)
    waiting = api.read("{ rightsRequests(state: TO_INSPECT) { nodes { id why dueAt } } }")
    assert [node["id"] for node in waiting["rightsRequests"]["nodes"]] == [key]

    act(api, "takeRightsRequest", requestId=key)
    done = act(
        api, "decideRightsRequest", requestId=key, proofKind="CAF_CERTIFICATE", basis="CAF_QF",
        quotient="1100",
    )  # fmt: skip

    assert (done["errors"], done["rightsRequest"]["state"]) == ([], "DECIDED")
    assert [cents for cents, _ in prices(family)][:2] == [595, 280]


def test_an_agent_asks_for_a_document_then_refuses(api: Any, family: Family) -> None:
    request = to_inspect(family)
    other = to_inspect(make_asking_family())
    api.sign_in(agent())

    asked = act(api, "askRightsDocument", requestId=str(request.public_id), words="La page 2.")
    refused = act(api, "refuseRightsRequest", requestId=str(other.public_id), words=" ")
    act(api, "takeRightsRequest", requestId=str(other.public_id))
    act(api, "releaseRightsRequest", requestId=str(other.public_id))
    act(api, "refuseRightsRequest", requestId=str(other.public_id), words="Cet avis a dix ans.")

    assert asked["rightsRequest"]["state"] == "TO_COMPLETE"
    assert refused["errors"][0]["path"] == ["input", "words"]
    assert RightsRequest.objects.get(pk=other.pk).answer == "Cet avis a dix ans."


def test_a_page_of_requests_costs_as_much_as_one(api: Any, family: Family, queries_of: Any) -> None:
    for _time in range(3):
        to_inspect(make_asking_family())
    api.sign_in(agent())
    api.read("{ departement { name } }")  # the host is known from now on

    with queries_of(
        "SELECT accounts_session+accounts_user", "SELECT accounts_staffrole",
        "SELECT rights_rightsrequest+people_household+people_guardian+tariffs_householdresources",
        "SELECT rights_consent",
    ):  # fmt: skip
        read = api.read("{ rightsRequests { nodes { id consentedAt consentText { version } } } }")

    assert len(read["rightsRequests"]["nodes"]) == 3
