"""Whose threads: a family's own, or those of the collèges of a secretary. Absent and forbidden are one.

Nobody else reads a message: not the agents of the département, whatever they may read, nor whoever acts
for a family (docs/adr/0069). A secretary reads as the collège in the console, and as a parent in the portal.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, TypeVar

from django.db.models import Q, QuerySet
from django.utils import timezone

from commons.errors import NotFound
from tenants.accounts.capabilities import Capability, Role
from tenants.people.models import College, Guardian, Pupil
from tenants.schoollife.messages.models import (
    Attachment,
    Hiding,
    Message,
    MessageTemplate,
    Participant,
    Report,
    Thread,
)
from tenants.schoollife.messages.reading import messages_for, messages_of, open_to
from tenants.schoollife.messages.rights import links_about, pupils_at

if TYPE_CHECKING:
    from tenants.accounts.models import User

M = TypeVar("M", Report, Hiding, MessageTemplate, Participant)


def own_participations(user: User) -> QuerySet[Participant]:
    """The threads a person of a family is, or was, in."""
    found = Participant.objects.select_related("thread__college", "thread__pupil")
    if user.acting is not None:
        return found.none()
    people = Q()
    for column, model in (("guardian", Guardian), ("pupil", Pupil)):
        # Their key, not a join: the inbox is then a walk of one index.
        key = model.objects.filter(user=user).values_list("pk", flat=True).first()
        if key is not None:
            people |= Q(**{f"{column}_id": key})
    return found.filter(people) if people else found.none()


def desk_colleges(user: User) -> QuerySet[College]:
    """The collèges whose secretariat a person is, by name."""
    colleges = College.objects.order_by("name", "pk")
    if not user.can(Capability.MANAGE_SCHOOL_LIFE):
        return colleges.none()
    own = user.staff_roles.filter(role=Role.COLLEGE_SECRETARY).values("college_uai")
    return colleges.filter(uai__in=own)


def desk_participations(user: User) -> QuerySet[Participant]:
    """The threads of the collèges whose secretariat a person is."""
    keys = list(desk_colleges(user).values_list("pk", flat=True))
    found = Participant.objects.select_related("thread__college", "thread__pupil")
    return found.filter(college_id__in=keys)


def access_own_thread(user: User, public_id: uuid.UUID) -> Participant:
    """
    A person's part in a thread they are, or were, in.

    :raises NotFound: if absent, or they never were in it
    """
    return _thread(own_participations(user), public_id)


def access_desk_thread(user: User, public_id: uuid.UUID) -> Participant:
    """
    The part in a thread of a collège whose secretariat the user is.

    :raises NotFound: if absent, or another collège's
    """
    return _thread(desk_participations(user), public_id)


def access_own_message(user: User, public_id: uuid.UUID) -> tuple[Message, Participant]:
    """
    A message a person of a family may read, and the part they read it by.

    :raises NotFound: if absent, or not theirs to read
    """
    return _message(own_participations(user), public_id)


def access_desk_message(user: User, public_id: uuid.UUID) -> tuple[Message, Participant]:
    """
    A message of a collège whose secretariat the user is.

    :raises NotFound: if absent, or another collège's
    """
    return _message(desk_participations(user), public_id)


def access_own_attachment(user: User, public_id: uuid.UUID) -> Attachment:
    """
    A document sent with a message a person of a family may read; of a hidden one, by its author alone.

    :raises NotFound: if absent, or not theirs to read
    """
    own = own_participations(user)
    readable = messages_for(own).filter(open_to(own))
    return _attachment(readable, public_id)


def access_desk_attachment(user: User, public_id: uuid.UUID) -> Attachment:
    """
    A document sent in a thread of a collège whose secretariat the user is.

    :raises NotFound: if absent, or another collège's
    """
    return _attachment(messages_for(desk_participations(user)), public_id)


def access_own_hiding(user: User, message_id: uuid.UUID) -> tuple[Hiding, Participant]:
    """
    What hides a message of a person's own.

    :raises NotFound: if there is none, or the message is another's
    """
    message, participant = access_own_message(user, message_id)
    hiding = Hiding.objects.filter(message=message, lifted_at__isnull=True).first()
    if hiding is None or message.participant_id != participant.pk:
        raise NotFound(message=str(message_id))
    return hiding, participant


def desk_reports(user: User) -> QuerySet[Report]:
    """What was reported in the threads of a secretary's collèges, oldest first."""
    return (
        Report.objects.filter(message__thread__college__in=desk_colleges(user).order_by())
        .select_related("message__thread__college", "message__participant", "participant")
        .order_by("reported_at", "pk")
    )


def desk_hidings(user: User) -> QuerySet[Hiding]:
    """What was hidden in the threads of a secretary's collèges, latest first."""
    return (
        Hiding.objects.filter(message__thread__college__in=desk_colleges(user).order_by())
        .select_related("message__thread__college", "message__participant")
        .order_by("-hidden_at", "-pk")
    )


def access_report(user: User, public_id: uuid.UUID) -> Report:
    """
    A report to look at.

    :raises NotFound: if absent, or of another collège
    """
    return _one(desk_reports(user), public_id)


def access_hiding(user: User, public_id: uuid.UUID) -> Hiding:
    """
    A hidden message to decide again.

    :raises NotFound: if absent, or of another collège
    """
    return _one(desk_hidings(user), public_id)


def desk_templates(user: User) -> QuerySet[MessageTemplate]:
    """The words of a secretary's collèges, those in use first."""
    return (
        MessageTemplate.objects.filter(college__in=desk_colleges(user).order_by())
        .select_related("college")
        .order_by("-valid_until", "name", "pk")
    )


def access_template(user: User, public_id: uuid.UUID) -> MessageTemplate:
    """
    Words of a collège whose secretariat the user is.

    :raises NotFound: if absent, or another collège's
    """
    return _one(desk_templates(user), public_id)


def access_desk_college(user: User, uai: str) -> College:
    """
    A collège whose secretariat the user is.

    :raises NotFound: if absent, or another's
    """
    college = desk_colleges(user).filter(uai=uai).first()
    if college is None:
        raise NotFound(college=uai)
    return college


def access_desk_participant(user: User, public_id: uuid.UUID) -> Participant:
    """
    Somebody in a thread of a collège whose secretariat the user is.

    :raises NotFound: if absent, or of another collège
    """
    threads = Thread.objects.filter(college__in=desk_colleges(user).order_by())
    found = Participant.objects.filter(thread__in=threads.values("pk"))
    return _one(found.select_related("thread", "guardian", "pupil", "college"), public_id)


def access_desk_guardian(
    user: User, thread_id: uuid.UUID, guardian_id: uuid.UUID
) -> tuple[Thread, Guardian]:
    """
    A guardian who answers today for whom a thread of one's collège is about, in it or not.

    :raises NotFound: if either is absent, or not of one another
    """
    thread = access_desk_thread(user, thread_id).thread
    links = links_about(thread, on=timezone.localdate())
    found = Guardian.objects.filter(public_id=guardian_id, pk__in=links.values("guardian_id"))
    guardian = found.first()
    if guardian is None:
        raise NotFound(guardian=str(guardian_id))
    return thread, guardian


def access_desk_pupil(user: User, public_id: uuid.UUID) -> tuple[Pupil, College]:
    """
    A pupil of a collège whose secretariat the user is, with that collège.

    :raises NotFound: if absent, or another collège's
    """
    on = timezone.localdate()
    for college in desk_colleges(user):
        pupil = pupils_at(college, on=on).filter(public_id=public_id).first()
        if pupil is not None:
            return pupil, college
    raise NotFound(pupil=str(public_id))


def _thread(parts: QuerySet[Participant], public_id: uuid.UUID) -> Participant:
    found = parts.filter(thread__public_id=public_id).first()
    if found is None:
        raise NotFound(thread=str(public_id))
    return found


def _message(parts: QuerySet[Participant], public_id: uuid.UUID) -> tuple[Message, Participant]:
    for part in parts.filter(thread__messages__public_id=public_id):
        message = messages_of(part).filter(public_id=public_id).select_related("thread").first()
        if message is not None:
            return message, part
    raise NotFound(message=str(public_id))


def _attachment(readable: QuerySet[Message], public_id: uuid.UUID) -> Attachment:
    found = Attachment.objects.filter(
        public_id=public_id, message__in=readable.values("pk"), deleted_at__isnull=True
    ).first()
    if found is None:
        raise NotFound(attachment=str(public_id))
    return found


def _one(rows: QuerySet[M], public_id: uuid.UUID) -> M:
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFound(key=str(public_id))
    return found
