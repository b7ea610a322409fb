"""What a partner reads of its own sheet: each line, what waits beside it, and what changed before."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from django import forms

from federation.passplus import sheet_queries
from federation.passplus.models import Partner, PartnerIban, SheetProposal
from portal.screens.partner_applications import Question
from portal.screens.partner_directory import domains_in_words
from ui import wording
from ui.partner_history import Change, history_of
from ui.passplus_texts import SHEET


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One line of a sheet, and what was asked for instead, if anything."""

    label: str
    now: str
    wanted: str = ""
    is_changed: bool = False


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
    is_refused = latest is not None and latest.state == SheetProposal.State.REFUSED
    return SheetPage(
        lines=tuple(_lines(partner, waiting)),
        waiting=waiting,
        refused=latest if is_refused and waiting is None else None,
        account=next((one for one in accounts if one.confirmed_at), None),
        account_waiting=next((one for one in accounts if not one.confirmed_at), None),
        changes=history_of(partner),
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
