"""Corrections of the demo: a credit note, and disputes and contests, that wait and that were answered.

They are about families without an account here: what a visitor finds on their own invoices is as the
month left it.
"""

from __future__ import annotations

import datetime

from django.utils import timezone

from billing.invoicing import operations as invoicing
from billing.invoicing.models import InvoiceLine
from billing.tariffs import operations as tariffs
from billing.tariffs.models import Service
from billing.tariffs.queries import price_on
from commons.actors import Actor

ACTOR = Actor.command("socle seed")


def correct_some(*, at: datetime.datetime) -> None:
    """Correct three lines of the latest month, where there are as many."""
    lines = (
        InvoiceLine.objects.filter(invoice__payer__user__isnull=True, quantity__gte=3)
        .select_related("invoice__regie", "invoice__payer", "pupil")
        .order_by("-invoice__month", "-pk")[:4]
    )
    if len(lines) < 4:  # one at least is left as it was
        return
    credited, waiting, answered = lines[:3]
    invoicing.credit_invoice(
        invoice=credited.invoice,
        lines=[invoicing.LineCredit(credited, meals=2)],
        reason="Deux absences signalées à temps par le collège.",
        actor=ACTOR,
        at=at,
    )
    invoicing.dispute_line(
        line=waiting,
        text="Mon enfant était en sortie scolaire ce jour-là.",
        days=waiting.days[:1],
        actor=ACTOR,
        at=at,
    )
    dispute = invoicing.dispute_line(
        line=answered, text="Le prix me semble trop haut.", actor=ACTOR, at=at
    )
    invoicing.refuse_dispute(
        dispute=dispute,
        answer="Le prix suit votre avis d'impôt de l'an dernier.",
        actor=ACTOR,
        at=at,
    )
    _contest_prices(waiting, answered, at=at)


def _contest_prices(waiting: InvoiceLine, answered: InvoiceLine, *, at: datetime.datetime) -> None:
    """Two prices are contested by the payers of two lines, and one of them is answered."""
    contests = []
    for line in (waiting, answered):
        decision = price_on(line.pupil, Service.HALF_BOARD, timezone.localdate(at))
        if decision is not None:
            contests.append(
                tariffs.contest_price(
                    decision=decision,
                    guardian=line.invoice.payer,
                    text="Nos revenus ont baissé depuis septembre.",
                    actor=ACTOR,
                    at=at,
                )
            )
    if len(contests) > 1:
        tariffs.refuse_contest(
            contest=contests[1],
            answer="Envoyez-nous votre nouvel avis d'impôt : nous recalculerons.",
            actor=ACTOR,
            at=at,
        )
