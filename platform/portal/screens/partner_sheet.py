"""What a partner reads of its own sheet: each line, what waits beside it, and what changed before."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commons.models import AuditEntry
from federation.passplus import sheet_queries, till_queries
from federation.passplus.models import Partner, PartnerIban, SheetProposal
from portal.screens.partner_applications import Question
from portal.screens.partner_directory import domains_in_words
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
class Line:
    """One line of a sheet, and what was asked for instead, if anything."""

    label: str
    now: str
    wanted: str = ""
    is_changed: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened: when, what, to what, by whom."""

    day: datetime.date
    what: str
    of: str
    by: str


@dataclasses.dataclass(frozen=True, slots=True)
class SheetPage:
    """The sheet of a partner, its account, and their past."""

    lines: tuple[Line, ...]
    waiting: SheetProposal | None
    refused: SheetProposal | None
    account: PartnerIban | None
    account_waiting: PartnerIban | None
    changes: tuple[Change, ...]
    is_ended: bool


def page_of(partner: Partner) -> SheetPage:
    """Read what the page of a sheet shows."""
    waiting = sheet_queries.waiting_sheet(partner)
    latest = sheet_queries.latest_answer(partner)
    accounts = [one for one in sheet_queries.accounts_of(partner) if one.closed_at is None]
    people = {
        str(one.user.public_id): one.user.get_full_name()
        for one in till_queries.members_of(partner)
    }
    is_refused = latest is not None and latest.state == SheetProposal.State.REFUSED
    return SheetPage(
        lines=tuple(_lines(partner, waiting)),
        waiting=waiting,
        refused=latest if is_refused and waiting is None else None,
        account=next((one for one in accounts if one.confirmed_at), None),
        account_waiting=next((one for one in accounts if not one.confirmed_at), None),
        changes=tuple(_change(one, people) for one in sheet_queries.changes_of(partner)),
        is_ended=partner.ended_at is not None,
    )


def questions(form: forms.Form) -> list[Question]:
    """The fields of a form, in their order."""
    return [Question(bound, isinstance(bound.field, forms.MultipleChoiceField)) for bound in form]


def _lines(partner: Partner, waiting: SheetProposal | None) -> Iterable[Line]:
    wanted = waiting.after if waiting else {}
    for field, label in SHEET.items():
        now = _written(field, getattr(partner, field))
        if field in wanted:
            yield Line(str(label), now, _written(field, wanted[field]), is_changed=True)
        else:
            yield Line(str(label), now)


def _written(field: str, value: Any) -> str:
    if field == "domains":
        return domains_in_words(value)
    if field == "phone":
        return wording.phone_number(value) or "–"
    return str(value) or "–"


def _change(entry: AuditEntry, people: dict[str, str]) -> Change:
    fields = [str(SHEET[one]).lower() for one in entry.details.get("fields", ()) if one in SHEET]
    ending = entry.details.get("ending", "")
    of = _("finissant par %(ending)s") % {"ending": ending} if ending else wording.and_list(fields)
    return Change(
        day=wording.local_date(entry.at),
        what=str(ACTS[entry.action]),
        of=of,
        by=people.get(entry.actor_id) or _("Le Département"),
    )
