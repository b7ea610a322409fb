"""Reads of announcements and of notifications: what a person is shown, and how one is followed.

Filtering by right is in `access`. A family is counted by its child: two siblings of one class are two.
"""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import uuid
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from tenants.people.models import College, Guardian, Pupil, SchoolClass
from tenants.schoollife.announcements import statements
from tenants.schoollife.announcements.models import (
    Announcement,
    AnnouncementState,
    Attachment,
    Digest,
    LetterBatch,
    Notice,
    NotificationDefaults,
    PastVersion,
    Preference,
    PushKey,
    PushSubscription,
    Receipt,
)
from tenants.schoollife.announcements.moments import Chosen, Terms

if TYPE_CHECKING:
    from tenants.accounts.models import User

MOST_FOLLOWED = 400  # pupils whose families are named on a page: a class, or a small collège


def terms() -> Terms:
    """What the département set of notifications; else what the product does."""
    row = NotificationDefaults.objects.first()
    if row is None:
        return Terms()
    return Terms(chosen_of(row), row.digest_hour, row.urgent_per_week)


def chosen_of(row: NotificationDefaults | Preference) -> Chosen:
    """What a row says of when to tell somebody."""
    return Chosen(row.mode, row.quiet_from, row.quiet_until, row.is_quiet_at_weekends)


def preference_of(user: User) -> Chosen:
    """What a person chose; else what holds for everybody."""
    row = Preference.objects.filter(user=user).first()
    return chosen_of(row) if row else terms().chosen


def devices_of(user: User) -> list[PushSubscription]:
    """The browsers that a person has told, latest first."""
    return list(PushSubscription.objects.filter(user=user).order_by("-added_at", "-pk"))


def push_key() -> PushKey | None:
    """The key of the département, once it was made."""
    return PushKey.objects.first()


def device_by_id(device_id: int) -> PushSubscription | None:
    """A browser with its person, as events name it."""
    return PushSubscription.objects.select_related("user").filter(pk=device_id).first()


def notice_by_id(notice_id: int) -> Notice | None:
    """A notice with its person, as events name it."""
    return Notice.objects.select_related("user").filter(pk=notice_id).first()


def digest_by_id(digest_id: int) -> Digest | None:
    """A digest with its person, as events name it."""
    return Digest.objects.select_related("user").filter(pk=digest_id).first()


def notices_of(digest: Digest) -> list[Notice]:
    """What a digest gathers, oldest first."""
    return list(Notice.objects.filter(digest=digest).order_by("asked_at", "pk"))


def attachments_of(announcement: Announcement) -> list[Attachment]:
    """The documents of an announcement, in the order they were added."""
    return list(
        Attachment.objects.filter(announcement=announcement, deleted_at__isnull=True).order_by("pk")
    )


def past_versions_of(announcement: Announcement) -> list[PastVersion]:
    """What it said before each correction, latest first."""
    return list(PastVersion.objects.filter(announcement=announcement).order_by("-number"))


def receipts_of(
    person: Guardian | Pupil, announcements: Collection[Announcement]
) -> dict[int, Receipt]:
    """What a person read of some announcements, by the key of each."""
    whose: dict[str, Any] = (
        {"guardian": person} if isinstance(person, Guardian) else {"pupil": person}
    )
    found = Receipt.objects.filter(announcement__in=announcements, **whose)
    return {receipt.announcement_id: receipt for receipt in found}


def is_awaited(announcement: Announcement, receipt: Receipt | None) -> bool:
    """Whether somebody has still to say that they read it, as it now is."""
    said = receipt.acknowledged_version if receipt else 0
    return announcement.asks_acknowledgement and said < announcement.asked_version


def classes_of(announcement: Announcement) -> list[SchoolClass]:
    """The classes it is for, by name."""
    keys = announcement.target_classes.values("school_class_id")
    return list(SchoolClass.objects.filter(pk__in=keys).order_by("name", "pk"))


def classes_in(college: College, *, school_year: int) -> list[SchoolClass]:
    """The classes of a collège in a school year, by name."""
    found = SchoolClass.objects.filter(college=college, school_year=school_year)
    return list(found.order_by("name", "pk"))


def is_running(announcement: Announcement, *, on: datetime.date) -> bool:
    """Whether it is published, and its last day is not over."""
    until = announcement.shown_until
    return announcement.is_published and (until is None or until > on)


def batches_of(announcement: Announcement) -> list[LetterBatch]:
    """The letters printed of an announcement, latest first; without the files."""
    found = LetterBatch.objects.filter(announcement=announcement).defer("sealed")
    return list(found.order_by("-made_at", "-pk"))


def batch_of_job(job_id: uuid.UUID) -> LetterBatch | None:
    """What a printing made, if it is done."""
    return LetterBatch.objects.filter(job_id=job_id).defer("sealed").first()


# --- the audience -------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, slots=True)
class AudienceSize:
    """How many an announcement is for; `without_email` are guardians who are only reached by letter."""

    pupils: int
    guardians: int
    told_pupils: int
    without_email: int

    @property
    def people(self) -> int:
        return self.guardians + self.told_pupils


def audience_of(announcement: Announcement, *, on: datetime.date) -> dict[str, Any]:
    """The parameters that `sql/parts/audience.sql` asks for."""
    classes = list(announcement.target_classes.values_list("school_class_id", flat=True))
    return {
        "day": on,
        "college": announcement.college_id,
        "levels": announcement.levels,
        "classes": classes,
        "is_for_all": not announcement.levels and not classes,
        "is_for_guardians": announcement.is_for_guardians,
        "is_for_pupils": announcement.is_for_pupils,
    }


def audience_size(announcement: Announcement, *, on: datetime.date) -> AudienceSize:
    """How many it would be for if it were published on a day."""
    return AudienceSize(*statements.counts("count_audience", audience_of(announcement, on=on)))


# --- who has read -------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, slots=True)
class ClassFigures:
    """How an announcement stands in a class. Families are counted by child; people once in each class."""

    college: str
    school_class: str
    class_id: int | None
    families: int
    families_reached: int
    families_acknowledged: int
    people: int
    people_read: int
    people_acknowledged: int


@dataclasses.dataclass(frozen=True, slots=True)
class Follow:
    """How an announcement stands, class by class, and in all."""

    classes: tuple[ClassFigures, ...]
    total: ClassFigures


def follow(
    announcement: Announcement, *, colleges: Sequence[int] | None, on: datetime.date
) -> Follow:
    """Who has read an announcement, by class; `colleges` are those one may know of (None: all)."""
    found = tuple(
        ClassFigures(*row)
        for row in statements.rows("follow", _followed(announcement, colleges, on=on))
    )
    return Follow(classes=found, total=_sum(found))


def _sum(classes: Sequence[ClassFigures]) -> ClassFigures:
    def total(name: str) -> int:
        return sum(getattr(one, name) for one in classes)

    return ClassFigures(
        "", "", None, total("families"), total("families_reached"),
        total("families_acknowledged"), total("people"), total("people_read"),
        total("people_acknowledged"),
    )  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class ReaderLine:
    """A person of a family, and what they did of an announcement."""

    pupil_id: int
    pupil_name: str
    college: str
    school_class: str
    guardian_id: int | None
    name: str
    has_email: bool
    read_at: datetime.datetime | None
    acknowledged_at: datetime.datetime | None
    printed_at: datetime.datetime | None
    address: tuple[str, ...]

    @property
    def is_guardian(self) -> bool:
        return self.guardian_id is not None


@dataclasses.dataclass(frozen=True, slots=True)
class FamilyLine:
    """A pupil, and those who were told."""

    pupil_name: str
    school_class: str
    people: tuple[ReaderLine, ...]

    @property
    def is_reached(self) -> bool:
        return any(one.read_at is not None for one in self.people if one.is_guardian)


def reader_lines(
    announcement: Announcement,
    *,
    colleges: Sequence[int] | None,
    on: datetime.date,
    class_id: int | None = None,
    most: int | None = None,
) -> list[ReaderLine]:
    """Each person told, by class, pupil and name; those whose link has ended are not there."""
    parameters = _followed(announcement, colleges, on=on) | {"class": class_id, "most": most}
    return [
        ReaderLine(*(*row[:-1], tuple(line for line in row[-1] if line)))
        for row in statements.rows("readers", parameters)
    ]


def families(
    announcement: Announcement,
    *,
    colleges: Sequence[int] | None,
    on: datetime.date,
    class_id: int | None = None,
) -> list[FamilyLine]:
    """The families told, at most `MOST_FOLLOWED`, each with its people."""
    lines = reader_lines(
        announcement, colleges=colleges, on=on, class_id=class_id, most=MOST_FOLLOWED
    )
    return [
        FamilyLine(
            pupil_name=people[0].pupil_name, school_class=people[0].school_class, people=people
        )
        for people in (
            tuple(group) for _key, group in itertools.groupby(lines, lambda one: one.pupil_id)
        )
    ]


def _followed(
    announcement: Announcement, colleges: Sequence[int] | None, *, on: datetime.date
) -> dict[str, Any]:
    return {
        "announcement": announcement.pk,
        "asked_version": announcement.asked_version,
        "version": announcement.version,
        "colleges": None if colleges is None else list(colleges),
        "day": on,
    }


# --- as events name them ------------------------------------------------------------------------


def announcement_by_public_id(public_id: uuid.UUID) -> Announcement | None:
    """An announcement, as a notice names it."""
    return Announcement.objects.select_related("college").filter(public_id=public_id).first()


def announcement_by_id(announcement_id: int) -> Announcement:
    """An announcement, as a job names it."""
    return Announcement.objects.select_related("college").get(pk=announcement_id)


def scheduled(*, at: datetime.datetime) -> list[Announcement]:
    """Those whose moment has come."""
    found = Announcement.objects.filter(state=AnnouncementState.SCHEDULED, publish_at__lte=at)
    return list(found.order_by("publish_at", "pk"))


def running(*, at: datetime.datetime) -> list[Announcement]:
    """Those that are published and not over."""
    found = Announcement.objects.filter(
        state=AnnouncementState.PUBLISHED, shown_until__gt=timezone.localdate(at)
    )
    return list(found.order_by("pk"))


# --- what waits for a person --------------------------------------------------------------------


@dataclasses.dataclass(frozen=True, slots=True)
class Waiting:
    """An announcement that somebody did not read; or, where that is asked, did not say they read."""

    public_id: uuid.UUID
    title: str
    college: str  # empty: the département
    asks_acknowledgement: bool


def waiting_for(user: User, *, on: datetime.date, most: int = 10) -> list[Waiting]:
    """What runs and waits for a person, what is to be acknowledged first; one statement."""
    parameters = {"user": user.pk, "day": on, "most": most}
    return [Waiting(*row) for row in statements.rows("waiting", parameters)]
