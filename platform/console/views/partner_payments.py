"""Paying partners: the runs, the page of one, the file for the bank, the statements as documents."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commons.actors import Actor
from console import acts, naming
from console import partner_payment_queries as reading
from console.views.frame import page_context, requires
from federation.passplus.reimbursing import operations, queries
from federation.passplus.reimbursing.access import (
    access_partner_run,
    access_partner_statement,
    access_payment_order,
)
from tenants.accounts.capabilities import Capability
from ui.documents.files import answer
from ui.documents.partner_statements import statement_file
from ui.requests import SignedInRequest


@require_safe
@requires(Capability.READ_MONEY)
def runs(request: SignedInRequest) -> HttpResponse:
    """`/console/partenaires/paiements/`"""
    act = acts.find("prepare-partner-run")
    may_prepare = request.user.can(act.capability) and queries.run_waiting() is None
    rows, kept = _runs_asked(request.GET.get("a_faire", ""))
    context = page_context(
        request,
        title=_("Paiement des partenaires"),
        rows=[(row, reading.period_of(row.run)) for row in rows],
        kept=kept,
        prepare_url=acts.url_for(act.name) if may_prepare else "",
    )
    return render(request, "console/pages/partner_runs.html", context)


def _runs_asked(todo: str) -> tuple[list[queries.RunRow], str]:
    """The runs that a task of the first page counts, and how the page names them; else all of them."""
    if todo == "approuver":
        return queries.runs_to_approve(), _("Ceux qui attendent d'être approuvés.")
    if todo == "envoyer":
        on = timezone.localdate()
        return queries.runs_to_send(on=on), _("Ceux dont personne n'a encore pris le fichier.")
    return queries.runs(), ""


@require_safe
@requires(Capability.READ_MONEY)
def run(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/partenaires/paiements/<uuid>/`"""
    found = access_partner_run(request.user, public_id)
    offered = [
        (act, acts.url_for(act.name, found))
        for act in map(acts.find, ("approve-partner-run", "refuse-partner-run"))
        if request.user.can(act.capability) and act.is_offered(found)
    ]
    may_pay = any(
        request.user.can(capability)
        for capability in (
            Capability.PREPARE_PARTNER_PAYMENTS,
            Capability.APPROVE_PARTNER_PAYMENTS,
        )
    )
    context = page_context(
        request,
        title=naming.name_of(found),
        page=reading.run_page(found),
        offered=offered,
        may_pay=may_pay,
        has_prepared=found.asked_by == str(request.user.public_id),
    )
    return render(request, "console/pages/partner_run.html", context)


@require_safe
@requires(Capability.PREPARE_PARTNER_PAYMENTS, Capability.APPROVE_PARTNER_PAYMENTS)
def order_file(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/partenaires/ordres/<uuid>/virements.xml`; who takes it is written down."""
    order = access_payment_order(request.user, public_id)
    content = operations.read_payment_file(
        order=order, actor=Actor.user(request.user), at=timezone.now()
    )
    name = f"virements-{order.executes_on.isoformat()}-{order.message_id[-8:]}.xml"
    return HttpResponse(
        content,
        content_type="application/xml",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


@require_safe
@requires(Capability.READ_MONEY)
def statement_document(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/partenaires/releves/<uuid>/releve.pdf`; one that is not issued has none."""
    statement = access_partner_statement(request.user, public_id)
    if statement.issued_at is None:
        raise Http404
    return answer(statement_file(statement, at=timezone.now()))
