"""Read an announcement, and say so: each for themselves, once."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction

from commons.actors import Actor
from tenants.people.models import Guardian
from tenants.schoollife.announcements.access import Reader
from tenants.schoollife.announcements.models import Announcement, Receipt
from tenants.schoollife.announcements.refusals import NoAcknowledgementAsked, NotPublished
from tenants.schoollife.announcements.writing import write_down


@transaction.atomic(durable=True)
def note_read(*, announcement: Announcement, reader: Reader, at: datetime.datetime) -> None:
    """Note that a person opened an announcement; the first time alone counts."""
    if announcement.is_published:
        _first_read(announcement, reader, at=at)


@transaction.atomic(durable=True)
def acknowledge(
    *, announcement: Announcement, reader: Reader, actor: Actor, at: datetime.datetime
) -> Receipt:
    """
    Say that one read an announcement as it now is; again changes nothing.

    :raises NotPublished: if it was withdrawn
    :raises NoAcknowledgementAsked: if it asks nobody to say so
    """
    now = Announcement.objects.select_for_update(of=("self",), no_key=True).get(pk=announcement.pk)
    if not now.is_published:
        raise NotPublished
    if not now.asks_acknowledgement:
        raise NoAcknowledgementAsked
    _first_read(now, reader, at=at)
    receipt = Receipt.objects.select_for_update(of=("self",), no_key=True).get(
        announcement=now, **_whose(reader)
    )
    if receipt.acknowledged_version >= now.asked_version:
        return receipt
    receipt.acknowledged_at, receipt.acknowledged_version = at, now.version
    receipt.save(update_fields=["acknowledged_at", "acknowledged_version"])
    write_down("acknowledged", now, actor=actor, at=at, version=now.version)
    return receipt


def _first_read(announcement: Announcement, reader: Reader, *, at: datetime.datetime) -> None:
    Receipt.objects.bulk_create(
        [Receipt(announcement=announcement, read_at=at, **_whose(reader))], ignore_conflicts=True
    )


def _whose(reader: Reader) -> dict[str, Any]:
    if isinstance(reader, Guardian):
        return {"guardian": reader, "pupil": None}
    return {"guardian": None, "pupil": reader}
