"""What a partner is paid: its statements, as pages, documents and tables, and what it disputes of them.

For those who manage the partner: a till's people see what they validate, not what is paid.
"""

from __future__ import annotations

import csv
import io
import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commons.actors import Actor
from commons.errors import DomainError
from federation.passplus.reimbursing import operations, queries
from federation.passplus.reimbursing.access import access_own_line, access_own_statement
from portal.partners import spaces
from portal.partners.doors import partner_page, show
from ui.documents.files import answer
from ui.documents.partner_statements import label_of, statement_file, statement_rows
from ui.errors import explain

SHOWN = 60


class DisputeForm(forms.Form):
    """What is wrong, in the partner's words."""

    text = forms.CharField(
        label=gettext_lazy("Ce qui ne va pas"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@partner_page(manager=True)
def statements(request: spaces.PartnerRequest) -> HttpResponse:
    """The statements, the latest first, and how each is paid; what is on none yet."""
    partner = request.member.partner
    found = list(queries.issued_statements(partner)[:SHOWN])
    paid = queries.latest_payouts(found)
    rows = [
        (one, queries.standing_of_payment(one, paid.get(one.pk)), paid.get(one.pk)) for one in found
    ]
    context = {
        "rows": rows,
        "next_cents": queries.unstated_cents(partner, at=timezone.now()),
        "owed_cents": queries.owed_back_cents(partner),
    }
    return show(request, "statements", context)


@partner_page(manager=True)
def statement(request: spaces.PartnerRequest, public_id: uuid.UUID) -> HttpResponse:
    """One statement, line by line."""
    found = access_own_statement(request.member.partner, public_id)
    payout = queries.latest_payouts([found]).get(found.pk)
    lines = [
        (line, label_of(line), max(line.disputes.all(), key=lambda one: one.pk, default=None))
        for line in queries.lines_of(found)
    ]
    context = {
        "statement": found,
        "lines": lines,
        "payout": payout,
        "status": queries.standing_of_payment(found, payout),
        "last_day": found.run.until - queries.ONE_DAY,
    }
    return show(request, "statement", context)


@partner_page(manager=True)
def statement_document(request: spaces.PartnerRequest, public_id: uuid.UUID) -> HttpResponse:
    """The statement as a PDF."""
    found = access_own_statement(request.member.partner, public_id)
    return answer(statement_file(found, at=timezone.now()))


@partner_page(manager=True)
def statement_table(request: spaces.PartnerRequest, public_id: uuid.UUID) -> HttpResponse:
    """The lines of the statement for a spreadsheet."""
    found = access_own_statement(request.member.partner, public_id)
    text = io.StringIO()
    lines = csv.writer(text, delimiter=";", lineterminator="\r\n")
    lines.writerows([_safe(cell) for cell in row] for row in statement_rows(found))
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="releve-{found.number}.csv"'
    return response


@partner_page("GET", "HEAD", "POST", manager=True)
def dispute(request: spaces.PartnerRequest, public_id: uuid.UUID, line: str) -> HttpResponse:
    """Say that a line is wrong, and why."""
    found = access_own_line(request.member.partner, public_id, line)
    form = DisputeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.dispute_statement_line(
                line=found,
                text=form.cleaned_data["text"],
                actor=Actor.user(request.partner_user),
                at=timezone.now(),
            )
        except DomainError as error:
            form.add_error(None, str(explain(error)))
        else:
            messages.success(request, _("C'est envoyé. Notre réponse arrive par e-mail."))
            return redirect("portal:partner-statement", public_id)
    context = {"form": form, "line": found, "label": label_of(found), "statement": found.statement}
    return show(request, "dispute", context, status=422 if form.errors else 200)


def _safe(text: str) -> str:
    """A text that a spreadsheet would take for a formula is only a text."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
