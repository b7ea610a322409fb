"""What is kept no longer: notices after a season; who was told and who read, after two school years."""

from __future__ import annotations

import datetime

from django.db import transaction

from commons import kept_documents
from tenants.schoollife.announcements.models import (
    Announcement,
    Attachment,
    Digest,
    Notice,
    PrintedLetter,
    Receipt,
    Recipient,
)

NOTICES_KEPT = datetime.timedelta(days=90)
READING_KEPT = datetime.timedelta(days=730)


def purge(*, at: datetime.datetime) -> int:
    """Forget what is kept no longer in the current département; how many rows and documents."""
    return _forget_notices(at=at) + _forget_reading(at=at) + _erase_documents(at=at)


@transaction.atomic(durable=True)
def _forget_notices(*, at: datetime.datetime) -> int:
    notices, _kinds = Notice.objects.filter(released_at__lt=at - NOTICES_KEPT).delete()
    empty = Digest.objects.filter(made_at__lt=at - NOTICES_KEPT, notices__isnull=True)
    digests, _kinds = empty.delete()
    return notices + digests


@transaction.atomic(durable=True)
def _forget_reading(*, at: datetime.datetime) -> int:
    old = Announcement.objects.filter(published_at__lt=at - READING_KEPT).values("pk")
    total = 0
    for model in (Receipt, PrintedLetter, Recipient):
        count, _kinds = model.objects.filter(announcement__in=old).delete()
        total += count
    return total


def _erase_documents(*, at: datetime.datetime) -> int:
    """Those of announcements that nobody may read any more."""
    old = Announcement.objects.filter(published_at__lt=at - READING_KEPT)
    return kept_documents.erase(Attachment.objects.filter(announcement__in=old), at=at)
