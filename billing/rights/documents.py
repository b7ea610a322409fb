"""The documents of a request: what is known of them here, and their deletion.

The bytes are checked and kept by `commons.uploads`; a row keeps where they are. They are deleted when the
request is over, or as many days later as the rules say (DOMAIN §6.9). No other room keeps files there:
what no row of this one names is swept.
"""

from __future__ import annotations

import contextlib
import datetime

from django.db import transaction

from billing.rights import queries
from billing.rights.models import ProofDocument, RightsRequest
from commons import uploads
from commons.errors import DomainError, NotFound
from commons.uploads import StoredFile

MOST = 10


class TooManyDocuments(DomainError):
    """A request holds ten documents at most."""

    code = "RIGHTS_TOO_MANY_DOCUMENTS"


class DocumentInvalid(DomainError):
    """Of no kind there is."""

    code = "RIGHTS_DOCUMENT_INVALID"


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
        storage_name=stored.name,
        content_type=stored.content_type,
        size_bytes=stored.size,
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
        with contextlib.suppress(NotFound):  # gone already: it is not yet written that it is
            uploads.delete_stored(document.storage_name)
        with transaction.atomic(durable=True):
            count += ProofDocument.objects.filter(pk=document.pk, deleted_at__isnull=True).update(
                deleted_at=at
            )
    return count


def sweep(*, at: datetime.datetime) -> int:
    """Remove the files that no row names: those of an act that did not end; how many."""
    rows = ProofDocument.objects.filter(deleted_at__isnull=True)
    known = list(rows.values_list("storage_name", flat=True).order_by("pk"))
    return len(uploads.sweep_orphans(known, before=at - datetime.timedelta(hours=1)))
