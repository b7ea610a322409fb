"""Writing between a family and a collège. A document is sent by the portal or the console, as a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import graphene

from api import rules
from api.context import Context
from api.message_queries import part_of
from api.mutations.making import identifier, mutation, words
from api.scalars import public_id
from api.types.school_messages import SchoolMessage
from commons.errors import NotFound
from tenants.accounts.capabilities import Capability
from tenants.schoollife.messages import access, operations, queries
from tenants.schoollife.messages.operations import Draft
from ui.wording import local_date

_THREAD = identifier("La conversation")
_MESSAGE = identifier("Le message")
_TEXT = words("Le texte, de 4 000 signes au plus.")
_SUBJECT = words("L'objet, de 120 signes au plus.")
_GIVES = {
    "thread_id": graphene.ID(description="La conversation (UUID)."),
    "message": graphene.Field(SchoolMessage, description="Le message envoyé."),
}
_SIDE = {
    "as_college": graphene.Boolean(
        default_value=False, description="Vrai pour écrire comme secrétariat du collège."
    )
}


def _sent(message: Any) -> dict[str, Any]:
    part = message.participant
    return {
        "thread_id": message.thread.public_id,
        "message": queries.shown_message(message, part),
    }


def _write_to_college(
    context: Context,
    *,
    college_uai: str,
    subject: str,
    text: str,
    child_id: str | None = None,
    with_other_guardians: bool = False,
) -> dict[str, Any]:
    """To one of `schoolAddressees`."""
    user = context.require_user()
    writer = queries.writer_of(user)
    asked = public_id(child_id) if child_id else None
    found = [
        one
        for one in queries.addressees_of(user, on=local_date(context.at))
        if one.college.uai == college_uai and (one.pupil.public_id if one.pupil else None) == asked
    ]
    if writer is None or not found:
        raise NotFound(college=college_uai[:20])
    message = operations.write_to_college(
        writer=writer,
        college=found[0].college,
        pupil=found[0].pupil,
        draft=Draft(subject, text),
        with_other_guardians=with_other_guardians,
        actor=context.actor,
        at=context.at,
    )
    return _sent(message)


WriteToCollege = mutation(
    _write_to_college,
    name="WriteToCollege",
    rule=rules.by_object,
    asked="Ce qu'on écrit à un collège, pour un enfant ou en général.",
    takes={
        "college_uai": words("L'UAI du collège."),
        "child_id": graphene.ID(description="L'enfant (UUID) ; rien pour une question générale."),
        "subject": _SUBJECT,
        "text": _TEXT,
        "with_other_guardians": graphene.Boolean(
            default_value=False,
            description="Vrai pour que qui a l'autorité parentale lise aussi la conversation.",
        ),
    },
    gives=_GIVES,
    about={"NOT_FOUND": "college_uai"},
)


def _write_to_family(
    context: Context, *, child_id: str, recipient_ids: Sequence[str], subject: str, text: str
) -> dict[str, Any]:
    """From the secretariat of the pupil's collège."""
    pupil, college = access.access_desk_pupil(context.require_user(), public_id(child_id))
    known = {one.public_id: one for one in queries.recipients_of(pupil, on=local_date(context.at))}
    chosen = [known.get(public_id(one)) for one in recipient_ids]
    if None in chosen:
        raise NotFound(recipient="")
    message = operations.write_to_family(
        college=college,
        pupil=pupil,
        recipients=[one for one in chosen if one is not None],
        draft=Draft(subject, text),
        actor=context.actor,
        at=context.at,
    )
    return _sent(message)


WriteToFamily = mutation(
    _write_to_family,
    name="WriteToFamily",
    rule=rules.needs(Capability.MANAGE_SCHOOL_LIFE),
    asked="Ce qu'un secrétariat écrit à une famille, au sujet d'un élève.",
    takes={
        "child_id": identifier("L'élève"),
        "recipient_ids": graphene.List(
            graphene.NonNull(graphene.ID),
            required=True,
            description="Les responsables, ou l'élève (UUID).",
        ),
        "subject": _SUBJECT,
        "text": _TEXT,
    },
    gives=_GIVES,
    about={"NOT_FOUND": "child_id", "SCHOOL_MESSAGES_NOBODY": "recipient_ids"},
)


def _reply(
    context: Context, *, thread_id: str, text: str, as_college: bool = False
) -> dict[str, Any]:
    """In a thread one is in."""
    part = part_of(context.require_user(), thread_id, is_college=as_college)
    return _sent(operations.reply(participant=part, text=text, actor=context.actor, at=context.at))


ReplyInThread = mutation(
    _reply,
    name="ReplyInThread",
    rule=rules.by_object,
    asked="Ce qu'on répond dans une conversation.",
    takes={"thread_id": _THREAD, "text": _TEXT, **_SIDE},
    gives=_GIVES,
    about={"NOT_FOUND": "thread_id", "SCHOOL_MESSAGES_OUT_OF_THREAD": "thread_id"},
)


def _mark_read(
    context: Context, *, thread_id: str, number: int, as_college: bool = False
) -> dict[str, Any]:
    """It never goes back."""
    part = part_of(context.require_user(), thread_id, is_college=as_college)
    read = operations.mark_read(participant=part, number=number, actor=context.actor, at=context.at)
    return {"read_number": read.read_number}


MarkThreadRead = mutation(
    _mark_read,
    name="MarkThreadRead",
    rule=rules.by_object,
    asked="Jusqu'où une conversation est lue.",
    takes={
        "thread_id": _THREAD,
        "number": graphene.Int(required=True, description="Le rang du dernier message lu."),
        **_SIDE,
    },
    gives={"read_number": graphene.Int(description="Le rang du dernier message lu.")},
    about={"NOT_FOUND": "thread_id"},
)


def _leave(context: Context, *, thread_id: str) -> dict[str, Any]:
    """What came before stays to be read."""
    part = part_of(context.require_user(), thread_id, is_college=False)
    operations.leave_thread(participant=part, actor=context.actor, at=context.at)
    return {"thread_id": part.thread.public_id}


LeaveThread = mutation(
    _leave,
    name="LeaveThread",
    rule=rules.by_object,
    asked="Une conversation à quitter.",
    takes={"thread_id": _THREAD},
    gives={"thread_id": graphene.ID(description="La conversation (UUID).")},
    about={"NOT_FOUND": "thread_id"},
)


def _report(context: Context, *, message_id: str, reason: str) -> dict[str, Any]:
    """The collège looks at it."""
    message, part = access.access_own_message(context.require_user(), public_id(message_id))
    operations.report(
        message=message, participant=part, reason=reason, actor=context.actor, at=context.at
    )
    return {"message_id": message.public_id}


ReportMessage = mutation(
    _report,
    name="ReportMessage",
    rule=rules.by_object,
    asked="Un message à signaler au collège.",
    takes={"message_id": _MESSAGE, "reason": words("Ce qui ne va pas, en 300 signes au plus.")},
    gives={"message_id": graphene.ID(description="Le message (UUID).")},
    about={"NOT_FOUND": "message_id", "SCHOOL_MESSAGES_OWN": "message_id"},
)


def _appeal(context: Context, *, message_id: str, reason: str) -> dict[str, Any]:
    """Once, by its author."""
    hiding, part = access.access_own_hiding(context.require_user(), public_id(message_id))
    operations.appeal(
        hiding=hiding, participant=part, words=reason, actor=context.actor, at=context.at
    )
    return {"message_id": hiding.message.public_id}


AppealHiddenMessage = mutation(
    _appeal,
    name="AppealHiddenMessage",
    rule=rules.by_object,
    asked="Un message à soi que le collège a masqué, à contester.",
    takes={
        "message_id": _MESSAGE,
        "reason": words("Pourquoi le remontrer, en 300 signes au plus."),
    },
    gives={"message_id": graphene.ID(description="Le message (UUID).")},
    about={"NOT_FOUND": "message_id", "SCHOOL_MESSAGES_NOT_TO_APPEAL": "message_id"},
)
