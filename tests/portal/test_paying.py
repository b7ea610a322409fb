"""Paying from the portal: to the bank's page and back, and what each page then says."""

from __future__ import annotations

import datetime
import json
import time
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from billing.payments import operations
from billing.payments.models import Payment
from commons import http
from commons.actors import Actor
from commons.money import format_euros
from tests.factories.canteen import make_family
from tests.factories.invoicing import issue, prepare
from tests.factories.payments import SECRET, asked_at_the_bank, event, make_invoice, make_merchant
from tests.factories.portal import account_of, make_account
from tests.factories.tariffs import ACTOR
from tests.pdfs import plain, text_of
from tests.portal.households import text
from tools.standins.bank import signature

NOTICES = "/paiements/avis/stripe/"
OCTOBER_OVER = datetime.datetime(2024, 11, 4, 10, tzinfo=datetime.UTC)


@pytest.fixture
def invoice(site, bank):
    """Of a parent who is signed in."""
    found = make_invoice()
    make_merchant(found.regie)
    site.sign_in(make_account(found.payer))
    return found


def begin(site, invoice):
    """Touch « Payer »; the address one is sent to."""
    response = site.post(f"/factures/{invoice.public_id}/payer/")
    assert response.status_code in (302, 303)
    return response.headers["Location"]


def choose(address, how):
    """What one chooses on the bank's page; the path one comes back to."""
    answer = http.request("POST", address, data={"how": how})
    return urlsplit(answer.headers["Location"]).path


def payment_page():
    return f"/paiements/{Payment.objects.latest('pk').public_id}/"


def test_an_invoice_is_paid_from_its_page(site, invoice, bank):
    page = site.get(f"/factures/{invoice.public_id}/")
    assert "Payer 27,00\u00a0€ en ligne" in text(page)
    assert f"form-action 'self' {bank};" in page.headers["Content-Security-Policy"]

    address = begin(site, invoice)
    assert address.startswith(f"{bank}/c/pay/")
    assert "Facture" in http.request("GET", address).text
    back = site.get(choose(address, "card"))

    assert back.headers["Location"] == payment_page()
    assert "Merci, c'est payé." in text(site.get(payment_page()))
    paid = text(site.get(f"/factures/{invoice.public_id}/"))
    assert "Payée" in paid
    assert "en ligne" not in paid
    assert "Reste à payer" not in text(site.get("/factures/"))


def test_other_pages_send_forms_nowhere_else(site, invoice, bank):
    assert "form-action 'self';" in site.get("/factures/").headers["Content-Security-Policy"]


def test_what_is_given_back_is_said_on_the_proofs(site, invoice, bank):
    site.get(choose(begin(site, invoice), "card"))
    payment = Payment.objects.get()
    refund = operations.ask_refund(
        part=payment.parts.select_related("payment").get(),
        amount_cents=600,
        reason="Repas annulés",
        actor=ACTOR,
        at=timezone.now(),
    )
    receipt = f"{payment_page()}recu.pdf"
    assert "Remboursé" not in text_of(site.get(receipt).content)

    refund = operations.approve_refund(refund=refund, actor=Actor("user", "x"), at=timezone.now())
    operations.look_at_refund(refund=refund, at=timezone.now())

    said = "Total payé 27,00 € Remboursé depuis 6,00 € Payé après remboursement 21,00 €"
    assert said in text_of(site.get(receipt).content)
    year = timezone.localdate().year
    certificate = text_of(site.get(f"/paiements/attestations/{year}/attestation.pdf").content)
    assert f"{invoice.number} 27,00 € payés, 6,00 € remboursés 21,00 €" in certificate
    assert "Total payé 21,00 €" in certificate
    assert "27,00 € dont 6,00 € remboursés" in plain(text(site.get("/paiements/")))


def test_coming_back_without_paying_leaves_the_choice(site, invoice, bank):
    address = begin(site, invoice)
    site.get(choose(address, "leave"))

    page = text(site.get(payment_page()))
    assert "Ce paiement n'est pas terminé." in page
    assert "Un paiement est commencé" in text(site.get(f"/factures/{invoice.public_id}/"))

    assert site.post(f"{payment_page()}continuer/").headers["Location"] == address
    site.post(f"{payment_page()}abandonner/")
    assert "Ce paiement est abandonné." in text(site.get(payment_page()))
    assert "Payer 27,00" in text(site.get(f"/factures/{invoice.public_id}/"))


def test_a_second_touch_leads_to_the_payment_that_is_begun(site, invoice, bank):
    begin(site, invoice)

    assert begin(site, invoice) == payment_page()
    assert "déjà commencé" in text(site.get(payment_page()))
    assert Payment.objects.count() == 1


def test_a_direct_debit_asks_for_patience(site, invoice, bank):
    site.get(choose(begin(site, invoice), "debit"))

    assert "quelques jours" in text(site.get(payment_page()))


@pytest.mark.parametrize(
    ("answer", "said"), [("yes", "Merci, c'est payé."), ("no", "Ce paiement n'est pas terminé.")]
)
def test_ones_own_bank_asks_on_the_way(site, invoice, bank, answer, said):
    begin(site, invoice)

    asked_at_the_bank(Payment.objects.get(), answer)

    site.get(f"{payment_page()}retour/")
    assert said in text(site.get(payment_page()))


def test_a_bank_that_does_not_answer_is_told_and_tried_again(site, invoice, bank, settings):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    assert begin(site, invoice) == payment_page()
    assert "La page de paiement ne répond pas. Rien n'a été payé." in text(site.get(payment_page()))

    settings.STRIPE_API_BASE = bank
    again = site.post(f"{payment_page()}continuer/").headers["Location"]

    assert again.startswith(f"{bank}/c/pay/")


def test_nobody_else_sees_pays_continues_or_leaves(site, invoice, bank):
    begin(site, invoice)
    site.sign_in(account_of(make_family()))

    assert site.get(payment_page()).status_code == 404
    assert site.get(f"{payment_page()}retour/").status_code == 404
    for path in (
        f"{payment_page()}continuer/",
        f"{payment_page()}abandonner/",
        f"/factures/{invoice.public_id}/payer/",
    ):
        assert site.post(path).status_code == 404
    assert Payment.objects.get().state == Payment.State.OPEN


def test_a_regie_that_is_not_paid_online_offers_no_button(site, bank):
    invoice = make_invoice()
    site.sign_in(make_account(invoice.payer))

    page = site.get(f"/factures/{invoice.public_id}/")
    assert "en ligne" not in text(page)
    assert begin(site, invoice) == f"/factures/{invoice.public_id}/"
    assert "ne se paie pas en ligne" in text(site.get(f"/factures/{invoice.public_id}/"))


def test_refused_keys_are_told(site, bank):
    invoice = make_invoice()
    make_merchant(invoice.regie, key="sk_test_nobody")
    site.sign_in(make_account(invoice.payer))

    begin(site, invoice)

    assert "n'a pas pu s'ouvrir" in text(site.get(payment_page()))


def notice(site, said, *, secret=SECRET, **more):
    body = json.dumps(said)
    return site.client.post(
        NOTICES,
        data=body,
        content_type="application/json",
        headers={"Stripe-Signature": signature(body, secret, at=int(time.time()))},
        **more,
    )


def test_notices_are_taken_without_a_session_and_refused_without_a_signature(site, invoice):
    said = event("payout.paid", {"id": "po_1"})
    site.client.logout()

    assert notice(site, said).status_code == 200
    assert notice(site, said).status_code == 200
    assert notice(site, said, secret="whsec_other").status_code == 400
    assert site.client.post(NOTICES, data=b"", content_type="text/plain").status_code == 400
    assert site.client.get(NOTICES).status_code == 405


def test_a_part_is_paid_and_the_rest_is_left(site, invoice):
    page = site.get(f"/factures/{invoice.public_id}/")
    assert "Payer une partie seulement" in text(page)

    answer = site.post(f"/factures/{invoice.public_id}/payer/", amount="12,40")
    choose(answer.headers["Location"], "card")
    site.get(f"{payment_page()}retour/")

    assert Payment.objects.get().amount_cents == 1_240
    assert "Payer 14,60\u00a0€ en ligne" in text(site.get(f"/factures/{invoice.public_id}/"))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Écrivez un montant"),
        ("douze", "n'est pas un nombre"),
        ("-3", "au-dessus de 0"),
        ("0", "au-dessus de 0"),
        ("1,234", "deux chiffres au plus"),
        ("27,01", "plus que ce qui reste"),
        ("0,49", "ne peut pas être payé en ligne"),
        ("99999999", "trop grand"),
    ],
)
def test_an_amount_that_cannot_be_is_said_next_to_it(site, invoice, typed, said):
    page = site.post(f"/factures/{invoice.public_id}/payer/", amount=typed)

    assert page.status_code == 422
    assert said in text(page).replace("&#x27;", "'")
    assert f'value="{typed}"' in page.content.decode() or not typed  # nothing typed is lost
    assert not Payment.objects.exists()


def test_several_invoices_are_paid_at_once(site, bank):
    first = make_invoice()
    october = prepare(first.regie, datetime.date(2024, 10, 1), OCTOBER_OVER)
    (second,) = issue(october, at=OCTOBER_OVER, due_on=datetime.date(2024, 12, 1))
    make_merchant(first.regie)
    site.sign_in(make_account(first.payer))
    total = first.total_cents + second.total_cents
    page = site.get("/factures/")
    assert f"Payer les 2 factures\u00a0: {format_euros(total)}" in text(page)
    assert f"form-action 'self' {bank};" in page.headers["Content-Security-Policy"]

    answer = site.post("/factures/payer/")
    choose(answer.headers["Location"], "card")
    done = site.get(site.get(f"{payment_page()}retour/").headers["Location"])

    assert Payment.objects.get().amount_cents == total
    assert "Merci, c'est payé" in text(done).replace("&#x27;", "'")
    assert "Payer les" not in text(site.get("/factures/"))


def test_nothing_to_pay_together_is_said(site, invoice):
    begin(site, invoice)

    back = site.post("/factures/payer/")

    assert back.headers["Location"] == "/factures/"
    assert Payment.objects.count() == 1
