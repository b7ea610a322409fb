"""What the canteen holds about a person's children."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from billing.canteen.models import Enrolment
from commons.personal_data import Record, holds, record_of
from tenants.people.personal_data import own_pupils

if TYPE_CHECKING:
    from tenants.accounts.models import User


@holds(
    _("Les inscriptions à la cantine"),
    why=_("Prévoir les repas, et les facturer à qui les paie."),
    reads=("canteen.Enrolment", "canteen.EnrolmentPayer", "canteen.BookingException"),
)
def enrolments(user: User) -> Iterable[Record]:
    """Days, cancelled and added meals, and the share the person pays."""
    found = Enrolment.objects.filter(pupil__in=own_pupils(user)).select_related("pupil", "college")
    for row in found.order_by("created_at", "pk"):
        own = row.payers.filter(guardian__user=user).first()
        yield record_of(
            row, "service", "state", "school_year", "valid_from", "valid_until",
            "created_at", enfant=row.pupil.full_name, collège=str(row.college),
        ) | {
            "jours de la semaine (1 : lundi)": [
                day for day in range(1, 6) if row.weekdays >> (day - 1) & 1
            ],
            "votre part (dix-millièmes)": own.share_bp if own else None,
            "repas annulés ou ajoutés": [
                record_of(one, "day", "kind", "is_late", "requested_at")
                for one in row.exceptions.order_by("day", "pk")
            ],
        }  # fmt: skip
