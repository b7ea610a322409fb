"""Registrations for Pass+ by GraphQL: a parent begins, says and sends; an agent asks, then grants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from federation.passplus.registration_models import Registration
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tests.factories.passplus import AUTUMN, publish
from tests.factories.portal import account_of
from tests.factories.registrations import Kind, elsewhere, give

FIELDS = (
    "id state campaign childFirstName sentences answer asked documents { kind state } "
    "granted { formatted } isAutomatic"
)
INPUTS = {
    "beginPassRegistration": "BeginPassRegistrationInput",
    "tellPassSituation": "TellPassSituationInput",
    "grantPassRegistration": "GrantPassRegistrationInput",
    "askPassDocuments": "AskPassDocumentsInput",
}


@pytest.fixture(autouse=True)
def in_autumn() -> Iterator[None]:
    with time_machine.travel(AUTUMN, tick=False):
        yield


def act(api: Any, name: str, **given: Any) -> dict[str, Any]:
    kind = INPUTS.get(name, "PassRegistrationInput")
    query = (
        f"mutation($input: {kind}!) {{ {name}(input: $input) "
        f"{{ registration {{ {FIELDS} }} errors {{ code path }} }} }}"
    )
    return api.read(query, input=given)[name]


def test_a_parent_registers_and_an_agent_grants(api: Any, tenant_db: None) -> None:
    family, campaign = elsewhere(), publish()
    api.sign_in(account_of(family))
    offers = api.read("{ passOffers { campaignId childId mayBegin hasCard registrationId } }")
    (offer,) = offers["passOffers"]
    assert (offer["mayBegin"], offer["hasCard"], offer["registrationId"]) == (True, False, None)

    ids = {"campaignId": offer["campaignId"], "childId": offer["childId"]}
    begun = act(api, "beginPassRegistration", **ids)["registration"]
    wrong = act(api, "tellPassSituation", registrationId=begun["id"], homePostalCode="neuf")
    assert wrong["errors"] == [
        {"code": "PASSPLUS_ANSWER_INVALID", "path": ["input", "homePostalCode"]}
    ]
    act(api, "tellPassSituation", registrationId=begun["id"], homePostalCode="92000", bursary=True)
    sent = act(api, "submitPassRegistration", registrationId=begun["id"])["registration"]
    assert (sent["state"], sent["granted"]) == ("INCOMPLETE", None)
    found = Registration.objects.get()
    give(found, Kind.PHOTO)
    give(found, Kind.PROOF_OF_ADDRESS)

    staff = User.objects.create(email="agent@exemple.fr")
    StaffRole.objects.create(user=staff, role=Role.INSTRUCTOR)
    api.sign_in(staff)
    queue = api.read("{ passRegistrations(state: SUBMITTED) { edges { node { id } } } }")
    assert [edge["node"]["id"] for edge in queue["passRegistrations"]["edges"]] == [begun["id"]]
    granted = act(api, "grantPassRegistration", registrationId=begun["id"])["registration"]
    assert granted["state"] == "GRANTED"
    assert granted["granted"]["formatted"].replace("\xa0", " ") == "80,00 €"
    asked = act(
        api,
        "askPassDocuments",
        registrationId=begun["id"],
        kinds=["PHOTO"],
        words="Elle est floue.",
    )["registration"]

    assert (asked["state"], asked["asked"], asked["answer"]) == (
        "GRANTED",
        ["PHOTO"],
        "Elle est floue.",
    )
    assert found.campaign == campaign
