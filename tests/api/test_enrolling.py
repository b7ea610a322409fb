"""The one mutation: it calls the operation, and answers refusals as data."""

from __future__ import annotations

import datetime

import pytest
import time_machine

from billing.canteen.models import Enrolment
from billing.tariffs.models import PriceDecision
from commons.models import AuditEntry
from tests.factories.canteen import make_family, open_canteen
from tests.factories.portal import account_of
from tests.factories.tariffs import make_resources, make_version

NOW = datetime.datetime(2024, 10, 8, 10, 0, tzinfo=datetime.UTC)
ENROL = """mutation($input: EnrolInCanteenInput!) { enrolInCanteen(input: $input) {
  enrolment { weekdays validFrom price { unit { cents } } } errors { code path message } } }"""


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def family(tenant_db):
    found = make_family()
    open_canteen(found.college)
    make_version("92")
    make_resources(found.household)
    return found


def enrol(api, family, **traits):
    given = {"childId": str(family.pupil.public_id), "weekdays": ["MONDAY", "THURSDAY"], **traits}
    return api.read(ENROL, input=given)["enrolInCanteen"]


def test_a_family_enrols_its_child_and_gets_the_price(api, family):
    user = account_of(family)
    api.sign_in(user)

    done = enrol(api, family)

    assert done["errors"] == []
    assert done["enrolment"]["weekdays"] == ["MONDAY", "THURSDAY"]
    assert done["enrolment"]["price"]["unit"] == {"cents": 300}
    enrolment = Enrolment.objects.get()
    assert (enrolment.state, enrolment.weekdays) == ("ACTIVE", 0b01001)
    assert PriceDecision.objects.get().unit_price_cents == 300
    entry = AuditEntry.objects.get(action="canteen.enrolment.created")
    assert (entry.actor_kind, entry.actor_id) == ("user", str(user.public_id))


def test_asking_again_is_refused_and_changes_nothing(api, family):
    api.sign_in(account_of(family))
    enrol(api, family)

    again = enrol(api, family)

    assert again["enrolment"] is None
    assert [(e["code"], e["path"]) for e in again["errors"]] == [
        ("CANTEEN_ALREADY_ENROLLED", ["input", "childId"])
    ]
    assert Enrolment.objects.count() == 1


@pytest.mark.parametrize(
    ("traits", "code", "path"),
    [
        ({"weekdays": []}, "CANTEEN_INVALID_WEEKDAYS", ["input", "weekdays"]),
        ({"startOn": "2024-10-08"}, "CANTEEN_INVALID_START", ["input", "startOn"]),
        ({"startOn": "9999-12-31"}, "CANTEEN_INVALID_START", ["input", "startOn"]),
        ({"startOn": "9999-01-01"}, "CANTEEN_INVALID_START", ["input", "startOn"]),
        ({"startOn": "0001-01-01"}, "CANTEEN_INVALID_START", ["input", "startOn"]),
        ({"startOn": "1900-01-01"}, "CANTEEN_INVALID_START", ["input", "startOn"]),
        ({"childId": "x"}, "NOT_FOUND", ["input", "childId"]),
    ],
)
def test_a_refusal_names_the_input_and_writes_nothing(api, family, traits, code, path):
    api.sign_in(account_of(family))

    done = enrol(api, family, **traits)

    assert [(e["code"], e["path"]) for e in done["errors"]] == [(code, path)]
    assert done["errors"][0]["message"].endswith(".")
    assert Enrolment.objects.count() == 0


def test_another_familys_child_does_not_exist(api, family):
    api.sign_in(account_of(make_family()))

    assert [error["code"] for error in enrol(api, family)["errors"]] == ["NOT_FOUND"]
    assert Enrolment.objects.count() == 0


def test_nobody_enrols_nobody(api, family):
    assert [error["code"] for error in enrol(api, family)["errors"]] == ["SIGN_IN_REQUIRED"]
    assert Enrolment.objects.count() == 0
