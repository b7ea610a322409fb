"""What announcements hold about their person: what they were told, what they read, how to tell them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from commons.personal_data import Record, holds, record_of
from tenants.people.models import Guardian
from tenants.schoollife.announcements.access import reader_of
from tenants.schoollife.announcements.models import (
    Digest,
    Notice,
    Preference,
    PrintedLetter,
    PushSubscription,
    Receipt,
    Recipient,
)

if TYPE_CHECKING:
    from tenants.accounts.models import User


@holds(
    _("Les annonces pour vous"),
    why=_("Vous montrer ce que le collège annonce, et savoir qui a lu."),
    reads=(
        "announcements.Recipient",
        "announcements.Receipt",
        "announcements.PrintedLetter",
    ),
)
def announcements(user: User) -> Iterable[Record]:
    """What was addressed to the person, read by them, and printed for them."""
    reader = reader_of(user)
    if reader is None:
        return
    is_guardian = isinstance(reader, Guardian)
    whose = {"guardian": reader} if is_guardian else {"guardian": None, "pupil": reader}
    told = Recipient.objects.filter(**whose).select_related("announcement")
    for one in told.order_by("added_at", "pk"):
        yield record_of(one, "added_at", title=one.announcement.title)
    mine = {"guardian": reader} if is_guardian else {"pupil": reader}
    read = Receipt.objects.filter(**mine).select_related("announcement")
    for receipt in read.order_by("read_at", "pk"):
        yield record_of(receipt, "read_at", "acknowledged_at", title=receipt.announcement.title)
    if isinstance(reader, Guardian):
        letters = PrintedLetter.objects.filter(guardian=reader).select_related(
            "batch", "announcement"
        )
        for letter in letters.order_by("pk"):
            yield record_of(letter.batch, "made_at", title=letter.announcement.title)


@holds(
    _("Vos notifications"),
    why=_("Vous prévenir comme vous l'avez choisi."),
    reads=(
        "announcements.Preference",
        "announcements.Notice",
        "announcements.Digest",
        "announcements.PushSubscription",
    ),
)
def notifications(user: User) -> Iterable[Record]:
    """What the person chose, their devices, what was sent to them of late."""
    for chosen in Preference.objects.filter(user=user):
        yield record_of(
            chosen, "mode", "quiet_from", "quiet_until", "is_quiet_at_weekends", "changed_at"
        )
    for device in PushSubscription.objects.filter(user=user).order_by("added_at", "pk"):
        yield record_of(device, "device", "added_at")
    for notice in Notice.objects.filter(user=user).order_by("asked_at", "pk"):
        yield record_of(notice, "kind", "way", "asked_at", "released_at")
    for digest in Digest.objects.filter(user=user).order_by("day"):
        yield record_of(digest, "day", "made_at")
