"""Reads on families, pupils and feeds.

Functions that return querysets leave filtering by right to the caller (`access.visible_pupils`);
those that take a `user` answer for that user alone. `on` is a local date: periods are half-open.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from commons.normalisation import search_key
from tenants.people.models import (
    College,
    FeedImport,
    FeedImportRow,
    Guardian,
    Guardianship,
    Household,
    Pupil,
    Schooling,
)

if TYPE_CHECKING:
    from tenants.accounts.models import User

MOST_FOUND = 50


@dataclasses.dataclass(frozen=True, slots=True)
class Family:
    """What a guardian sees of their family: themselves, their children, and their own household."""

    guardian: Guardian | None
    household: Household | None
    children: tuple[Pupil, ...]


def in_force(on: datetime.date, prefix: str = "") -> Q:
    """The rows whose period `[valid_from, valid_until)` holds a day; `prefix` ends in `__`."""
    return Q(**{f"{prefix}valid_from__lte": on}) & (
        Q(**{f"{prefix}valid_until__isnull": True}) | Q(**{f"{prefix}valid_until__gt": on})
    )


def guardian_of(user: User) -> Guardian | None:
    """The guardian this account belongs to, if any."""
    return Guardian.objects.filter(user_id=user.pk).first()


def children_of(user: User, *, on: datetime.date) -> QuerySet[Pupil]:
    """The pupils this user answers for on a day, oldest first."""
    links = Guardianship.objects.filter(in_force(on), guardian__user_id=user.pk)
    return Pupil.objects.filter(pk__in=links.values("pupil_id")).order_by(
        "birth_date", "sort_key", "pk"
    )


def children_of_guardian(guardian: Guardian, *, on: datetime.date) -> QuerySet[Pupil]:
    """The pupils a guardian answers for on a day, oldest first."""
    links = Guardianship.objects.filter(in_force(on), guardian=guardian)
    return Pupil.objects.filter(pk__in=links.values("pupil_id")).order_by(
        "birth_date", "sort_key", "pk"
    )


def family_of(user: User, *, on: datetime.date) -> Family:
    """A user's family, without a word of the other household."""
    guardian = guardian_of(user)
    if guardian is None:
        return Family(guardian=None, household=None, children=())
    return Family(
        guardian=guardian,
        household=household_of(guardian, on=on),
        children=tuple(children_of(user, on=on)),
    )


def household_of(guardian: Guardian, *, on: datetime.date) -> Household | None:
    """The tax household a guardian belongs to on a day (the latest joined, should there be two)."""
    return (
        Household.objects.filter(in_force(on, "members__"), members__guardian=guardian)
        .order_by("-members__valid_from", "-pk")
        .first()
    )


def guardianships_of(pupil: Pupil, *, on: datetime.date) -> QuerySet[Guardianship]:
    """Who answers for a pupil on a day: payers first, then parental authority."""
    return (
        Guardianship.objects.filter(in_force(on), pupil=pupil)
        .select_related("guardian")
        .order_by("-payer_share_bp", "-is_financial", "legal_role", "pk")
    )


def guardianships_on(
    pupil_ids: Collection[int], *, on: datetime.date
) -> dict[int, list[Guardianship]]:
    """Who answers for several pupils on a day, by pupil, in the same order."""
    rows = (
        Guardianship.objects.filter(in_force(on), pupil_id__in=pupil_ids)
        .select_related("guardian")
        .order_by("-payer_share_bp", "-is_financial", "legal_role", "pk")
    )
    grouped: dict[int, list[Guardianship]] = {}
    for row in rows:
        grouped.setdefault(row.pupil_id, []).append(row)
    return grouped


def payers_of(pupil: Pupil, *, on: datetime.date) -> QuerySet[Guardianship]:
    """Who pays for a pupil on a day, largest share first."""
    return guardianships_of(pupil, on=on).filter(payer_share_bp__gt=0)


def schooling_on(pupil: Pupil, on: datetime.date) -> Schooling | None:
    """Where a pupil is schooled on a day (the latest started, should there be two)."""
    return (
        Schooling.objects.filter(in_force(on), pupil=pupil)
        .select_related("college", "school_class")
        .order_by("-valid_from", "-pk")
        .first()
    )


def schoolings_on(pupil_ids: list[int], on: datetime.date) -> dict[int, Schooling]:
    """The schooling of several pupils on a day, by pupil."""
    rows = (
        Schooling.objects.filter(in_force(on), pupil_id__in=pupil_ids)
        .select_related("college", "school_class")
        .order_by("valid_from", "pk")
    )
    return {row.pupil_id: row for row in rows}


def all_pupils() -> QuerySet[Pupil]:
    """Every pupil, those who left too; for who may read them all."""
    return Pupil.objects.all()


def schooled_pupils(*, on: datetime.date) -> QuerySet[Pupil]:
    """The pupils who are schooled somewhere on a day; for who may read them all."""
    schooled = Schooling.objects.filter(in_force(on), pupil=OuterRef("pk"))
    return Pupil.objects.filter(Exists(schooled))


def colleges() -> QuerySet[College]:
    """The collèges, by name."""
    return College.objects.order_by("name", "pk")


def colleges_of(uais: Collection[str]) -> QuerySet[College]:
    """The collèges of some UAI codes."""
    return colleges().filter(uai__in=uais)


def pupils_by_name(pupils: QuerySet[Pupil] | None = None) -> QuerySet[Pupil]:
    """Pupils in the order of a French directory, each with the schoolings that still run."""
    running = Schooling.objects.filter(valid_until__isnull=True).select_related(
        "college", "school_class"
    )
    found = Pupil.objects.all() if pupils is None else pupils
    return found.order_by("sort_key", "pk").prefetch_related(
        Prefetch("schoolings", queryset=running, to_attr="running_schoolings")
    )


def search_pupils(text: str, *, pupils: QuerySet[Pupil] | None = None) -> QuerySet[Pupil]:
    """Pupils whose last and first names begin like the text, or whose INE it is; 50 at most."""
    found = pupils_by_name(pupils)
    return found.filter(_named_like(text) | Q(ine=text.strip().upper()))[:MOST_FOUND]


def search_guardians(text: str) -> QuerySet[Guardian]:
    """Guardians whose last and first names begin like the text, or whose e-mail it is; 50 at most."""
    found = Guardian.objects.filter(_named_like(text) | Q(email=text.strip().lower()))
    return found.order_by("sort_key", "pk")[:MOST_FOUND]


def _named_like(text: str) -> Q:
    """`search_key` is "last first"; the index serves LIKE 'prefix%'. Nothing typed finds nobody."""
    key = search_key(text)
    return Q(search_key__startswith=key) if key else Q(pk__in=())


def feed_imports() -> QuerySet[FeedImport]:
    """Every reading of a feed, latest first."""
    return FeedImport.objects.order_by("-started_at", "-pk")


def open_record(
    feed_import_id: uuid.UUID, *, record_kind: str, record_id: str
) -> FeedImportRow | None:
    """What a feed left open of a record, with the report."""
    rows = FeedImportRow.objects.filter(
        feed_import__public_id=feed_import_id,
        outcome=FeedImportRow.Outcome.AMBIGUOUS,
        record_kind=record_kind,
        record_id=record_id,
    )
    return rows.select_related("feed_import").order_by("rank", "pk").first()


def feed_import_rows(
    feed_import: FeedImport, *, outcome: str | None = None, record_kind: str | None = None
) -> QuerySet[FeedImportRow]:
    """What became of the records of a feed, in its order; whom it no longer names come first."""
    rows = FeedImportRow.objects.filter(feed_import=feed_import)
    if outcome:
        rows = rows.filter(outcome=outcome)
    if record_kind:
        rows = rows.filter(record_kind=record_kind)
    return rows.order_by("rank", "pk")
