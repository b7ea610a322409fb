"""In the site's environment: a payment made at the bank, a refund that waits, a long work asked for.

The demo leaves these to who visits it; somebody has to, for their pages to be seen.
"""

import sys
from pathlib import Path

PAYER = "thomas.moreau@exemple.fr"


def main() -> None:
    from socle.django_ready import django_ready

    django_ready("worker")
    from django.urls import reverse
    from django.utils import timezone

    from billing.invoicing import queries as invoicing
    from billing.payments import operations, queries
    from commons import http, jobs
    from commons.actors import Actor
    from tenants.accounts.models import User
    from tenants.registry import contexts
    from ui.mail import portal_address

    actor, at = Actor.command("make look"), timezone.now()
    with contexts.tenant("d92"):
        payer = User.objects.get(email=PAYER)
        invoice = next(one for one in invoicing.invoices_of(payer) if invoicing.due_cents(one) > 0)
        payment = operations.start_payment(
            parts=[(invoice, invoicing.due_cents(invoice))],
            return_url=lambda key: portal_address(reverse("portal:payment-return", args=[key])),
            email=PAYER,
            actor=actor,
            at=at,
        )
        payment = operations.open_checkout(payment=payment, at=at)
        http.request("POST", payment.checkout_url, data={"how": "card"})
        payment = operations.look_at_payment(payment=payment, at=timezone.now())
        part = queries.parts_of(payment).select_related("payment")[0]
        operations.ask_refund(
            part=part, amount_cents=100, reason="Un repas annulé à temps", actor=actor, at=at
        )
        regie = invoicing.meals_regie()
        assert regie is not None
        month = at.date().replace(day=1)
        jobs.ask(
            "billing.run.prepare",
            subject=f"month:{month.isoformat()}",
            arguments={"regie_id": regie.pk, "month": month.isoformat()},
            actor=actor,
            at=at,
        )


if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[2])]
    main()
