"""Documents that a file holds: what each room keeps of them, and their deletion.

The bytes are checked and kept by `commons.uploads`; a row of a model that derives from `KeptDocument`
keeps where they are. What no row of any of these models names is swept: a room that keeps documents
derives its model from this one, and nothing else is to be done.
"""

from __future__ import annotations

import contextlib
import datetime
from typing import Any, TypeVar

from django.apps import apps
from django.db import models, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from commons import uploads
from commons.errors import NotFound
from commons.models import TenantModel
from commons.uploads import StoredFile


class KeptDocument(TenantModel):
    """A document whose bytes are in the tenant's files, under `storage_name`."""

    storage_name = models.CharField("fichier", max_length=200)
    content_type = models.CharField("type", max_length=60)
    size_bytes = models.PositiveIntegerField("taille (octets)")
    sha256 = models.CharField("empreinte", max_length=64)
    received_at = models.DateTimeField("reçue le", db_default=Now())
    deleted_at = models.DateTimeField("effacée le", null=True, blank=True)

    class Meta(TenantModel.Meta):
        abstract = True


D = TypeVar("D", bound=KeptDocument)


def described(stored: StoredFile, *, at: datetime.datetime) -> dict[str, Any]:
    """What a row says of the bytes it keeps."""
    return {
        "storage_name": stored.name,
        "content_type": stored.content_type,
        "size_bytes": stored.size,
        "sha256": stored.sha256,
        "received_at": at,
    }


def same_as(stored: StoredFile, rows: QuerySet[D]) -> D | None:
    """The row that already keeps these bytes: given twice, they are one document."""
    return rows.filter(sha256=stored.sha256, deleted_at__isnull=True).first()


def erase(rows: QuerySet[D], *, at: datetime.datetime) -> int:
    """Delete the bytes of these rows, and say so in each; how many.

    The bytes go first: a row that says "deleted" is never wrong, and one that does not is tried again.
    """
    count = 0
    for document in rows.filter(deleted_at__isnull=True).order_by("pk"):
        with contextlib.suppress(NotFound):  # gone already: it is not yet written that it is
            uploads.delete_stored(document.storage_name)
        with transaction.atomic(durable=True):
            standing = rows.model.objects.filter(pk=document.pk, deleted_at__isnull=True)
            count += standing.update(deleted_at=at)
    return count


def sweep(*, at: datetime.datetime) -> int:
    """Remove the files that no row of any room names: those of an act that did not end; how many."""
    known = [
        name
        for model in apps.get_models()
        if issubclass(model, KeptDocument)
        for name in model.objects.filter(deleted_at__isnull=True)
        .order_by("pk")
        .values_list("storage_name", flat=True)
    ]
    return len(uploads.sweep_orphans(known, before=at - datetime.timedelta(hours=1)))
