"""A draft of a schedule, tried on the pupils enrolled, through the API."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from billing.simulation.models import ScheduleDraft
from billing.simulation.operations import start_draft
from billing.tariffs.schedule_files import (
    SCHEDULES_FOLDER,
    load_schedule,
    published_schedule,
)
from billing.tariffs.schedule_texts import schedule_text
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tests.factories.canteen import make_college, make_enrolment, make_family
from tests.factories.tariffs import ACTOR, AT, make_resources, make_version

NOW = datetime.datetime(2024, 10, 2, 10, 0, tzinfo=datetime.UTC)
DRAFTS = "{ scheduleDrafts { id name revision state } }"
DRAFT = "query($id: ID!) { scheduleDraft(id: $id) { id text } }"
SIMULATION = """
query($id: ID!, $lastDay: Date!) {
  simulateTariff(draftId: $id, service: HALF_BOARD, firstDay: "2024-09-01", lastDay: $lastDay) {
    isIllustrative isWithheld unread
    budget { pupils meals familiesBefore { cents } familiesAfter { cents } departementAfter { cents } }
    total { losers winners unchanged meanRise { cents } sharedRise { formatted } }
    byBand { name pupils breakdown { losers } }
    byCollege { name pupils }
    byLevel { name pupils }
    distribution { name pupils }
    profiles { name before { cents } after { cents } change { cents } atLeast }
  }
}
"""


@pytest.fixture(autouse=True)
def october() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def agent(role: Role) -> User:
    user = User.objects.create(email=f"{role.value.lower()}@exemple.fr")
    StaffRole.objects.create(user=user, role=role)
    return user


def dearer() -> ScheduleDraft:
    text = schedule_text(published_schedule("92")).replace("max: 7.00", "max: 7.50")
    return start_draft(name="Plus cher", text=text, actor=ACTOR, at=AT)


def asked(draft: ScheduleDraft, last_day: str = "2025-08-31") -> dict[str, Any]:
    return {"id": str(draft.public_id), "lastDay": last_day}


def test_an_agent_reads_drafts_and_tries_one(api):
    make_version()
    college = make_college(name="Collège Curie")
    for rank in range(27):
        family = make_family(college=college)
        make_enrolment(family)
        if rank < 15:
            make_resources(family.household, quotient_familial=600)
    draft = dearer()
    api.sign_in(agent(Role.ADMINISTRATOR))

    listed = api.read(DRAFTS)["scheduleDrafts"]
    assert listed == [
        {"id": str(draft.public_id), "name": "Plus cher", "revision": 1, "state": "OPEN"}
    ]
    assert api.read(DRAFT, id=str(draft.public_id))["scheduleDraft"]["text"] == draft.text
    told = api.read(SIMULATION, **asked(draft))["simulateTariff"]
    assert (told["isIllustrative"], told["isWithheld"], told["unread"]) == (True, False, 0)
    assert told["budget"]["pupils"] == 27
    assert told["budget"]["departementAfter"] is None
    meals = told["budget"]["meals"] // 27
    more = told["budget"]["familiesAfter"]["cents"] - told["budget"]["familiesBefore"]["cents"]
    assert more == 12 * meals * 50
    assert told["total"] == {
        "losers": 12,
        "winners": 0,
        "unchanged": 15,
        "meanRise": {"cents": 50},
        "sharedRise": {"formatted": "0,50\u00a0€"},
    }
    assert [group["pupils"] for group in told["byBand"]] == [15, 12]
    assert told["byCollege"] == [{"name": "Collège Curie", "pupils": 27}]
    assert [change["pupils"] for change in told["distribution"]] == [15, 12]
    (profile,) = told["profiles"]
    assert profile == {
        "name": "Sans pièce",
        "before": {"cents": 700},
        "after": {"cents": 750},
        "change": {"cents": 50},
        "atLeast": 11,
    }


def test_days_out_of_order_and_a_text_that_cannot_be_applied_are_refused(api):
    make_version()
    draft = dearer()
    broken = start_draft(name="Rien", text="format: 1", actor=ACTOR, at=AT)
    api.sign_in(agent(Role.ADMINISTRATOR))

    assert api.refusals(SIMULATION, **asked(draft, "2024-08-31")) == ["SIMULATION_PERIOD_UNFIT"]
    assert api.refusals(SIMULATION, **asked(broken)) == ["TARIFF_DEFINITION_INVALID"]


@pytest.mark.parametrize("role", [Role.READER, Role.REGISSEUR, Role.INSTRUCTOR])
def test_who_does_not_manage_tariffs_tries_none(api, role):
    draft = dearer()
    api.sign_in(agent(role))

    assert api.refusals(DRAFTS) == ["FORBIDDEN"]
    assert api.refusals(DRAFT, id=str(draft.public_id)) == ["FORBIDDEN"]
    assert api.refusals(SIMULATION, **asked(draft)) == ["FORBIDDEN"]


START = """
mutation($name: String!, $text: String, $version: ID) {
  startScheduleDraft(input: {name: $name, text: $text, versionId: $version}) {
    draft { id text revision } errors { code }
  }
}
"""
SAVE = """
mutation($id: ID!, $revision: Int!, $text: String!) {
  saveScheduleDraft(input: {draftId: $id, revision: $revision, name: "Essai", text: $text}) {
    draft { revision } errors { code }
  }
}
"""
PROPOSE = """
mutation($id: ID!, $atLeast: Cents!) {
  proposeTariff(input: {
    draftId: $id, service: HALF_BOARD, firstDay: "2024-09-01", lastDay: "2025-08-31",
    quotientsAlike: true, familiesAtLeast: $atLeast, highest: 700
  }) {
    draft { name text } prices { cents } losers isBest
    familiesBefore { cents } familiesAfter { cents } errors { code message }
  }
}
"""


def test_a_draft_is_started_and_saved_by_who_read_it(api):
    version = make_version()
    api.sign_in(agent(Role.ADMINISTRATOR))

    begun = api.read(START, name="Essai", version=str(version.public_id))["startScheduleDraft"]
    nothing = api.read(START, name="Essai")["startScheduleDraft"]
    sent = {"id": begun["draft"]["id"], "revision": 1}
    saved = api.read(SAVE, **sent, text="format: 1")["saveScheduleDraft"]
    late = api.read(SAVE, **sent, text="format: 2")["saveScheduleDraft"]

    assert "max: 7.00" in begun["draft"]["text"]
    assert [one["code"] for one in nothing["errors"]] == ["SCHEDULE_DRAFT_UNFIT"]
    assert saved == {"draft": {"revision": 2}, "errors": []}
    assert [one["code"] for one in late["errors"]] == ["SCHEDULE_DRAFT_CHANGED"]
    assert ScheduleDraft.objects.get().text == "format: 1\n"


def test_prices_are_proposed_and_make_a_draft(api):
    make_version()
    college = make_college()
    for _rank in range(13):
        family = make_family(college=college)
        make_enrolment(family)
        make_resources(family.household, quotient_familial=600)
    grid = schedule_text(load_schedule(SCHEDULES_FOLDER / "94-2025.yaml"))
    draft = start_draft(name="Grille", text=grid, actor=ACTOR, at=AT)
    api.sign_in(agent(Role.ADMINISTRATOR))

    today = api.read(PROPOSE, id=str(draft.public_id), atLeast=1)["proposeTariff"]
    more = today["familiesBefore"]["cents"] + 1
    dearer_by_one = api.read(PROPOSE, id=str(draft.public_id), atLeast=more)["proposeTariff"]
    never = api.read(PROPOSE, id=str(draft.public_id), atLeast=10**9)["proposeTariff"]

    assert (today["losers"], today["isBest"], today["errors"]) == (0, True, [])
    assert len(today["prices"]) == 10
    assert dearer_by_one["losers"] == 13
    assert dearer_by_one["familiesAfter"]["cents"] >= more
    assert dearer_by_one["draft"]["name"] == "Grille, prix proposés"
    assert [one["code"] for one in never["errors"]] == ["TARIFF_NO_SUCH_GRID"]
    assert ScheduleDraft.objects.count() == 3
