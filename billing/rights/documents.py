"""The documents of a request: what is known of them here, and their deletion.

The bytes are received, checked and stored by whoever took them in; this room keeps where they are. They
are deleted when the request is over, or as many days later as the rules say (DOMAIN §6.9).
"""

from __future__ import annotations

import dataclasses
import datetime

from django.core.files.storage import default_storage
from django.db import transaction

from billing.rights import queries
from billing.rights.models import ProofDocument, RightsRequest
from commons.errors import DomainError

MOST = 10


class TooManyDocuments(DomainError):
    """A request holds ten documents at most."""

    code = "RIGHTS_TOO_MANY_DOCUMENTS"


class DocumentInvalid(DomainError):
    """Of no kind there is."""

    code = "RIGHTS_DOCUMENT_INVALID"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file of the tenant's, once its bytes are stored."""

    storage_name: str
    content_type: str
    size_bytes: int
    sha256: str


def keep(
    locked: RightsRequest, *, kind: str, stored: StoredFile, at: datetime.datetime
) -> ProofDocument:
    """Write down a document of a locked request; the same bytes given twice are one document.

    :raises DocumentInvalid: if it is of no kind there is
    :raises TooManyDocuments: if the request has as many as it may
    """
    if kind not in ProofDocument.Kind.values:
        raise DocumentInvalid(field="kind")
    standing = queries.documents_of(locked)
    same = standing.filter(sha256=stored.sha256).first()
    if same is not None:
        return same
    if standing.count() >= MOST:
        raise TooManyDocuments(most=MOST)
    return ProofDocument.objects.create(
        request=locked,
        kind=kind,
        storage_name=stored.storage_name,
        content_type=stored.content_type,
        size_bytes=stored.size_bytes,
        sha256=stored.sha256,
        received_at=at,
    )


def delete_ended(*, at: datetime.datetime, request: RightsRequest | None = None) -> int:
    """Delete the bytes of what the retention no longer keeps, of one request or of all; how many.

    The bytes go first: a row that says "deleted" is never wrong, and one that does not is tried again.
    """
    ended_before = at - datetime.timedelta(days=queries.rules().document_days)
    found = ProofDocument.objects.filter(
        deleted_at__isnull=True, request__closed_at__lte=ended_before
    )
    if request is not None:
        found = found.filter(request=request)
    count = 0
    for document in found.order_by("pk"):
        default_storage.delete(document.storage_name)
        with transaction.atomic(durable=True):
            count += ProofDocument.objects.filter(pk=document.pk, deleted_at__isnull=True).update(
                deleted_at=at
            )
    return count
