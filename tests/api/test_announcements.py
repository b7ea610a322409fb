"""Announcements by the graph: one reads and acknowledges one's own, and chooses how to be told."""

from __future__ import annotations

import pytest
import time_machine

from tenants.people.models import Guardianship
from tenants.schoollife.announcements import operations, queries
from tenants.schoollife.announcements.models import PushSubscription, Receipt
from tests.factories.announcements import AT, DAY, family_in, make_class, published
from tests.factories.canteen import make_college
from tests.factories.push import browser
from tests.factories.tariffs import ACTOR

READ = "query($id: ID!) { announcement(id: $id) { title body isAwaited readAt saidBy } }"
LIST = "{ announcements { title isAwaited isRunning documents { name } withdrawnAt body } }"
ACKNOWLEDGE = """mutation($id: ID!) { acknowledgeAnnouncement(input: {announcementId: $id}) {
    announcement { isAwaited acknowledgedAt } errors { code path } } }"""
MARK = """mutation($id: ID!) { markAnnouncementRead(input: {announcementId: $id}) {
    announcement { readAt } errors { code } } }"""
CHOOSE = """mutation($from: Int!) { setNotificationPreferences(input: {mode: DIGEST, quietFrom: $from,
    quietUntil: 7, isQuietAtWeekends: true}) { preferences { mode quietFrom } errors { code path } } }"""
ADD = """mutation($endpoint: String!, $p256dh: String!, $auth: String!) { addPushDevice(input: {
    endpoint: $endpoint, p256dh: $p256dh, auth: $auth, device: "Firefox"}) {
    device { id device } errors { code path } } }"""
REMOVE = "mutation($id: ID!) { removePushDevice(input: {deviceId: $id}) { errors { code path } } }"


@pytest.fixture(autouse=True)
def at_that_moment(tenant_db):
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def family(tenant_db):
    return family_in(make_class(make_college(name="Collège Rosa Parks")), guardians=2)


def test_one_reads_without_being_said_to_have_read(api, family):
    announcement = published(family.college, asks_acknowledgement=True)
    mother, father = family.guardians
    api.sign_in(mother.user)

    found = api.ask(READ, id=str(announcement.public_id))["data"]["announcement"]
    assert found == {
        "title": "Sortie au musée",
        "body": "Jeudi, prévoyez un repas froid.",
        "isAwaited": True,
        "readAt": None,
        "saidBy": "Collège Rosa Parks",
    }
    assert not Receipt.objects.exists()
    api.ask(MARK, id=str(announcement.public_id))
    done = api.ask(ACKNOWLEDGE, id=str(announcement.public_id))["data"]["acknowledgeAnnouncement"]
    assert done["errors"] == []
    assert done["announcement"]["isAwaited"] is False
    assert Receipt.objects.get().guardian == mother

    api.sign_in(father.user)
    assert api.ask(LIST)["data"]["announcements"][0]["isAwaited"] is True


def test_what_was_withdrawn_says_so_and_no_more(api, family):
    announcement = published(family.college, asks_acknowledgement=True)
    operations.withdraw(announcement=announcement, reason="Erreur", actor=ACTOR, at=AT)
    api.sign_in(family.guardians[0].user)

    (found,) = api.ask(LIST)["data"]["announcements"]
    assert (found["body"], found["isRunning"], found["documents"]) == (None, False, [])
    assert found["withdrawnAt"]
    done = api.ask(ACKNOWLEDGE, id=str(announcement.public_id))["data"]["acknowledgeAnnouncement"]
    assert [error["code"] for error in done["errors"]] == ["ANNOUNCEMENTS_NOT_PUBLISHED"]


@pytest.mark.parametrize("is_excluded", [True, False])
def test_a_stranger_and_whom_a_judge_excluded_find_nothing(api, family, is_excluded):
    announcement = published(family.college, asks_acknowledgement=True)
    if is_excluded:
        user = family.guardians[0].user
        Guardianship.objects.filter(guardian=family.guardians[0]).update(valid_until=DAY)
    else:
        user = family_in(make_class(make_college())).guardians[0].user
    api.sign_in(user)

    assert api.ask(LIST)["data"]["announcements"] == []
    assert (
        api.ask(READ, id=str(announcement.public_id))["errors"][0]["extensions"]["code"]
        == "NOT_FOUND"
    )
    for mutation in (MARK, ACKNOWLEDGE):
        (payload,) = api.ask(mutation, id=str(announcement.public_id))["data"].values()
        assert payload["errors"][0]["code"] == "NOT_FOUND"
    assert not Receipt.objects.exists()


def test_one_chooses_when_to_be_told(api, family):
    user = family.guardians[0].user
    api.sign_in(user)
    refused = api.ask(CHOOSE, **{"from": 24})["data"]["setNotificationPreferences"]
    assert refused["errors"] == [
        {"code": "ANNOUNCEMENTS_HOURS_REFUSED", "path": ["input", "quietFrom"]}
    ]
    done = api.ask(CHOOSE, **{"from": 21})["data"]["setNotificationPreferences"]
    assert done["preferences"] == {"mode": "DIGEST", "quietFrom": 21}
    assert queries.preference_of(user).mode == "DIGEST"


def test_a_browser_is_added_and_removed_by_its_person(api, family):
    mother, father = (guardian.user for guardian in family.guardians)
    given = browser("http://127.0.0.1:9/push/1").reached
    keys = {"p256dh": given.p256dh, "auth": given.auth}
    api.sign_in(mother)

    inside = api.ask(ADD, endpoint="https://10.0.0.1:8443/x", **keys)["data"]["addPushDevice"]
    assert inside["errors"] == [
        {"code": "ANNOUNCEMENTS_DEVICE_REFUSED", "path": ["input", "endpoint"]}
    ]
    made = api.ask(ADD, endpoint=given.endpoint, **keys)["data"]["addPushDevice"]["device"]
    assert api.ask("{ pushDevices { id device } }")["data"]["pushDevices"] == [made]
    assert len(api.ask("{ pushKey }")["data"]["pushKey"]) == 87

    api.sign_in(father)
    assert api.ask("{ pushDevices { id } }")["data"]["pushDevices"] == []
    refused = api.ask(REMOVE, id=made["id"])["data"]["removePushDevice"]
    assert refused["errors"] == [{"code": "NOT_FOUND", "path": ["input", "deviceId"]}]
    api.sign_in(mother)
    assert api.ask(REMOVE, id=made["id"])["data"]["removePushDevice"]["errors"] == []
    assert not PushSubscription.objects.exists()
