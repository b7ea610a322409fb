"""Who may see an invoice or a run. Absent and forbidden are the same answer."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from billing.invoicing.models import Anomaly, BillingRun, Invoice
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
    invoices = Invoice.objects.filter(public_id=public_id).select_related(
        "payer", "regie", "ledger_account", "run"
    )
    if not user.can(Capability.READ_MONEY):
        invoices = invoices.filter(payer__user=user)
    invoice = invoices.first()
    if invoice is None:
        raise NotFound(invoice=str(public_id))
    return invoice


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


def access_job(user: User, public_id: uuid.UUID) -> Job:
    """
    A long work of billing, for the staff who read money.

    :raises NotFound: if absent, or not theirs to see
    """
    job = None
    if user.can(Capability.READ_MONEY):
        job = Job.objects.filter(public_id=public_id, kind__startswith="billing.").first()
    if job is None:
        raise NotFound(job=str(public_id))
    return job


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
