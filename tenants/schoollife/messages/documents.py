"""What is sent with a message: looked into and kept as the documents of every room are."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from commons import kept_documents, uploads
from commons.errors import DomainError
from commons.uploads import StoredFile
from tenants.schoollife.messages.limits import MOST_DOCUMENTS
from tenants.schoollife.messages.models import Attachment, Message
from tenants.schoollife.messages.refusals import TooManyDocuments

UNNAMED = "document"


@dataclasses.dataclass(frozen=True, slots=True)
class Given:
    """A document as it comes, and what its sender calls it."""

    stream: uploads.Readable
    name: str


@dataclasses.dataclass(frozen=True, slots=True)
class Draft:
    """What somebody begins a thread with."""

    subject: str
    text: str
    attached: Sequence[Given] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """A document that was looked into, whose bytes are kept."""

    stored: StoredFile
    name: str


@contextmanager
def taken_in(given: Sequence[Given]) -> Iterator[list[Kept]]:
    """Look into documents and keep them, for an act that follows; nothing stays if it is refused.

    :raises TooManyDocuments: before anything is read
    :raises UploadRefused: if one may not be kept
    """
    if len(given) > MOST_DOCUMENTS:
        raise TooManyDocuments(most=MOST_DOCUMENTS)
    kept: list[Kept] = []
    try:
        for one in given:
            upload = uploads.receive(one.stream, declared_name=one.name)
            kept.append(Kept(uploads.store(upload), upload.declared_name or UNNAMED))
        yield kept
    except DomainError:
        for document in kept:
            uploads.delete_stored(document.stored.name)
        raise


def attach(message: Message, kept: Sequence[Kept], *, at: datetime.datetime) -> None:
    """Write down what goes with a message, in its order."""
    Attachment.objects.bulk_create(
        Attachment(
            message=message,
            rank=rank,
            name=one.name,
            **kept_documents.described(one.stored, at=at),
        )
        for rank, one in enumerate(kept, start=1)
    )
