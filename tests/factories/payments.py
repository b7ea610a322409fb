"""Payments for tests: a merchant, an invoice to pay, and a person at the bank's page."""

from __future__ import annotations

import datetime
import uuid
from typing import Any
from urllib.parse import urljoin

from django.utils import timezone

from billing.invoicing.models import Invoice, Regie
from billing.payments import operations
from billing.payments.credentials import Credentials
from billing.payments.models import Merchant, Payment
from billing.payments.providers.protocol import Outcome, Progress
from billing.payments.settling import apply_outcome
from commons import http
from tests.banks import KEY
from tests.factories.invoicing import issue, make_billed_family, make_regie, prepare
from tests.factories.tariffs import ACTOR

SECRET = "whsec_of_tests"


def make_merchant(
    regie: Regie | None = None, *, key: str = KEY, account: str = "", secret: str = SECRET
) -> Merchant:
    """Where a régie is paid: on its own account unless a platform acts for one."""
    return operations.open_merchant(
        regie=regie or make_regie(),
        provider=Merchant.Provider.STRIPE,
        credentials=Credentials(api_key=key, webhook_secrets=(secret,)),
        account_ref=account,
        is_live=False,
        actor=ACTOR,
        at=timezone.now(),
    )


def make_invoice() -> Invoice:
    """27.00 euros to pay: nine meals at 3.00."""
    make_billed_family()
    (invoice,) = issue(prepare())
    return invoice


def start(*parts: tuple[Invoice, int], at: datetime.datetime | None = None) -> Payment:
    return operations.start_payment(
        parts=parts,
        return_url=lambda public_id: f"https://portail.exemple.fr/paiements/{public_id}/retour/",
        email="parent@exemple.fr",
        actor=ACTOR,
        at=at or timezone.now(),
    )


def started(invoice: Invoice, cents: int | None = None) -> Payment:
    """A payment whose page is open at the bank's."""
    payment = start((invoice, cents or invoice.total_cents))
    return operations.open_checkout(payment=payment, at=timezone.now())


def said(payment: Payment, progress: Progress, *, at: datetime.datetime | None = None) -> Payment:
    """A payment of which its provider says this; nobody is asked."""
    outcome = Outcome(
        key=str(payment.public_id),
        progress=progress,
        amount_cents=payment.amount_cents,
        currency="eur",
        provider_ref="pi_1",
        method=Payment.Method.CARD if progress in (Progress.PAID, Progress.RETURNED) else "",
    )
    return apply_outcome(payment=payment, outcome=outcome, at=at or timezone.now())


def opened(*parts: tuple[Invoice, int], at: datetime.datetime | None = None) -> Payment:
    """A payment with a page at a provider's that is not asked; the régie must be paid online."""
    payment = start(*parts, at=at)
    payment.state, payment.checkout_ref = Payment.State.OPEN, f"cs_{payment.public_id}"
    payment.save(update_fields=["state", "checkout_ref"])
    return payment


def paid(*parts: tuple[Invoice, int], at: datetime.datetime | None = None) -> Payment:
    """A payment begun and paid at the same moment."""
    return said(opened(*parts, at=at), Progress.PAID, at=at)


def at_the_bank(payment: Payment, how: str) -> str:
    """What a person chooses on the bank's page; the address it sends them to."""
    answer = http.request("POST", payment.checkout_url, data={"how": how})
    assert answer.status_code == 303
    return answer.headers["Location"]


def asked_at_the_bank(payment: Payment, answer: str) -> str:
    """Pay with a card whose own bank asks: `yes` or `no`; the address one is then sent to."""
    asking = urljoin(payment.checkout_url, at_the_bank(payment, "asks"))
    answered = http.request("POST", asking, data={"answer": answer})
    assert answered.status_code == 303
    return answered.headers["Location"]


def later_at_the_bank(bank: str, payment: Payment, what: str) -> None:
    """What the bank says of a direct debit, days after."""
    answer = http.request("POST", f"{bank}/_bank/{payment.checkout_ref}/{what}")
    assert answer.status_code == 200, answer.text


def look(payment: Payment, **more: Any) -> Payment:
    return operations.look_at_payment(payment=payment, at=more.get("at") or timezone.now())


def event(kind: str, about: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An event of Stripe's."""
    return {
        "id": f"evt_{uuid.uuid4().hex}",
        "object": "event",
        "livemode": False,
        "type": kind,
        "data": {"object": about},
        **more,
    }
