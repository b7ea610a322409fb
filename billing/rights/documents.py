"""The documents of a request: what is known of them here, and their deletion.

The bytes are checked, kept and deleted as those of every room are (`commons.kept_documents`): here when
the request is over, or as many days later as the rules say (DOMAIN §6.9).
"""

from __future__ import annotations

import datetime

from billing.rights import queries
from billing.rights.models import ProofDocument, RightsRequest
from commons import kept_documents
from commons.errors import DomainError
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
    same = kept_documents.same_as(stored, standing)
    if same is not None:
        return same
    if standing.count() >= MOST:
        raise TooManyDocuments(most=MOST)
    return ProofDocument.objects.create(
        request=locked, kind=kind, **kept_documents.described(stored, at=at)
    )


def delete_ended(*, at: datetime.datetime, request: RightsRequest | None = None) -> int:
    """Delete the bytes of what the retention no longer keeps, of one request or of all; how many."""
    ended_before = at - datetime.timedelta(days=queries.rules().document_days)
    found = ProofDocument.objects.filter(request__closed_at__lte=ended_before)
    if request is not None:
        found = found.filter(request=request)
    return kept_documents.erase(found, at=at)
