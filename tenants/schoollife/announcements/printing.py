"""Letters for the homes that did not read: one page a home, both homes of parents who live apart.

A home is an address and the children it has in the audience: guardians who share both share a page. Where
no address is known, a guardian has a page of their own, to hand to the pupil. A home is printed once for
each version of an announcement, and the database says so: two secretaries at once print it once.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Callable, Sequence

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commons import sealing
from commons.actors import Actor
from commons.errors import NotFound
from commons.normalisation import search_key
from tenants.schoollife.announcements import queries
from tenants.schoollife.announcements.models import Announcement, LetterBatch, PrintedLetter
from tenants.schoollife.announcements.queries import ReaderLine
from tenants.schoollife.announcements.refusals import (
    NothingToPrint,
    NotPublished,
    PrintedMeanwhile,
)
from tenants.schoollife.announcements.writing import write_down

KEPT = datetime.timedelta(days=7)
_SEALED_FOR = "announcements.letters"


class Choice(models.TextChoices):
    """Which homes are printed."""

    NOT_READ = "NOT_READ", _("Les foyers qui n'ont pas lu")
    WITHOUT_EMAIL = "WITHOUT_EMAIL", _("Seulement les foyers sans adresse électronique")


@dataclasses.dataclass(frozen=True, slots=True)
class Home:
    """Who a page is for: their names and address, their children with their classes."""

    guardian_ids: tuple[int, ...]
    addressee: tuple[str, ...]
    children: tuple[str, ...]
    college: str
    school_class: str  # of the first child: letters come class by class


# Sets letters as one file: given by whoever may import `ui`.
Typeset = Callable[[Announcement, Sequence[Home]], bytes]


def homes_to_print(
    announcement: Announcement,
    *,
    choice: str,
    colleges: Sequence[int] | None,
    on: datetime.date,
) -> list[Home]:
    """The homes that did not read (or say so, where that is asked) and have no letter of this version."""
    lines = queries.reader_lines(announcement, colleges=colleges, on=on)
    by_home: dict[tuple[object, ...], list[ReaderLine]] = {}
    children: dict[int, list[ReaderLine]] = {}
    for line in lines:
        if line.guardian_id is not None:
            children.setdefault(line.guardian_id, []).append(line)
    for guardian_id, held in children.items():
        place = search_key(" ".join(held[0].address[1:])) or guardian_id
        key = (place, *(line.pupil_id for line in held))
        by_home.setdefault(key, []).extend(held)
    return [
        _home(held)
        for held in by_home.values()
        if _is_to_print(announcement, held, only_without_email=choice == Choice.WITHOUT_EMAIL)
    ]


def _is_to_print(
    announcement: Announcement, held: Sequence[ReaderLine], *, only_without_email: bool
) -> bool:
    if any(line.printed_at for line in held):
        return False
    if only_without_email and any(line.has_email for line in held):
        return False
    is_said = announcement.asks_acknowledgement
    return not any(line.acknowledged_at if is_said else line.read_at for line in held)


def _home(held: Sequence[ReaderLine]) -> Home:
    guardians = {line.guardian_id: line for line in held if line.guardian_id is not None}
    first = held[0]
    pupils = {
        line.pupil_id: " · ".join(part for part in (line.pupil_name, line.school_class) if part)
        for line in held
    }
    return Home(
        guardian_ids=tuple(guardians),
        addressee=(*(line.address[0] for line in guardians.values()), *first.address[1:]),
        children=tuple(pupils.values()),
        college=first.college,
        school_class=first.school_class,
    )


def print_letters(
    *,
    announcement: Announcement,
    homes: Sequence[Home],
    typeset: Typeset,
    actor: Actor,
    at: datetime.datetime,
    job_id: uuid.UUID | None = None,
) -> LetterBatch:
    """
    Print a letter for each home, in one file, and mark them as printed. The same job twice does it once.

    :raises NotPublished: if it is not published
    :raises NothingToPrint: if there is no home
    :raises PrintedMeanwhile: if somebody printed one of them since they were listed
    """
    done = queries.batch_of_job(job_id) if job_id else None
    if done:
        return done
    if not announcement.is_published:
        raise NotPublished
    if not homes:
        raise NothingToPrint
    content = typeset(announcement, homes)  # it takes a while: nothing is locked yet
    try:
        with transaction.atomic(durable=True):
            return _keep(announcement, homes, content, actor=actor, at=at, job_id=job_id)
    except IntegrityError as error:
        raise PrintedMeanwhile from error


def _keep(
    announcement: Announcement,
    homes: Sequence[Home],
    content: bytes,
    *,
    actor: Actor,
    at: datetime.datetime,
    job_id: uuid.UUID | None,
) -> LetterBatch:
    batch = LetterBatch.objects.create(
        announcement=announcement,
        job_id=job_id,
        pages=len(homes),
        made_at=at,
        kept_until=at + KEPT,
        sealed=sealing.seal_bytes(content, purpose=_SEALED_FOR),
        actor_kind=actor.kind,
        actor_id=actor.id,
    )
    PrintedLetter.objects.bulk_create(
        PrintedLetter(
            batch=batch,
            announcement=announcement,
            version=announcement.version,
            guardian_id=guardian_id,
            page=page,
        )
        for page, home in enumerate(homes, start=1)
        for guardian_id in home.guardian_ids
    )
    write_down(
        "printed", announcement, actor=actor, at=at, letters=len(homes), batch=str(batch.public_id)
    )
    return batch


@transaction.atomic(durable=True)
def open_letters(*, batch: LetterBatch, actor: Actor, at: datetime.datetime) -> bytes:
    """
    The letters, as a PDF; each opening is written down.

    :raises NotFound: if they are no longer kept
    """
    row = LetterBatch.objects.select_related("announcement").get(pk=batch.pk)
    if row.sealed is None:
        raise NotFound(letters=str(row.public_id))
    write_down("letters_opened", row.announcement, actor=actor, at=at, batch=str(row.public_id))
    return sealing.unseal_bytes(bytes(row.sealed), purpose=_SEALED_FOR)


@transaction.atomic(durable=True)
def remove_letters(*, at: datetime.datetime) -> int:
    """Empty the files kept long enough to be printed; that they were stays. How many."""
    over = LetterBatch.objects.filter(kept_until__lte=timezone.localtime(at), sealed__isnull=False)
    return over.update(sealed=None)
