"""Marks, absences and homework through the API: those of one's own child, and what may be said of others."""

from __future__ import annotations

import pytest
import time_machine

from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tenants.schoollife.records.models import Absence, Homework, HomeworkDone, Justification, Kind
from tenants.schoollife.records.operations import justify_absence
from tests.factories.portal import account_of
from tests.factories.school_records import (
    AT,
    absence_row,
    homework_row,
    make_schooled_family,
    mark_row,
    take,
)
from tests.factories.tariffs import ACTOR

MARKS = """query($id: ID!) { schoolMarks(childId: $id) { nodes {
  subject title heldOn coefficient status value outOf level comment result words
  context { median lowest highest words } } } }"""
ABSENCES = """query($id: ID!) { schoolAbsences(childId: $id) { nodes {
  id kind startsAt endsAt reason isJustified isWaiting justifyUntil
  justifications { reason text state answer answeredAt givenAt } } } }"""
HOMEWORK = """query($id: ID!) { schoolHomework(childId: $id) { nodes {
  id subject text givenOn dueOn isDone } } }"""
JUSTIFY = """mutation($input: JustifyAbsenceInput!) { justifyAbsence(input: $input) {
  absence { isWaiting justifications { reason text } } errors { code path } } }"""
TICK = """mutation($input: TickHomeworkInput!) { tickHomework(input: $input) {
  homework { isDone } errors { code path } } }"""


@pytest.fixture(autouse=True)
def at_that_moment(tenant_db):
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def family(tenant_db):
    family = make_schooled_family(guardians=2)
    take(family.college, Kind.MARKS, [mark_row(family.pupil)])
    take(family.college, Kind.ABSENCES, [absence_row(family.pupil)])
    take(family.college, Kind.HOMEWORK, [homework_row()])
    return family


@pytest.fixture
def parent(api, family):
    api.sign_in(account_of(family))
    return api


def pupil_account(family):
    family.pupil.user = User.objects.create(login=f"enfant.{family.pupil.pk}")
    family.pupil.save(update_fields=["user"])
    return family.pupil.user


def key(family):
    return str(family.pupil.public_id)


def test_a_parent_reads_a_mark_without_the_median_of_a_small_group(parent, family):
    (mark,) = parent.read(MARKS, id=key(family))["schoolMarks"]["nodes"]

    assert mark == {
        "subject": "Mathématiques",
        "title": "Contrôle sur les fractions",
        "heldOn": "2024-10-15",
        "coefficient": "1.00",
        "status": "GRADED",
        "value": "14.00",
        "outOf": "20.00",
        "level": None,
        "comment": "",
        "result": "14 sur 20",
        "words": "",
        "context": None,
    }


def test_a_large_enough_group_has_one(parent, family):
    rows = [mark_row(family.pupil)]
    for number in range(2, 12):
        other = make_schooled_family(college=family.college)
        rows.append(mark_row(other.pupil, number, note=str(number)))
    take(family.college, Kind.MARKS, rows)

    (mark,) = parent.read(MARKS, id=key(family))["schoolMarks"]["nodes"]

    # Of 2 to 11, and 14.
    assert mark["context"] == {
        "median": "7.00",
        "lowest": "2.00",
        "highest": "14.00",
        "words": "Les notes vont de 2 à 14.",
    }
    assert mark["words"].startswith("C'est plus que la note du milieu.")


def test_an_absence_is_justified_and_read_back(parent, family):
    (absence,) = parent.read(ABSENCES, id=key(family))["schoolAbsences"]["nodes"]
    assert (absence["isJustified"], absence["justifyUntil"]) == (False, "2024-11-14")

    sent = {"absenceId": absence["id"], "reason": "OTHER", "text": "Un train supprimé"}
    done = parent.read(JUSTIFY, input=sent)["justifyAbsence"]

    assert done == {
        "absence": {
            "isWaiting": True,
            "justifications": [{"reason": "OTHER", "text": "Un train supprimé"}],
        },
        "errors": [],
    }
    (twice,) = parent.read(JUSTIFY, input=sent)["justifyAbsence"]["errors"]
    assert twice == {"code": "ABSENCE_JUSTIFIED", "path": ["input", "absenceId"]}


def test_homework_is_read_by_a_parent_and_ticked_by_the_pupil_alone(api, parent, family):
    (given,) = parent.read(HOMEWORK, id=key(family))["schoolHomework"]["nodes"]
    assert (given["text"], given["isDone"]) == ("Exercices 4 et 5, page 32", False)
    tick = {"homeworkId": given["id"], "isDone": True}
    (refused,) = parent.read(TICK, input=tick)["tickHomework"]["errors"]
    assert refused["code"] == "NOT_FOUND"

    api.sign_in(pupil_account(family))
    assert api.read(TICK, input=tick)["tickHomework"]["homework"] == {"isDone": True}
    assert HomeworkDone.objects.get().homework == Homework.objects.get()


def test_a_pupil_reads_their_absences_and_not_what_parents_wrote(api, family):
    justify_absence(
        absence=Absence.objects.get(),
        reason="OTHER",
        text="Une affaire entre adultes",
        given_by=account_of(family),
        actor=ACTOR,
        at=AT,
    )
    api.sign_in(pupil_account(family))

    (absence,) = api.read(ABSENCES, id=key(family))["schoolAbsences"]["nodes"]

    assert (absence["isWaiting"], absence["justifications"]) == (True, [])
    sent = {"absenceId": absence["id"], "reason": "ILLNESS"}
    (refused,) = api.read(JUSTIFY, input=sent)["justifyAbsence"]["errors"]
    assert refused["code"] == "NOT_FOUND"


@pytest.mark.parametrize("document", [MARKS, ABSENCES, HOMEWORK])
def test_another_family_finds_nothing(api, family, document):
    api.sign_in(account_of(make_schooled_family()))

    assert api.refusals(document, id=key(family)) == ["NOT_FOUND"]


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.READER, Role.COLLEGE_SECRETARY])
@pytest.mark.parametrize("document", [MARKS, ABSENCES, HOMEWORK])
def test_agents_are_no_family(api, family, role, document):
    agent = User.objects.create(email="agent@exemple.fr")
    of = family.college.uai if role == Role.COLLEGE_SECRETARY else ""
    StaffRole.objects.create(user=agent, role=role, college_uai=of)
    api.sign_in(agent)

    assert api.refusals(document, id=key(family)) == ["NOT_FOUND"]


def test_a_stranger_justifies_nothing(api, family):
    api.sign_in(account_of(make_schooled_family()))
    sent = {"absenceId": str(Absence.objects.get().public_id), "reason": "ILLNESS"}

    (refused,) = api.read(JUSTIFY, input=sent)["justifyAbsence"]["errors"]

    assert refused["code"] == "NOT_FOUND"
    assert not Justification.objects.exists()
