"""Threads through the API: the same words, the same people, the same refusals as the pages."""

from __future__ import annotations

import pytest
import time_machine

from tenants.schoollife.messages import operations
from tenants.schoollife.messages.models import Hiding, Message, Report
from tests.factories.canteen import make_family
from tests.factories.school_messages import (
    AT,
    CLERK,
    account,
    draft,
    from_college,
    from_family,
    given,
    make_secretary,
    part,
    reply,
)

THREAD = """query($id: ID!, $college: Boolean) { schoolThread(id: $id, asCollege: $college) {
  isIn thread { subject unread excerpt collegeUai childFirstName }
  members { name isCollege isThere }
  messages(first: 2) { nodes { number author isOwn isFromCollege text hiddenFor
    attachments { name contentType sizeBytes } } pageInfo { hasNextPage endCursor } } } }"""


@pytest.fixture(autouse=True)
def november():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def family(tenant_db):
    return make_family(guardians=2)


def do(api, name, **given_values):
    kind = name[0].upper() + name[1:]
    gives = {
        "markThreadRead": "readNumber",
        "reportMessage": "messageId",
        "appealHiddenMessage": "messageId",
    }.get(name, "threadId")
    answer = f"{{ {gives} errors {{ code path }} }}"
    document = f"mutation($input: {kind}Input!) {{ {name}(input: $input) {answer} }}"
    return api.read(document, input=given_values)[name]


def test_a_parent_writes_reads_and_searches(api, family):
    api.sign_in(account(family.guardians[0]))
    found = api.read("{ schoolAddressees { collegeUai childId } }")["schoolAddressees"]
    assert found == [
        {"collegeUai": family.college.uai, "childId": str(family.pupil.public_id)},
        {"collegeUai": family.college.uai, "childId": None},
    ]

    sent = do(api, "writeToCollege", **found[0], subject="Absence", text="Elle est malade.")
    assert sent["errors"] == []
    first = Message.objects.get()
    reply(first, family.college, "Merci.")
    do(api, "replyInThread", threadId=sent["threadId"], text="De rien.")

    listed = api.read("{ schoolThreads(unread: true) { nodes { id unread excerpt } } }")
    assert listed["schoolThreads"]["nodes"] == [
        {"id": sent["threadId"], "unread": 1, "excerpt": "De rien."}
    ]
    read = api.read(THREAD, id=sent["threadId"], college=False)["schoolThread"]
    assert [one["text"] for one in read["messages"]["nodes"]] == ["De rien.", "Merci."]
    assert read["messages"]["pageInfo"]["hasNextPage"]
    assert do(api, "markThreadRead", threadId=sent["threadId"], number=9)["readNumber"] == 3
    assert api.read("{ schoolThreads(unread: true) { nodes { id } } }")["schoolThreads"] == {
        "nodes": []
    }
    words = api.read('{ schoolMessages(text: "MALADE") { text author } }')["schoolMessages"]
    assert words == [{"text": "Elle est malade.", "author": family.guardians[0].full_name}]
    assert do(api, "leaveThread", threadId=sent["threadId"])["errors"] == []
    (error,) = do(api, "replyInThread", threadId=sent["threadId"], text="Encore.")["errors"]
    assert error == {"code": "SCHOOL_MESSAGES_OUT_OF_THREAD", "path": ["input", "threadId"]}


def test_the_other_parent_and_others_find_nothing(api, family):
    first = from_family(family, draft=draft(attached=(given(),)))
    for person in (family.guardians[1], family.pupil, make_family().guardians[0]):
        api.sign_in(account(person))
        assert api.refusals(THREAD, id=str(first.thread.public_id), college=False)
        assert api.refusals(THREAD, id=str(first.thread.public_id), college=True)
        (error,) = do(api, "replyInThread", threadId=str(first.thread.public_id), text="A")[
            "errors"
        ]
        assert error["code"] == "NOT_FOUND"
        (error,) = do(api, "reportMessage", messageId=str(first.public_id), reason="A")["errors"]
        assert error["code"] == "NOT_FOUND"
    assert Message.objects.count() == 1


def test_a_secretary_reads_writes_and_moderates(api, family):
    first = from_family(family, draft=draft("Bonjour.", attached=(given("mot.jpg"),)))
    api.sign_in(make_secretary(family.college))

    read = api.read(THREAD, id=str(first.thread.public_id), college=True)["schoolThread"]
    assert read["thread"]["collegeUai"] == family.college.uai
    (message,) = read["messages"]["nodes"]
    assert [one["name"] for one in message["attachments"]] == ["mot.jpg"]
    assert not message["isOwn"]
    sent = do(
        api,
        "writeToFamily",
        childId=str(family.pupil.public_id),
        recipientIds=[str(family.guardians[1].public_id)],
        subject="Rendez-vous",
        text="Mardi.",
    )
    assert sent["errors"] == []
    answered = do(
        api, "replyInThread", threadId=str(first.thread.public_id), text="Oui.", asCollege=True
    )
    assert answered["errors"] == []
    (error,) = do(
        api,
        "writeToFamily",
        childId=str(family.pupil.public_id),
        recipientIds=[str(make_family().guardians[0].public_id)],
        subject="A",
        text="B",
    )["errors"]
    assert error["code"] == "NOT_FOUND"

    document = """mutation($input: HideMessageInput!) { hideMessage(input: $input) {
      errors { code } } }"""
    done = api.read(document, input={"targets": [str(first.public_id)], "reason": "Hors sujet."})
    assert done["hideMessage"]["errors"] == []
    assert Hiding.objects.get().reason == "Hors sujet."


def test_what_waits_for_the_collège_is_for_its_secretary(api, family):
    first = from_college(family)
    operations.report(
        message=first,
        participant=part(first, family.guardians[0]),
        reason="Faux.",
        actor=CLERK,
        at=AT,
    )
    mine = from_family(family)
    hiding = operations.hide(message=mine, reason="Non.", actor=CLERK, at=AT)
    api.sign_in(account(family.guardians[0]))
    done = do(api, "appealHiddenMessage", messageId=str(mine.public_id), reason="Si.")
    assert done["errors"] == []
    queues = "{ messageReports { nodes { reason } } messageAppeals { nodes { id appeal } } }"
    assert api.refusals(queues)

    api.sign_in(make_secretary(family.college))
    assert api.read(queues) == {
        "messageReports": {"nodes": [{"reason": "Faux."}]},
        "messageAppeals": {"nodes": [{"id": str(hiding.public_id), "appeal": "Si."}]},
    }
    api.sign_in(make_secretary(make_family().college))
    assert api.read(queues) == {"messageReports": {"nodes": []}, "messageAppeals": {"nodes": []}}
    assert Report.objects.count() == 1
