"""Lessons and secret addresses through the API: for the family, the pupil and the collège."""

from __future__ import annotations

import pytest
import time_machine

from console.acts import find
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tenants.schoollife.timetable.models import FeedAddress, Lesson, TimetableImport
from tests.factories.canteen import make_family
from tests.factories.portal import account_of
from tests.factories.timetables import AT, calendar, event, put_in_class, take

LESSONS = """{ viewer { children { id lessons(days: 2) {
  subject teacher room status startsAt roomBefore startedBeforeAt } }
  pupil { lessons { subject } } timetableFeeds { id childId } } }"""
CHILD = "query ($id: ID!) { child(id: $id) { lessons { subject } } }"
MAKE = """mutation ($input: MakeTimetableFeedInput!) { makeTimetableFeed(input: $input) {
  address feed { id childId } errors { code } } }"""
REVOKE = """mutation ($input: RevokeTimetableFeedInput!) { revokeTimetableFeed(input: $input) {
  errors { code } } }"""
PREPARE = """mutation ($input: PrepareTimetableInput!) { prepareTimetable(input: $input) {
  message errors { code } } }"""
APPLY = """mutation ($input: ApplyTimetableInput!) { applyTimetable(input: $input) {
  errors { code } } }"""
LESSON = event(
    "1", "20241104T090000", "20241104T100000", of_class="4e B", room="12", teacher="Mme Roy"
)


@pytest.fixture(autouse=True)
def at_that_moment():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def family(tenant_db):
    found = make_family()
    put_in_class(found)
    take(found.college, calendar([LESSON]))
    take(found.college, calendar([LESSON.replace("Salle : 12", "Salle : 14")]))
    return found


def agent(role, uai=""):
    user = User.objects.create(email=f"{role.value.lower()}{uai.lower()}@exemple.fr")
    StaffRole.objects.create(user=user, role=role, college_uai=uai)
    return user


def test_a_parent_reads_lessons_and_what_changed(api, family):
    viewer = api.sign_in(account_of(family)).read(LESSONS)["viewer"]

    assert viewer["children"][0]["lessons"] == [
        {
            "subject": "Maths",
            "teacher": "Mme Roy",
            "room": "14",
            "status": "MOVED",
            "startsAt": "2024-11-04T08:00:00+00:00",
            "roomBefore": "12",
            "startedBeforeAt": None,
        }
    ]
    assert viewer["pupil"] is None


def test_a_pupil_reads_their_own(api, family):
    family.pupil.user = User.objects.create(login="enfant.diallo")
    family.pupil.save(update_fields=["user"])

    viewer = api.sign_in(family.pupil.user).read(LESSONS)["viewer"]

    assert viewer["pupil"] == {"lessons": [{"subject": "Maths"}]}


@pytest.mark.parametrize(
    ("role", "count"), [(Role.ADMINISTRATOR, 0), (Role.READER, 0), (Role.INSTRUCTOR, 0)]
)
def test_an_agent_of_the_departement_reads_the_child_and_no_lesson(api, family, role, count):
    found = api.sign_in(agent(role)).read(CHILD, id=str(family.pupil.public_id))

    assert len(found["child"]["lessons"]) == count


def test_the_secretary_of_the_college_reads_them(api, family):
    secretary = agent(Role.COLLEGE_SECRETARY, family.college.uai)

    found = api.sign_in(secretary).read(CHILD, id=str(family.pupil.public_id))

    assert found["child"]["lessons"] == [{"subject": "Maths"}]


def test_an_address_is_made_listed_and_taken_back(api, family):
    api = api.sign_in(account_of(family))
    child = str(family.pupil.public_id)

    made = api.read(MAKE, input={"childId": child})["makeTimetableFeed"]
    assert made["errors"] == []
    assert made["feed"]["childId"] == child
    assert made["address"].startswith("http://hauts-de-seine.socle.test/college/agenda/")
    assert b"SUMMARY:Maths" in api.get(made["address"].partition(".test")[2]).content
    assert len(api.read(LESSONS)["viewer"]["timetableFeeds"]) == 1
    api.read(REVOKE, input={"feedId": made["feed"]["id"]})
    assert api.read(LESSONS)["viewer"]["timetableFeeds"] == []


def test_an_address_of_anothers_child_is_not_made(api, family):
    stranger = account_of(make_family())

    made = api.sign_in(stranger).read(MAKE, input={"childId": str(family.pupil.public_id)})

    assert [one["code"] for one in made["makeTimetableFeed"]["errors"]] == ["NOT_FOUND"]
    assert not FeedAddress.objects.exists()


def test_software_of_the_college_gives_a_file_and_applies_it(api, family):
    api = api.sign_in(agent(Role.COLLEGE_SECRETARY, family.college.uai))
    text = calendar([LESSON.replace("Maths", "Latin")]).decode()

    api.read(PREPARE, input={"targets": [family.college.uai], "text": text})
    prepared = TimetableImport.objects.get(state="PREPARED")
    api.read(APPLY, input={"targets": [str(prepared.public_id)]})

    assert Lesson.objects.get().subject == "Latin"
    assert find("apply-timetable").key_of(prepared) == str(prepared.public_id)
