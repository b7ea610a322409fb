"""Who may see an invoice, a run or a dispute. Absent and forbidden are the same answer."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from billing.invoicing.models import Anomaly, BillingRun, CreditNote, Dispute, Invoice, InvoiceLine
from billing.invoicing.queries import with_credits
from commons.errors import NotFound
from commons.models import Job
from tenants.accounts.capabilities import Capability

if TYPE_CHECKING:
    from tenants.accounts.models import User


def access_invoice(user: User, public_id: uuid.UUID) -> Invoice:
    """
    An invoice the user pays, or any for the staff who read money.

    :raises NotFound: if absent, or not theirs to see
    """
    invoices = with_credits(Invoice.objects.filter(public_id=public_id)).select_related(
        "payer", "regie", "ledger_account", "run"
    )
    if not user.can(Capability.READ_MONEY):
        invoices = invoices.filter(payer__user=user)
    invoice = invoices.first()
    if invoice is None:
        raise NotFound(invoice=str(public_id))
    return invoice


def access_own_line(user: User, invoice_id: uuid.UUID, line_id: uuid.UUID) -> InvoiceLine:
    """
    A line of an invoice that the user pays themselves: nobody else disputes it.

    :raises NotFound: if absent, or somebody else's to pay
    """
    lines = (
        InvoiceLine.objects.filter(invoice__public_id=invoice_id, invoice__payer__user=user)
        .select_related("invoice", "invoice__regie", "pupil")
        .order_by("pk")
    )
    for line in lines:
        if line.public_id == line_id:
            return line
    raise NotFound(line=str(line_id))


def access_dispute(user: User, public_id: uuid.UUID) -> Dispute:
    """
    A dispute, for the staff who read money. Its family reads it on its invoice.

    :raises NotFound: if absent, or not theirs to see
    """
    dispute = None
    if user.can(Capability.READ_MONEY):
        dispute = (
            Dispute.objects.filter(public_id=public_id)
            .select_related("guardian", "invoice_line__invoice__regie", "invoice_line__pupil")
            .first()
        )
    if dispute is None:
        raise NotFound(dispute=str(public_id))
    return dispute


def access_credit_note(user: User, public_id: uuid.UUID) -> CreditNote:
    """
    A credit note of an invoice the user pays, or any for the staff who read money.

    :raises NotFound: if absent, or not theirs to see
    """
    notes = CreditNote.objects.filter(public_id=public_id).select_related("invoice")
    if not user.can(Capability.READ_MONEY):
        notes = notes.filter(invoice__payer__user=user)
    note = notes.first()
    if note is None:
        raise NotFound(credit_note=str(public_id))
    return note


def access_run(user: User, public_id: uuid.UUID) -> BillingRun:
    """
    A billing run, for the staff who read money.

    :raises NotFound: if absent, or not theirs to see
    """
    run = None
    if user.can(Capability.READ_MONEY):
        run = BillingRun.objects.filter(public_id=public_id).select_related("regie").first()
    if run is None:
        raise NotFound(run=str(public_id))
    return run


_WORKS = {
    Capability.READ_MONEY: "billing.",
    Capability.MANAGE_TARIFFS: "tariffs.",
    Capability.MANAGE_PASSPLUS: "passplus.",
    Capability.PUBLISH_FIGURES: "publication.",
}


def access_job(user: User, public_id: uuid.UUID) -> Job:
    """
    A long work: of billing for the staff who read money, of tariffs, Pass+ or shared figures for those
    who manage them; letters for who had them printed, timetables for who brought them.

    :raises NotFound: if absent, or not theirs to see
    """
    theirs = [prefix for capability, prefix in _WORKS.items() if user.can(capability)]
    found = Job.objects.filter(public_id=public_id).first()
    is_own = found is not None and (found.actor_kind, found.actor_id) == (
        "user",
        str(user.public_id),
    )
    if is_own and user.can(Capability.GIVE_CODES):
        theirs.append("activation.")
    if is_own and user.can(Capability.MANAGE_SCHOOL_LIFE):
        theirs.append("timetable.")
    if is_own and user.can(Capability.ANNOUNCE):
        theirs.append("announcements.")
    if found is None or not found.kind.startswith(tuple(theirs)):
        raise NotFound(job=str(public_id))
    return found


def access_anomaly(user: User, public_id: uuid.UUID) -> Anomaly:
    """
    An anomaly of a run, for the staff who read money.

    :raises NotFound: if absent, or not theirs to see
    """
    anomaly = None
    if user.can(Capability.READ_MONEY):
        anomaly = Anomaly.objects.filter(public_id=public_id).select_related("run").first()
    if anomaly is None:
        raise NotFound(anomaly=str(public_id))
    return anomaly
