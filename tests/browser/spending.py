"""In the site's environment: a payment made at the bank, a refund that waits, a long work asked for;
rules of rights, and a source asked with its consent; tickets of Pass+, and an agreement that is signed.

The demo leaves these to who visits it; somebody has to, for their pages to be seen.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime

    from commons.actors import Actor
    from tenants.accounts.models import User

PAYER = "thomas.moreau@exemple.fr"
TAX_NUMBER = "3023217600053"


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
        _ask_a_source(payer, actor, at)
        _spend_pass_plus(payer, actor, at)
        _sign_an_agreement(at)


def _ask_a_source(user: User, actor: Actor, at: datetime.datetime) -> None:
    """Thomas has the tax office asked; whatever it answers, the call is written down."""
    from billing.rights import operations as rights
    from billing.rights import queries
    from billing.rights.access import access_own_household
    from billing.rights.identity import AskedIdentity

    rights.set_rules(
        sla_hours=72, longest_days=10, lasting="SCHOOL_YEAR", document_days=0, actor=actor, at=at
    )
    household, guardian = access_own_household(user)
    by = {"guardian": guardian, "actor": actor, "at": at}
    request = rights.begin_request(household=household, **by)
    request = rights.choose_way(
        request=request, way="TAX", identity=AskedIdentity(tax_number=TAX_NUMBER), **by
    )
    agreement = queries.agreement_of(request)
    assert agreement is not None
    request = rights.consent_and_ask(request=request, text_version=agreement.text.version, **by)
    rights.put_question(request=request, at=at)


def _spend_pass_plus(user: User, actor: Actor, at: datetime.datetime) -> None:
    """Tickets of one euro, more than a page shows of a card."""
    from federation.passplus import holding, operations
    from tenants.people.queries import children_of

    cards = [
        card
        for pupil in children_of(user, on=at.date())
        if (card := holding.open_card_of(pupil, on=at.date())) is not None
    ]
    for rank in range(6):
        operations.make_ticket(
            card=cards[0].row, purse=cards[0].purses[0].code, cents=1_00, key=f"look-{rank}",
            actor=actor, at=at,
        )  # fmt: skip


def _sign_an_agreement(at: datetime.datetime) -> None:
    """The first body that asks to be a partner is accepted, and signs."""
    from commons.actors import Actor
    from federation.passplus import applying, operations
    from federation.passplus.models import PartnerApplication, PartnerCode
    from federation.passplus.partner_codes import figures_of
    from tenants.accounts.models import User
    from ui.documents import agreements

    waiting = PartnerApplication.objects.filter(state=PartnerApplication.State.SUBMITTED)
    application = waiting.order_by("pk")[0]
    agent = Actor.user(User.objects.get(email="sophie.instruction@exemple.fr"))
    operations.accept_application(application=application, actor=agent, at=at)
    operations.send_signing_code(application=application, at=at)
    operations.sign_agreement(
        application=application,
        code=figures_of(PartnerCode.objects.latest("pk")),
        typeset=agreements.typesetter(at=at),
        actor=applying.applicant(application),
        at=at,
    )


if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[2])]
    main()
