"""Which messages a participant reads: those sent while they were in the thread, and no other.

Every read of messages goes through here. What is hidden is read by its author and by the collège, who
may have to answer for it; others read that it was hidden, and why.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from tenants.schoollife.messages.models import Hiding, Message, Participant, Stay


def present() -> Q:
    """The stays that cover a message of the outer query."""
    return Q(from_number__lte=OuterRef("number")) & (
        Q(until_number__isnull=True) | Q(until_number__gt=OuterRef("number"))
    )


def messages_of(participant: Participant) -> QuerySet[Message]:
    """What one participant reads of their thread."""
    there = Stay.objects.filter(present(), participant=participant)
    return Message.objects.filter(Exists(there), thread_id=participant.thread_id)


def messages_for(participants: QuerySet[Participant]) -> QuerySet[Message]:
    """What some participants read, of all their threads."""
    there = Stay.objects.filter(
        present(),
        participant__in=participants.order_by().values("pk"),
        participant__thread_id=OuterRef("thread_id"),
    )
    return Message.objects.filter(Exists(there))


def hidden() -> Exists:
    """Whether a message of the outer query is hidden."""
    return Exists(Hiding.objects.filter(message=OuterRef("pk"), lifted_at__isnull=True))


def open_to(participants: QuerySet[Participant]) -> Q:
    """The messages whose words these participants may read, hidden ones by their author alone."""
    return ~Q(hidden()) | Q(participant__in=participants.order_by().values("pk"))
