"""The documents and the photograph of a registration: what may be one, and when it is erased.

Kept as those of every room are (`commons.kept_documents`), for as long as the rules of the requests of
rights say. A photograph is looked into by a machine for what a machine can tell: its format, its weight,
its size, that it stands upright. Whether a face fills it is for an agent to see.
"""

from __future__ import annotations

import datetime
import io

from django.db.models import Q
from PIL import Image

from billing.rights import queries as rights
from commons import kept_documents, uploads
from commons.errors import DomainError
from commons.examining.verdicts import PDF
from commons.uploads import StoredFile, Upload
from federation.passplus.registration_models import Registration, RegistrationDocument

Kind = RegistrationDocument.Kind
State = RegistrationDocument.State
MOST = 12
SHORTEST_WIDTH, SHORTEST_HEIGHT = 300, 400
MEGABYTE = 1_000_000


class TooManyDocuments(DomainError):
    """A registration holds twelve documents at most."""

    code = "PASSPLUS_TOO_MANY_DOCUMENTS"


class DocumentNotAsked(DomainError):
    """The campaign takes no such document."""

    code = "PASSPLUS_DOCUMENT_NOT_ASKED"


class PhotoRefused(DomainError):
    """A picture that cannot be the photograph of a card; `reason`: PDF, SMALL, LYING or HEAVY."""

    code = "PASSPLUS_PHOTO_REFUSED"


class Counted:
    """A stream that counts what is read of it."""

    def __init__(self, stream: uploads.Readable) -> None:
        self._stream, self.size = stream, 0

    def read(self, size: int, /) -> bytes:
        """As the stream reads."""
        piece = self._stream.read(size)
        self.size += len(piece)
        return piece


def receive_photo(
    stream: uploads.Readable, *, declared_name: str, most_megabytes: int | None
) -> Upload:
    """
    Look into a photograph; nothing is kept.

    :raises UploadRefused: one of its kinds, if it is no picture, damaged, or more than it may be
    :raises PhotoRefused: if it is a PDF, too heavy for the campaign, too small, or lies on its side
    """
    counted = Counted(stream)
    upload = uploads.receive(counted, declared_name=declared_name)
    if upload.content_type == PDF:
        raise PhotoRefused(reason="PDF")
    if most_megabytes is not None and counted.size > most_megabytes * MEGABYTE:
        raise PhotoRefused(reason="HEAVY", limit_mb=most_megabytes)
    with Image.open(io.BytesIO(upload.content)) as picture:  # drawn by us: only its head is read
        width, height = picture.size
    if width > height:
        raise PhotoRefused(reason="LYING")
    if width < SHORTEST_WIDTH or height < SHORTEST_HEIGHT:
        raise PhotoRefused(
            reason="SMALL", width=width, height=height,
            lowest_width=SHORTEST_WIDTH, lowest_height=SHORTEST_HEIGHT,
        )  # fmt: skip
    return upload


def keep(
    locked: Registration, *, kind: str, stored: StoredFile, at: datetime.datetime
) -> RegistrationDocument:
    """
    Write down a document of a locked registration; the same bytes given twice are one document.

    A photograph replaces the one before it.

    :raises TooManyDocuments: if the registration has as many as it may
    """
    standing = locked.documents.filter(deleted_at__isnull=True)
    same = kept_documents.same_as(stored, standing.filter(kind=kind).exclude(state=State.REFUSED))
    if same is not None:
        return same
    if standing.count() >= MOST:
        raise TooManyDocuments(most=MOST)
    if kind == Kind.PHOTO:
        standing.filter(kind=Kind.PHOTO).update(state=State.REFUSED)
    return RegistrationDocument.objects.create(
        registration=locked, kind=kind, **kept_documents.described(stored, at=at)
    )


def erase_ended(*, at: datetime.datetime, registration: Registration | None = None) -> int:
    """Erase what is kept no longer, of one registration or of all; how many.

    A proof: as many days after the end as the rules of rights say, once somebody looked at a bursary. A
    photograph: when another took its place, when there is no card, or when no ticket is used any more.
    """
    ended_before = at - datetime.timedelta(days=rights.rules().document_days)
    is_over = Q(registration__closed_at__lte=ended_before)
    has_card = Q(registration__state=Registration.State.GRANTED)
    is_looked_at = ~Q(kind=Kind.BURSARY_NOTICE) | ~Q(state=State.RECEIVED)
    proof = ~Q(kind=Kind.PHOTO) & is_over & (~has_card | is_looked_at)
    photo = Q(kind=Kind.PHOTO) & (Q(state=State.REFUSED) | (is_over & ~has_card))
    found = RegistrationDocument.objects.filter(proof | photo)
    if registration is not None:
        found = found.filter(registration=registration)
    return kept_documents.erase(found, at=at)
