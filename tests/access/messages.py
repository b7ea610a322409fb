"""Threads between families and the collège, for the matrix: what is written, reported, hidden, contested."""

from __future__ import annotations

import datetime
from typing import Any

from commons.actors import Actor
from tenants.schoollife.messages import operations
from tenants.schoollife.messages.models import Attachment
from tests.factories.canteen import Family
from tests.factories.school_messages import draft, from_college, from_family, given, part, reply

CLERK = Actor.command("matrix")
# A page about one of these.
PARAMETERS = {
    "message-thread": "thread",
    "message-leave": "thread",
    "message-report": "college_message",
    "message-appeal": "hidden_message",
    "message-attachment": "message_document",
    "message-new": "pupil",
}
ARGUMENTS = {"schoolThread": "thread"}
ASKED = {"schoolMessages": '(text: "bonjour")'}
_WORDS = 'subject: "Absence", text: "Bonjour"'
MUTATIONS = {
    "writeToCollege": ("pupil", f'collegeUai: "{{uai}}", childId: $id, {_WORDS}'),
    "writeToFamily": ("pupil", f"childId: $id, recipientIds: [$id], {_WORDS}"),
    "replyInThread": ("thread", 'threadId: $id, text: "Merci"'),
    "markThreadRead": ("thread", "threadId: $id, number: 1"),
    "leaveThread": ("thread", "threadId: $id"),
    "reportMessage": ("college_message", 'messageId: $id, reason: "Faux"'),
    "appealHiddenMessage": ("hidden_message", 'messageId: $id, reason: "Si"'),
}
# The objects of each act, and its answers.
ACTS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "hide-message": (("college_message",), {"reason": "Hors sujet."}),
    "leave-message-shown": (("message_report",), {}),
    "answer-message-appeal": (("message_hiding",), {"is_lifted": "on", "answer": "Oui."}),
    "save-message-template": (
        ("college",),
        {"name": "Retard", "subject": "Retard", "text": "Bonjour"},
    ),
    "end-message-template": (("message_template",), {}),
    "add-guardian-to-thread": (("thread_and_guardian",), {}),
    "remove-from-thread": (("thread_member",), {}),
}
# The forms of the portal: what they are about, what is sent.
FORMS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "answer in a thread": ("portal:message-thread", "thread", {"text": "Merci"}),
    "thread left": ("portal:message-leave", "thread", {}),
    "message reported": ("portal:message-report", "college_message", {"reason": "Faux"}),
    "hidden message contested": ("portal:message-appeal", "hidden_message", {"reason": "Si"}),
}


def talked(family: Family, other: Family, *, at: datetime.datetime) -> dict[str, Any]:
    """The first parent's thread alone, with a document; the pupil's; the other family's, with as much."""
    first = from_family(family, draft=draft("Bonjour", attached=(given(),)), actor=CLERK, at=at)
    answer = reply(first, family.college, "Bonjour à vous", at=at, actor=CLERK)
    hidden = reply(first, family.guardians[0], "Bonjour encore", at=at, actor=CLERK)
    operations.hide(message=hidden, reason="Hors sujet.", actor=CLERK, at=at)
    from_family(family, writer=family.pupil, draft=draft("Bonjour, moi"), actor=CLERK, at=at)
    theirs = from_family(other, draft=draft("Bonjour", attached=(given(),)), actor=CLERK, at=at)
    reply(theirs, other.college, "Bonjour", at=at, actor=CLERK)
    contested = from_family(family, draft=draft("Bonjour"), actor=CLERK, at=at)
    hiding = operations.hide(message=contested, reason="Trop fort.", actor=CLERK, at=at)
    mother = family.guardians[0]
    operations.appeal(
        hiding=hiding, participant=part(contested, mother), words="Si.", actor=CLERK, at=at
    )
    asked = from_college(family, mother, at=at)
    return {
        "thread": first.thread,
        "college_message": answer,
        "hidden_message": hidden,
        "message_document": Attachment.objects.get(message=first),
        "message_hiding": hiding,
        "message_report": operations.report(
            message=asked, participant=part(asked, mother), reason="Faux.", actor=CLERK, at=at
        ),
        "message_template": operations.save_template(
            college=family.college,
            name="Absence",
            subject="Absence",
            text="Bonjour",
            actor=CLERK,
            at=at,
        ),
        "thread_member": part(first, mother),
        "thread_and_guardian": (first.thread, family.guardians[1]),
    }
