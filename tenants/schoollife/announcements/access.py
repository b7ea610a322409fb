"""Who may read an announcement, and who may write and follow one. Absent and forbidden are the same answer.

A person reads what was addressed to them: as a guardian, while they still answer for a child of theirs it
was about (a judge may have ended it); as a pupil, what is for pupils. A collège's secretary writes for
that collège and follows what is said there, the département's included, for its own pupils alone. An
administrator writes for all collèges and follows that; what a collège says to its families is theirs.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from commons.errors import NotFound
from tenants.accounts.capabilities import Capability, Role
from tenants.people.models import College, Guardian, Guardianship, Pupil
from tenants.people.queries import guardian_of, in_force
from tenants.schoollife.announcements.models import (
    Announcement,
    AnnouncementState,
    Attachment,
    LetterBatch,
    PushSubscription,
    Recipient,
)

if TYPE_CHECKING:
    from tenants.accounts.models import User

Reader = Guardian | Pupil


def reader_of(user: User) -> Reader | None:
    """As whom an account reads announcements: the guardian it belongs to, else the pupil."""
    return guardian_of(user) or Pupil.objects.filter(user_id=user.pk).first()


def access_reader(user: User) -> Reader:
    """
    As whom an account reads announcements.

    :raises NotFound: if nothing is addressed to such an account
    """
    reader = reader_of(user)
    if reader is None:
        raise NotFound(reader="")
    return reader


def readable_by(reader: Reader, *, on: datetime.date) -> QuerySet[Announcement]:
    """What was addressed to a person and is theirs to read on a day: published, or withdrawn since."""
    rows = Recipient.objects.filter(announcement=OuterRef("pk"))
    if isinstance(reader, Guardian):
        link = Guardianship.objects.filter(
            in_force(on), guardian=reader, pupil=OuterRef("pupil_id")
        )
        rows = rows.filter(Exists(link), guardian=reader)
    else:
        rows = rows.filter(guardian__isnull=True, pupil=reader)
    told = (AnnouncementState.PUBLISHED, AnnouncementState.WITHDRAWN)
    return Announcement.objects.filter(Exists(rows), state__in=told).select_related("college")


def readable_announcements(user: User) -> QuerySet[Announcement]:
    """What a user may read today as somebody it was addressed to, latest first."""
    reader = reader_of(user)
    if reader is None:
        return Announcement.objects.none()
    found = readable_by(reader, on=timezone.localdate())
    return found.order_by("-published_at", "-pk")


def access_announcement(user: User, public_id: uuid.UUID) -> Announcement:
    """
    An announcement that was addressed to the user.

    :raises NotFound: if absent, or not addressed to them
    """
    found = readable_announcements(user).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(announcement=str(public_id))
    return found


def access_attachment(user: User, public_id: uuid.UUID) -> Attachment:
    """
    A document of an announcement that the user may read, or follows; none once it is withdrawn.

    :raises NotFound: if absent, or not theirs to see
    """
    mine = Q(
        announcement__in=readable_announcements(user)
        .order_by()
        .exclude(state=AnnouncementState.WITHDRAWN)
        .values("pk")
    )
    found = (
        Attachment.objects.filter(
            mine | Q(announcement__in=followed_announcements(user).order_by().values("pk")),
            public_id=public_id,
            deleted_at__isnull=True,
        )
        .select_related("announcement")
        .first()
    )
    if found is None:
        raise NotFound(attachment=str(public_id))
    return found


def access_device(user: User, public_id: uuid.UUID) -> PushSubscription:
    """
    One's own browser that is told.

    :raises NotFound: if absent, or another's
    """
    found = PushSubscription.objects.filter(user=user, public_id=public_id).first()
    if found is None:
        raise NotFound(device=str(public_id))
    return found


# --- who announces ------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where one announces: a collège, or all of them (None), as the département."""

    college: College | None


def announcing_colleges(user: User) -> QuerySet[College]:
    """The collèges that a user announces for, by name; the département is not among them."""
    colleges = College.objects.order_by("name", "pk")
    if not user.can(Capability.ANNOUNCE):
        return colleges.none()
    own = user.staff_roles.filter(role=Role.COLLEGE_SECRETARY).values("college_uai")
    return colleges.filter(uai__in=own)


def announces_for_all(user: User) -> bool:
    """Whether a user announces as the département."""
    return user.can(Capability.ANNOUNCE) and user.can(Capability.MANAGE_TENANT)


def access_place(user: User, uai: str) -> Place:
    """
    A collège the user announces for by its UAI, or the département by an empty one.

    :raises NotFound: if absent, or not theirs
    """
    if not uai and announces_for_all(user):
        return Place(None)
    college = announcing_colleges(user).filter(uai=uai).first()
    if college is None:
        raise NotFound(college=uai)
    return Place(college)


def own_announcements(user: User) -> QuerySet[Announcement]:
    """What a user may write, publish, correct and withdraw: their collège's, or the département's."""
    mine = Q(college__in=announcing_colleges(user))
    if announces_for_all(user):
        mine |= Q(college__isnull=True)
    if not user.can(Capability.ANNOUNCE):
        return Announcement.objects.none()
    return Announcement.objects.filter(mine).select_related("college")


def followed_announcements(user: User) -> QuerySet[Announcement]:
    """What a user may follow: their own, and what the département published to their collège's people."""
    if not user.can(Capability.ANNOUNCE):
        return Announcement.objects.none()
    there = Recipient.objects.filter(
        announcement=OuterRef("pk"), college__in=announcing_colleges(user).order_by()
    )
    theirs = Q(college__isnull=True) & ~Q(state=AnnouncementState.DRAFT) & Exists(there)
    own = own_announcements(user).order_by().values("pk")
    return Announcement.objects.filter(Q(pk__in=own) | theirs).select_related("college")


def followed_colleges(user: User) -> list[int] | None:
    """Of which collèges a user may know who has read (keys); None: of all."""
    if announces_for_all(user):
        return None
    return list(announcing_colleges(user).values_list("pk", flat=True))


def access_own_announcement(user: User, public_id: uuid.UUID) -> Announcement:
    """
    An announcement that the user may publish, correct or withdraw.

    :raises NotFound: if absent, or another's
    """
    found = own_announcements(user).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(announcement=str(public_id))
    return found


def access_followed(user: User, public_id: uuid.UUID) -> Announcement:
    """
    An announcement that the user may follow.

    :raises NotFound: if absent, or none of theirs
    """
    found = followed_announcements(user).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(announcement=str(public_id))
    return found


def own_batches(user: User) -> QuerySet[LetterBatch]:
    """The letters a user had printed; those that are no longer kept included."""
    mine = Q(actor_kind="user", actor_id=str(user.public_id))
    return LetterBatch.objects.filter(mine).defer("sealed").order_by("-made_at", "-pk")


def access_batch(user: User, public_id: uuid.UUID) -> LetterBatch:
    """
    Letters that the user had printed, and that are still kept.

    :raises NotFound: if absent, another's, or no longer kept
    """
    found = None
    if user.can(Capability.ANNOUNCE):
        kept = LetterBatch.objects.filter(
            public_id=public_id, sealed__isnull=False, kept_until__gt=timezone.now()
        )
        found = kept.filter(actor_kind="user", actor_id=str(user.public_id)).first()
    if found is None:
        raise NotFound(letters=str(public_id))
    return found
