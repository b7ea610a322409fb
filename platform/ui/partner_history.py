"""What became of a partner's sheet and account, in words."""

from __future__ import annotations

import dataclasses
import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commons.models import AuditEntry
from federation.passplus import sheet_queries, till_queries
from federation.passplus.models import Partner
from ui import wording
from ui.passplus_texts import SHEET

if TYPE_CHECKING:
    from django.utils.functional import Promise

ACTS: dict[str, str | Promise] = {
    "passplus.partner.affiliated": gettext_lazy("Partenariat commencé"),
    "passplus.partner.changed": gettext_lazy("Fiche changée"),
    "passplus.partner.ended": gettext_lazy("Partenariat terminé"),
    "passplus.iban.given": gettext_lazy("Compte bancaire donné"),
    "passplus.iban.confirmed": gettext_lazy("Compte bancaire vérifié"),
    "passplus.sheet.proposed": gettext_lazy("Changement demandé"),
    "passplus.sheet.accepted": gettext_lazy("Demande acceptée"),
    "passplus.sheet.refused": gettext_lazy("Demande refusée"),
    "passplus.sheet.withdrawn": gettext_lazy("Demande retirée"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened: when, what, to what, by whom."""

    at: datetime.datetime
    what: str
    of: str
    by: str


def history_of(partner: Partner) -> tuple[Change, ...]:
    """What the partner itself may read of its past, the latest first."""
    people = {
        str(one.user.public_id): one.user.get_full_name()
        for one in till_queries.members_of(partner)
    }
    return tuple(_change(one, people) for one in sheet_queries.changes_of(partner))


def _change(entry: AuditEntry, people: dict[str, str]) -> Change:
    fields = [str(SHEET[one]).lower() for one in entry.details.get("fields", ()) if one in SHEET]
    ending = entry.details.get("ending", "")
    of = _("finissant par %(ending)s") % {"ending": ending} if ending else wording.and_list(fields)
    return Change(
        at=entry.at,
        what=str(ACTS[entry.action]),
        of=of,
        by=people.get(entry.actor_id) or _("Le Département"),
    )
