"""Credit notes as PDF: what is no longer to be paid, on a document of its own and on the invoice's."""

from __future__ import annotations

import datetime

import pytest
import time_machine

from billing.invoicing import operations
from billing.invoicing.operations import LineCredit
from commons.money import format_euros
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tests.factories.canteen import make_family
from tests.factories.invoicing import ISSUE_AT, issue, make_billed_family, prepare
from tests.factories.portal import account_of
from tests.factories.tariffs import ACTOR
from tests.pdfs import comes_in_order, plain, tags, text_of
from tests.portal.households import pay

LATER = ISSUE_AT + datetime.timedelta(days=5)


@pytest.fixture
def invoice(site):
    """Nine meals at 3.00 euros, of a parent who is signed in."""
    family = make_billed_family()
    (found,) = issue(prepare())
    site.sign_in(account_of(family))
    with time_machine.travel(LATER, tick=False):
        yield found


def credit(invoice, meals):
    return operations.credit_invoice(
        invoice=invoice,
        lines=[LineCredit(invoice.lines.get(), meals=meals)],
        reason="Absence signalée",
        actor=ACTOR,
        at=LATER,
    )


def path(note):
    return f"/avoirs/{note.public_id}/avoir.pdf"


def invoice_document(site, invoice):
    return text_of(site.get(f"/factures/{invoice.public_id}/facture.pdf").content)


def test_credit_note_says_what_is_no_longer_to_be_paid_and_why(site, invoice):
    note = credit(invoice, 2)

    page = site.get(f"/factures/{invoice.public_id}/").content.decode()
    response = site.get(path(note))

    assert f'href="{path(note)}"' in page
    name = f'attachment; filename="avoir-{note.number.lower()}.pdf"'
    assert response.headers["Content-Disposition"] == name
    line = invoice.lines.get()
    assert comes_in_order(
        text_of(response.content),
        invoice.payer_name,
        "Avoir sur la facture de septembre 2024",
        f"Avoir numéro {note.number}",
        "Fait le 7 octobre 2024",
        f"Facture numéro {invoice.number}",
        "Pourquoi Absence signalée",
        line.pupil_name,
        "Repas Nombre Montant",
        f"{line.label} 2 6,00 €",
        "Total de l'avoir 6,00 €",
        "Cette somme n'est plus à payer.",
    )
    assert [tag for tag, _element in tags(response.content)].count("/Table") == 1


def test_invoice_says_what_was_credited_since(site, invoice):
    note = credit(invoice, 2)

    assert comes_in_order(
        invoice_document(site, invoice),
        "Total de la facture 27,00 €",
        f"Avoir {note.number} du 7 octobre 2024 -6,00 €",
        "Reste à payer au 7 octobre 2024 21,00 €",
    )


def test_what_was_paid_too_much_comes_back(site, invoice):
    pay(invoice, 2700)

    note = credit(invoice, 9)

    document = text_of(site.get(path(note)).content)
    assert plain(f"À vous rembourser {format_euros(note.over_paid_cents)}") in document
    assert note.over_paid_cents == 2700


def test_cancelled_invoice_is_neither_paid_nor_due(site, invoice):
    operations.cancel_invoice(invoice=invoice, reason="Mauvais payeur", actor=ACTOR, at=LATER)

    document = invoice_document(site, invoice)

    assert "État Annulée" in document
    assert "Payée" not in document
    assert "Reste à payer au 7 octobre 2024 0,00 €" in document


def test_paid_invoice_says_so(site, invoice):
    pay(invoice, 2700)

    assert "État Payée" in invoice_document(site, invoice)


@pytest.mark.parametrize(
    ("role", "here", "there"),
    [(Role.READER, 200, 200), (Role.INSTRUCTOR, 404, 403)],
)
def test_who_reads_money_reads_it(site, invoice, role, here, there):
    note = credit(invoice, 2)
    site.sign_in(account_of(make_family()))
    assert site.get(path(note)).status_code == 404

    agent = User.objects.create(email="agent@exemple.fr")
    StaffRole.objects.create(user=agent, role=role)
    site.sign_in(agent)

    assert site.get(path(note)).status_code == here
    assert site.get(f"/console{path(note)}").status_code == there
    record = site.get(f"/console/invoicing/creditnote/{note.pk}/")
    assert record.status_code == there
    assert (f'href="/console{path(note)}"' in record.content.decode()) is (there == 200)
