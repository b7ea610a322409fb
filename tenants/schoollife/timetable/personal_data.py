"""What timetables hold about a person: their secret addresses. Lessons are of classes, not of pupils."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from commons.personal_data import Record, holds, record_of
from tenants.schoollife.timetable.models import FeedAddress

if TYPE_CHECKING:
    from tenants.accounts.models import User


@holds(
    _("Vos adresses d'agenda"),
    why=_("Donner l'emploi du temps à votre agenda. Nous ne gardons pas l'adresse elle-même."),
    reads=("timetable.FeedAddress",),
)
def feed_addresses(user: User) -> Iterable[Record]:
    """The person's own, those taken back too."""
    rows = FeedAddress.objects.filter(user=user).select_related("pupil")
    for row in rows.order_by("made_at", "pk"):
        child = row.pupil.full_name if row.pupil else None
        yield record_of(row, "made_at", "revoked_at", enfant=child)
