"""One département before the kill: September 2025 issued, October ready to be billed, families to pay.

Run as a process: `python -m tests.kill.seed`. Dates are fixed, so that a point is the same whenever it
is played. What is written is what the demo's own seeding writes, by the same operations.
"""

from __future__ import annotations

import datetime
import sys

from socle.django_ready import django_ready

TODAY = datetime.date(2025, 10, 15)
MONTH = datetime.date(2025, 10, 1)
SLUG, SCHEMA = "hauts-de-seine", "d92"
AGENT = "claire.regisseuse@exemple.fr"
PAYERS = 8


def main() -> None:
    django_ready("worker")
    from django.utils import timezone

    from commons import outbox
    from socle.seeding import cast, demo
    from tenants.registry import contexts

    (departement,) = (one for one in cast.DEPARTEMENTS if one.slug == SLUG)
    stage = demo.Stage(departement=departement, today=TODAY, say=sys.stdout.write)
    demo.seed_departement(stage)
    with contexts.tenant(SCHEMA):
        _open_accounts_of_payers(demo.at(TODAY))
        while outbox.deliver_pending(at=timezone.now()).delivered:  # September's messages
            pass


def _open_accounts_of_payers(at: datetime.datetime) -> None:
    """Families of September's invoices that can sign in and pay."""
    from billing.invoicing.models import Invoice
    from socle.seeding import cast
    from socle.seeding.demo import ACTOR
    from tenants.accounts import operations as accounts
    from tenants.people import families

    waiting = (
        Invoice.objects.filter(payer__user__isnull=True, payment_parts__isnull=True)
        .exclude(payer__email="")
        .select_related("payer")
        .order_by("number")
    )
    for invoice in waiting[:PAYERS]:
        payer = invoice.payer
        user = accounts.create_user(
            email=payer.email,
            first_name=payer.first_name,
            last_name=payer.last_name,
            password=cast.PASSWORD,
            actor=ACTOR,
            at=at,
        )
        families.connect_guardian(guardian=payer, user=user, actor=ACTOR, at=at)


if __name__ == "__main__":
    main()
