"""Usages through the API: the console's figures, for the same people."""

from __future__ import annotations

import datetime

import pytest
import time_machine

from federation.usage.models import Audience, Kind, Potential, Window
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tests.factories.canteen import make_college, make_family
from tests.factories.portal import account_of
from tests.factories.usage import paris

OCTOBER = datetime.date(2024, 10, 1)
ASKED = """query ($college: String, $profile: UsageProfile) {
  usage(window: MONTH, college: $college, profile: $profile) {
    spans { startsOn isExample isPartial figure { visitors visits people adoptionPerMille }
            byProfile { profile figure { visitors } } }
    colleges { uai name figure { visitors } }
    services { kind code name figure { visits } }
    activation { accounts people }
  }
}"""


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(paris(28, 10), tick=False):
        yield


@pytest.fixture
def counted(tenant_db):
    for uai, name, visitors in (
        ("0920001A", "Collège Anatole", 8),
        ("0920002B", "Collège Barbara", 5),
    ):
        make_college(uai=uai, name=name)
        traits = {"window": Window.MONTH, "starts_on": OCTOBER, "college_uai": uai}
        traits |= {"profile": "PARENT", "visitors": visitors, "visits": 3 * visitors}
        Audience.objects.create(**traits)
        Audience.objects.create(kind=Kind.THIRD_PARTY, service_code="presse", **traits)
        Potential.objects.create(
            month=OCTOBER, college_uai=uai, profile="PARENT", people=20, accounts=visitors - 2
        )


def agent(role: Role, uai: str = "") -> User:
    user = User.objects.create(email=f"{role.value.lower()}@exemple.fr")
    StaffRole.objects.create(user=user, role=role, college_uai=uai)
    return user


def test_an_agent_reads_what_the_console_tells(api, counted):
    usage = api.sign_in(agent(Role.READER)).read(ASKED)["usage"]

    (span,) = usage["spans"]
    assert span["startsOn"] == "2024-10-01"
    assert span["figure"] == {
        "visitors": 13, "visits": 39, "people": 40, "adoptionPerMille": 325,
    }  # fmt: skip
    assert {"profile": "PARENT", "figure": {"visitors": 13}} in span["byProfile"]
    assert [(one["uai"], one["figure"]["visitors"]) for one in usage["colleges"]] == [
        ("0920001A", 8), ("0920002B", 5),
    ]  # fmt: skip
    assert usage["services"] == [
        {
            "kind": "TIERS",
            "code": "presse",
            "name": "La presse des collégiens",
            "figure": {"visits": 39},
        }
    ]


def test_a_secretary_reads_their_college_and_not_too_few_accounts(api, counted):
    api.sign_in(agent(Role.COLLEGE_SECRETARY, "0920002B"))

    usage = api.read(ASKED, profile="PARENT")["usage"]

    assert [one["name"] for one in usage["colleges"]] == ["Collège Barbara"]
    assert usage["spans"][0]["figure"]["visitors"] == 5
    assert usage["activation"] == {"accounts": None, "people": 20}
    assert api.refusals(ASKED, college="0920001A") == ["NOT_FOUND"]


def test_families_and_strangers_read_nothing(api, counted):
    assert api.refusals(ASKED) == ["SIGN_IN_REQUIRED"]
    assert api.sign_in(account_of(make_family())).refusals(ASKED) == ["NOT_FOUND"]


def test_nothing_counted_is_empty_lists(api, tenant_db):
    usage = api.sign_in(agent(Role.READER)).read(ASKED)["usage"]

    assert usage == {"spans": [], "colleges": [], "services": [], "activation": None}
