"""The régisseur's payments: ask the provider again, answer, close, and give money back by two."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from billing.payments import operations, queries
from billing.payments.models import Notice, Payment, Refund
from commons.actors import Actor
from commons.models import AuditEntry
from console import acts
from console.words import TRANSFER_NATURES
from tenants.accounts.capabilities import Role
from tests.console.test_acts import confirm, text
from tests.factories.payments import at_the_bank, look, make_invoice, make_merchant, started

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.usefixtures("bank")


@pytest.fixture
def opened(site: Any) -> Payment:
    invoice = make_invoice()
    make_merchant(invoice.regie)
    return started(invoice)


@pytest.fixture
def paid(opened: Payment) -> Payment:
    at_the_bank(opened, "card")
    return look(opened)


def asked(payment: Payment, cents: int = 500) -> Refund:
    part = queries.parts_of(payment).select_related("payment").get()
    return operations.ask_refund(
        part=part, amount_cents=cents, reason="Absence",
        actor=Actor("user", "somebody"), at=timezone.now(),
    )  # fmt: skip


def page(site: Any, model: str, row: Any) -> str:
    return text(site.get(f"/console/payments/{model}/{row.pk}/"))


def test_the_provider_is_asked_again_from_the_page_of_a_payment(
    agent: Any, opened: Payment
) -> None:
    site = agent(Role.REGISSEUR)
    at_the_bank(opened, "card")  # and no notice came
    assert "Redemander au prestataire" in page(site, "payment", opened)

    _shown, done = confirm(site, acts.url_for("ask-provider-again", opened))

    assert "Paiement : payé." in text(site.get(done.url))
    assert Payment.objects.get(pk=opened.pk).state == Payment.State.PAID
    assert AuditEntry.objects.filter(action="billing.payment.asked_again").count() == 1


def test_a_notice_is_handled_again(agent: Any, opened: Payment) -> None:
    notice = Notice.objects.create(
        merchant=opened.merchant, event_ref="evt_1", kind="checkout.session.completed",
        checkout_ref=opened.checkout_ref, digest="", received_at=timezone.now(),
    )  # fmt: skip
    at_the_bank(opened, "card")
    site = agent(Role.REGISSEUR)
    assert "Avis du" in text(site.get("/console/payments/notice/?non_traites=oui"))

    for _time in range(2):
        confirm(site, acts.url_for("handle-notices-again", notice))

    notice.refresh_from_db()
    assert notice.handled_at is not None
    assert Payment.objects.get(pk=opened.pk).state == Payment.State.PAID


def test_a_strange_payment_is_found_from_today_and_answered(agent: Any, opened: Payment) -> None:
    Payment.objects.filter(pk=opened.pk).update(problem="OTHER_AMOUNT")
    site = agent(Role.REGISSEUR)
    assert "1 paiement à vérifier" in text(site.get("/console/"))
    assert "Payé d'un autre montant" in page(site, "payment", opened).replace("&#x27;", "'")

    confirm(site, acts.url_for("answer-payment", opened), words="Vu avec la banque")

    assert "paiement à vérifier" not in text(site.get("/console/"))
    assert "Vu avec la banque" in page(site, "payment", opened)
    assert "Claire Dumas" in page(site, "payment", opened)


def test_a_payment_the_bank_forgot_is_closed(agent: Any, opened: Payment) -> None:
    Payment.objects.filter(pk=opened.pk).update(checkout_ref="cs_lost", problem="NOT_KNOWN_THERE")
    site = agent(Role.REGISSEUR)
    shown, done = confirm(site, acts.url_for("close-unknown-payment", opened), words="Perdu")

    assert "27,00" in text(shown)
    assert "de nouveau à payer" in text(site.get(done.url))
    assert Payment.objects.get(pk=opened.pk).state == Payment.State.FAILED


def test_one_asks_and_another_approves(agent: Any, paid: Payment) -> None:
    first = agent(Role.REGISSEUR)
    part = paid.parts.get()
    answers = {"part": str(part.invoice.public_id), "amount": "12,40", "reason": "Repas annulés"}

    shown, done = confirm(first, acts.url_for("ask-refund", paid), **answers)
    assert "12,40 €" in text(shown).replace("\u202f", " ").replace("\u00a0", " ")
    refund = Refund.objects.get()
    assert (refund.amount_cents, refund.state) == (1_240, Refund.State.ASKED)
    assert "Une autre personne" in text(first.get(done.url))

    _shown, done = confirm(first, acts.url_for("approve-refunds", refund))
    assert "Vous avez demandé ce remboursement" in text(first.get(done.url))
    assert Refund.objects.get().state == Refund.State.ASKED

    second = agent(Role.ADMINISTRATOR)
    assert "1 remboursement à approuver" in text(second.get("/console/"))
    assert "Claire Dumas" in page(second, "refund", refund)
    confirm(second, acts.url_for("approve-refunds", refund))
    assert Refund.objects.get().state == Refund.State.APPROVED


@pytest.mark.parametrize("amount", ["27,01", "0", "-1", "1,234", "douze"])
def test_an_amount_that_does_not_hold_is_said_and_kept(
    agent: Any, paid: Payment, amount: str
) -> None:
    site = agent(Role.REGISSEUR)
    answers = {
        "part": str(paid.parts.get().invoice.public_id),
        "amount": amount,
        "reason": "Repas annulés",
    }

    shown = site.post(acts.url_for("ask-refund", paid), **answers)

    assert 'name="fingerprint"' not in shown.content.decode()
    assert "Repas annulés" in shown.content.decode()  # nothing typed is lost
    assert not Refund.objects.exists()


def test_a_refusal_is_told(agent: Any, paid: Payment) -> None:
    refund = asked(paid)
    site = agent(Role.REGISSEUR)

    confirm(site, acts.url_for("refuse-refunds", refund), answer="Déjà rendu en espèces")

    assert "Déjà rendu en espèces" in page(site, "refund", refund)
    assert Payment.objects.get(pk=paid.pk).refunded_cents == 0


def test_who_only_reads_sees_no_act(agent: Any, paid: Payment) -> None:
    refund = asked(paid)
    site = agent(Role.READER)

    assert "Approuver" not in page(site, "refund", refund)
    assert "Demander un remboursement" not in page(site, "payment", paid)
    assert site.get(acts.url_for("approve-refunds", refund)).status_code == 403


def test_every_nature_of_a_transfer_has_its_words() -> None:
    """What the rooms call their transfers, in the code; a pending one is captured under its own."""
    found = {"expiry"}
    for path in ROOT.glob("billing/*/*.py"):
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'(?<!_)code="([a-z_-]+)"', text))
        found |= set(re.findall(r'\(\s*"([a-z-]+)",\s+(?:note|kept)\.', text))

    assert {"credit-note", "over-paid", "refund"} <= found
    assert found - TRANSFER_NATURES.keys() == set()
