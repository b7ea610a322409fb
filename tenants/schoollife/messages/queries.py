"""Reads of messages: inboxes, threads, what is found, what waits for the collège.

All begin from what `access` gives: the participations of one person, or of a secretariat. An inbox and
a thread are read by pages, from a key: no page costs more than the first.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Left

from tenants.people import queries as people
from tenants.people.models import College, Pupil
from tenants.schoollife.messages import membership, rights, searching
from tenants.schoollife.messages.models import (
    Attachment,
    Hiding,
    Message,
    MessageTemplate,
    Participant,
    Report,
    Stay,
    Thread,
)
from tenants.schoollife.messages.reading import hidden, messages_for, messages_of, open_to, present
from tenants.schoollife.messages.rights import Person, guardians_of, guardians_with_authority

if TYPE_CHECKING:
    from tenants.accounts.models import User

PAGE = 20
MOST_FOUND = 50
EXCERPT = 140
_KEY = re.compile(r"([0-9]{1,17})-([0-9]{1,18})")


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """A page of an inbox: each part with `unread` and `excerpt`, and the key of the next page."""

    parts: tuple[Participant, ...]
    next_key: str


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """A message as one reader reads it. `text` is empty when it is hidden from them."""

    message: Message
    author: Participant
    is_own: bool
    text: str
    hiding: Hiding | None
    attachments: tuple[Attachment, ...]

    @property
    def public_id(self) -> uuid.UUID:
        """The message's."""
        return self.message.public_id


@dataclasses.dataclass(frozen=True, slots=True)
class Addressee:
    """A collège one may write to, and about whom: a child, or nobody in particular."""

    college: College
    pupil: Pupil | None


@dataclasses.dataclass(frozen=True, slots=True)
class Conversation:
    """A page of a thread, oldest message first; `earlier` is the number to ask what is before."""

    messages: tuple[Shown, ...]
    members: tuple[Participant, ...]
    is_in: bool
    earlier: int | None

    @property
    def latest_number(self) -> int:
        """The number of the latest message shown."""
        return self.messages[-1].message.number if self.messages else 0


def writer_of(user: User) -> Person | None:
    """Who a person is, to a collège: a pupil, else a guardian."""
    return Pupil.objects.filter(user=user).first() or people.guardian_of(user)


def addressees_of(user: User, *, on: datetime.date) -> list[Addressee]:
    """Whom a person may write to: for each child their collèges, then each collège in general.

    A pupil writes about themselves alone.
    """
    writer = writer_of(user)
    is_pupil = isinstance(writer, Pupil)
    pupils = [writer] if isinstance(writer, Pupil) else list(people.children_of(user, on=on))
    colleges = rights.colleges_of(pupils, on=on)
    found = [Addressee(college, one) for one in pupils for college in colleges.get(one.pk, [])]
    if not is_pupil:
        general = {one.college.pk: one.college for one in found}
        found += [Addressee(college, None) for college in general.values()]
    return found


def inbox(
    parts: QuerySet[Participant], *, after: str = "", is_unread: bool = False, size: int = PAGE
) -> Page:
    """A page of an inbox, latest message first; a key that is none begins at the beginning."""
    if is_unread:
        parts = unread_of(parts)
    key = _KEY.fullmatch(after)
    if key is not None:
        at = datetime.datetime.fromtimestamp(0, datetime.UTC) + datetime.timedelta(
            microseconds=int(key[1])
        )
        older = Q(latest_at__lt=at) | Q(latest_at=at, pk__lt=int(key[2]))
        parts = parts.filter(older, latest_at__lte=at)
    found = list(told(parts).order_by("-latest_at", "-pk")[: size + 1])
    more = len(found) > size
    return Page(tuple(found[:size]), key_of(found[size - 1]) if more else "")


def key_of(part: Participant) -> str:
    """Where a part stands in an inbox."""
    since = part.latest_at - datetime.datetime.fromtimestamp(0, datetime.UTC)
    return f"{since // datetime.timedelta(microseconds=1)}-{part.pk}"


def told(parts: QuerySet[Participant]) -> QuerySet[Participant]:
    """Parts with how many messages wait to be read, and the beginning of the latest."""
    there = Stay.objects.filter(present(), participant=OuterRef(OuterRef("pk")))
    its = Message.objects.filter(Exists(there), thread_id=OuterRef("thread_id"))
    unread = (
        its.filter(number__gt=OuterRef("read_number"), number__lte=OuterRef("latest_number"))
        .exclude(participant_id=OuterRef("pk"))
        .order_by()
        .values("thread_id")
        .annotate(count=Count("pk"))
        .values("count")
    )
    latest = its.filter(number=OuterRef("latest_number")).annotate(
        beginning=Case(When(hidden(), then=Value("")), default=Left("text", EXCERPT))
    )
    return parts.annotate(
        unread=Coalesce(Subquery(unread, output_field=IntegerField()), 0),
        excerpt=Coalesce(Subquery(latest.values("beginning")[:1]), Value("")),
    )


def unread_of(parts: QuerySet[Participant]) -> QuerySet[Participant]:
    """The parts in which something waits to be read."""
    return parts.filter(read_number__lt=F("latest_number"))


def count_unread(parts: QuerySet[Participant], *, most: int = 99) -> int:
    """In how many threads something waits to be read, up to so many."""
    waiting = unread_of(parts).order_by()
    return len(waiting.values_list("pk", flat=True)[: most + 1])


def conversation(part: Participant, *, before: int | None = None, size: int = PAGE) -> Conversation:
    """The latest messages of a thread that a participant reads, or those before a number."""
    readable = messages_of(part)
    if before is not None:
        readable = readable.filter(number__lt=before)
    rows = list(_whole(readable).order_by("-number")[: size + 1])
    has_earlier, rows = len(rows) > size, rows[:size][::-1]
    members = tuple(members_of(part.thread))
    return Conversation(
        messages=tuple(shown(row, part) for row in rows),
        members=members,
        is_in=any(one.pk == part.pk and one.is_there for one in members),  # type: ignore[attr-defined]
        earlier=rows[0].number if has_earlier else None,
    )


def everything_of(part: Participant) -> Iterator[Shown]:
    """All that a participant reads of their thread, oldest first."""
    for row in whole_messages(part).order_by("number").iterator(chunk_size=500):
        yield shown(row, part)


def name_of(part: Participant) -> str:
    """The name of who is in a thread."""
    if part.college is not None:
        return part.college.name
    person = part.guardian or part.pupil
    assert person is not None
    return person.full_name


def members_of(thread: Thread) -> QuerySet[Participant]:
    """Who is, or was, in a thread: the collège first. `is_there` says who is."""
    there = Stay.objects.filter(participant=OuterRef("pk"), until_number__isnull=True)
    return (
        Participant.objects.filter(thread=thread)
        .select_related("college", "guardian", "pupil")
        .annotate(is_there=Exists(there))
        .order_by("college_id", "guardian__sort_key", "pupil__sort_key", "pk")
    )


def search(
    parts: QuerySet[Participant], text: str, *, college_ids: list[int] | None = None
) -> list[Message]:
    """What one may read that holds the words asked, latest first; `MOST_FOUND` at most.

    A secretariat says its collèges: the index then finds among their messages alone.
    """
    words = searching.asked_words(text)
    if not words:
        return []
    found = messages_for(parts).filter(searching.holding(words, college_ids=college_ids))
    if college_ids is None:
        # A family has few threads: their messages are read, whatever the words are.
        keys = list(parts.order_by().values_list("thread_id", flat=True))
        found = found.filter(open_to(parts), thread_id__in=keys)
    # Which they are first: what is said of each is then joined to few.
    latest = list(found.order_by("-sent_at", "-pk").values_list("pk", flat=True)[:MOST_FOUND])
    rows = Message.objects.filter(pk__in=latest).select_related(
        "thread__college",
        "thread__pupil",
        "participant__college",
        "participant__guardian",
        "participant__pupil",
    )
    return list(rows.order_by("-sent_at", "-pk"))


def whole_messages(part: Participant) -> QuerySet[Message]:
    """What a participant reads of their thread, with what `shown` needs."""
    return _whole(messages_of(part))


def shown_message(message: Message, part: Participant) -> Shown:
    """One message, as a participant reads it."""
    return shown(whole_messages(part).get(pk=message.pk), part)


def is_hidden(message: Message) -> bool:
    """Whether a message is hidden."""
    return Hiding.objects.filter(message=message, lifted_at__isnull=True).exists()


def is_in(part: Participant) -> bool:
    """Whether somebody is in their thread now."""
    return membership.is_in(part)


def waiting_reports(reports: QuerySet[Report]) -> QuerySet[Report]:
    """Those nobody looked at."""
    return reports.filter(state=Report.State.OPEN)


def waiting_appeals(hidings: QuerySet[Hiding]) -> QuerySet[Hiding]:
    """Those nobody answered, oldest first."""
    waiting = hidings.filter(appealed_at__isnull=False, answered_at__isnull=True)
    return waiting.order_by("appealed_at", "pk")


def current_templates(
    templates: QuerySet[MessageTemplate], *, on: datetime.date
) -> QuerySet[MessageTemplate]:
    """Those in use on a day, by name."""
    in_use = Q(valid_until__isnull=True) | Q(valid_until__gt=on)
    return templates.filter(in_use, valid_from__lte=on).order_by("college__name", "name", "pk")


def recipients_of(pupil: Pupil, *, on: datetime.date) -> list[Person]:
    """Whom a collège may write to about a pupil: who has authority, other links, the pupil."""
    first = list(guardians_with_authority(pupil, on=on))
    return [*first, *guardians_of(pupil, on=on).exclude(pk__in=[one.pk for one in first]), pupil]


def find_message(message_id: int) -> Message | None:
    """The message an event names, with its thread and its author, if it is still kept."""
    return (
        Message.objects.select_related(
            "thread__college",
            "thread__pupil",
            "participant__college",
            "participant__guardian",
            "participant__pupil",
        )
        .filter(pk=message_id)
        .first()
    )


def find_hiding(hiding_id: int) -> Hiding | None:
    """The hiding an event names, with whose message it is, if it is still kept."""
    return (
        Hiding.objects.select_related(
            "message__thread__college",
            "message__participant__guardian__user",
            "message__participant__pupil__user",
        )
        .filter(pk=hiding_id)
        .first()
    )


def waiting_for(participant_id: int) -> tuple[Participant, Message] | None:
    """Somebody whom an event names, and the latest message of others that they have still to read."""
    return _latest_waiting(_told_parts().filter(pk=participant_id).first())


def waiting_message(user: User, public_id: uuid.UUID) -> tuple[Participant, Message] | None:
    """A person's part in the thread of a message, and that message, if it is the latest that waits for them.

    Of several that wait, one is enough to say so: the latest.
    """
    mine = Q(guardian__user=user) | Q(pupil__user=user)
    part = _told_parts().filter(mine, thread__messages__public_id=public_id).first()
    found = _latest_waiting(part)
    return found if found and found[1].public_id == public_id else None


def _told_parts() -> QuerySet[Participant]:
    """Participants, with what is told to them of their thread, and where."""
    return Participant.objects.select_related("thread__college", "guardian__user", "pupil__user")


def _latest_waiting(part: Participant | None) -> tuple[Participant, Message] | None:
    if part is None:
        return None
    rows = whole_messages(part).filter(number__gt=part.read_number)
    latest = rows.exclude(participant_id=part.pk).order_by("-number").first()
    return (part, latest) if latest else None


def readers_of(message: Message) -> QuerySet[Participant]:
    """The members of families who may read a message and did not write it."""
    covers = Q(until_number__isnull=True) | Q(until_number__gt=message.number)
    there = Stay.objects.filter(covers, participant=OuterRef("pk"), from_number__lte=message.number)
    return (
        Participant.objects.filter(Exists(there), thread_id=message.thread_id, college__isnull=True)
        .exclude(pk=message.participant_id)
        .select_related("thread__college", "college", "guardian__user", "pupil__user")
        .order_by("pk")
    )


def _whole(rows: QuerySet[Message]) -> QuerySet[Message]:
    standing = Hiding.objects.filter(lifted_at__isnull=True)
    kept = Attachment.objects.filter(deleted_at__isnull=True).order_by("rank", "pk")
    return rows.select_related(
        "participant__college", "participant__guardian", "participant__pupil"
    ).prefetch_related(
        Prefetch("hidings", queryset=standing, to_attr="standing_hidings"),
        Prefetch("attachments", queryset=kept, to_attr="kept_attachments"),
    )


def shown(row: Message, reader: Participant) -> Shown:
    """A message of `whole_messages`, as a participant reads it."""
    hiding = next(iter(row.standing_hidings), None)  # type: ignore[attr-defined]
    is_own = row.participant_id == reader.pk
    is_open = hiding is None or is_own or reader.is_college
    return Shown(
        message=row,
        author=row.participant,
        is_own=is_own,
        text=row.text if is_open else "",
        hiding=hiding,
        attachments=tuple(row.kept_attachments) if is_open else (),  # type: ignore[attr-defined]
    )
