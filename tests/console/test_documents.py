"""The documents of families at the console: from the record of an invoice or a payment."""

import uuid

import pytest

from billing.payments.models import Payment
from billing.payments.providers.protocol import Progress
from tenants.accounts.capabilities import Role
from tests.factories.payments import make_invoice, make_merchant, paid, said
from tests.pdfs import text_of


@pytest.fixture
def payment():
    invoice = make_invoice()
    make_merchant(invoice.regie)
    return paid((invoice, 2600))


def paths(payment: Payment) -> tuple[str, str]:
    (part,) = payment.parts.all()
    return (
        f"/console/factures/{part.invoice.public_id}/facture.pdf",
        f"/console/paiements/{payment.public_id}/recu.pdf",
    )


def test_records_lead_to_what_the_family_has(agent, site, payment):
    agent(Role.REGISSEUR)
    invoice, receipt = paths(payment)
    (part,) = payment.parts.all()

    record = site.get(f"/console/invoicing/invoice/{part.invoice_id}/").content.decode()
    assert f'href="{invoice}"' in record
    record = site.get(f"/console/payments/payment/{payment.pk}/").content.decode()
    assert f'href="{receipt}"' in record
    assert str(payment.public_id) in record
    assert "Total de la facture 27,00 €" in text_of(site.get(invoice).content)
    assert "Total payé 26,00 €" in text_of(site.get(receipt).content)


def test_payment_is_found_by_the_reference_of_its_receipt(agent, site, payment):
    agent(Role.REGISSEUR)
    other = paid((payment.parts.get().invoice, 100))
    listing = "/console/payments/payment/"

    found = site.get(listing, q=f" {payment.public_id} ").context["cl"].result_list
    assert [row.pk for row in found] == [payment.pk]
    assert len(site.get(listing, q=str(uuid.uuid4())).context["cl"].result_list) == 0
    assert len(site.get(listing, q="diallo").context["cl"].result_list) == 2
    assert other.public_id != payment.public_id


def test_payment_taken_back_leads_to_no_receipt(agent, site, payment):
    agent(Role.REGISSEUR)
    said(payment, Progress.RETURNED)
    receipt = paths(payment)[1]

    assert receipt not in site.get(f"/console/payments/payment/{payment.pk}/").content.decode()
    assert site.get(receipt).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.READER, 200), (Role.INSTRUCTOR, 403), (Role.COLLEGE_SECRETARY, 403)],
)
def test_who_reads_money_reads_documents(agent, site, payment, role, status):
    (part,) = payment.parts.select_related("invoice")
    uai = ""
    if role == Role.COLLEGE_SECRETARY:
        uai = part.invoice.lines.get().enrolment.college.uai
    agent(role, uai)

    assert [site.get(path).status_code for path in paths(payment)] == [status, status]
