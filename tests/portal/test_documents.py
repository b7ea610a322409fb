"""What a family keeps: its invoices, receipts and certificates as PDF, with the totals of the screens."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from billing.payments.providers.protocol import Progress
from commons.money import format_euros
from portal.screens.payments import SHOWN
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tenants.people.models import Guardian, Pupil
from tests.factories.canteen import make_enrolment, make_family
from tests.factories.invoicing import issue, make_billed_family, make_regie, prepare
from tests.factories.payments import make_merchant, opened, paid, said, start
from tests.factories.portal import account_of, make_account
from tests.pdfs import comes_in_order, plain, tags, text_of
from tests.portal.conftest import Site
from tests.portal.households import MONTHS, add_child, bill, make_invoices, pay, queries, text
from ui.documents.files import MOST_KILOBYTES

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime.datetime(2025, 2, 20, 10, 0, tzinfo=PARIS)


@pytest.fixture(autouse=True)
def february():
    with time_machine.travel(NOW, tick=False):
        yield


def moment(day, hour=10, minute=0):
    return datetime.datetime.combine(
        datetime.date.fromisoformat(day), datetime.time(hour, minute), PARIS
    )


def invoice_path(invoice):
    return f"/factures/{invoice.public_id}/facture.pdf"


def receipt_path(payment):
    return f"/paiements/{payment.public_id}/recu.pdf"


def certificate_path(year):
    return f"/paiements/attestations/{year}/attestation.pdf"


def read(site, path):
    response = site.get(path)
    assert response.status_code == 200, path
    assert response.headers["Content-Type"] == "application/pdf"
    assert {"private", "no-store"} <= set(response.headers["Cache-Control"].split(", "))
    return text_of(response.content)


@pytest.fixture
def household(site):
    """A family of one parent who is signed in, and two invoices: 27,00 and 15,00 euros."""
    family, invoices = make_invoices(2)
    make_merchant(invoices[0].regie)
    site.sign_in(account_of(family))
    return family, invoices


def test_invoice_says_what_its_page_says(site, household):
    family, (invoice, _october) = household
    pay(invoice, 700)

    page = site.get(f"/factures/{invoice.public_id}/")
    said_there = page.context["page"]
    document = read(site, invoice_path(invoice))

    assert "(PDF, moins de 100\u00a0ko)" in text(page)
    assert invoice_path(invoice) in page.content.decode()
    (line,) = said_there.children[0].lines
    total, left = said_there.bill.total_cents, said_there.bill.due_cents
    assert (total, left) == (2700, 2000)
    assert comes_in_order(
        document,
        invoice.regie_name,
        said_there.payer_name,
        "Facture de septembre 2024",
        f"Facture numéro {invoice.number}",
        f"{family.pupil.first_name} {family.pupil.last_name}",
        f"{line.label} 2, 5, 9, 12, 16, 19, 23, 26 et 30 septembre",
        f"{line.quantity} {format_euros(line.unit_price_cents)} (exemple) "
        f"{format_euros(line.amount_cents)}",
        f"Total de la facture {format_euros(total)}",
        f"Reste à payer au 20 février 2025 {format_euros(left)}",
        f"Donnez toujours le numéro de la facture : {invoice.number}.",
    )


def test_invoice_is_a_file_with_a_plain_name(site, household):
    _family, (invoice, _october) = household

    response = site.get(invoice_path(invoice))

    name = f'attachment; filename="facture-{invoice.number}.pdf"'
    assert response.headers["Content-Disposition"] == name
    assert [tag for tag, _element in tags(response.content)].count("/H1") == 1


def test_paid_invoice_asks_for_nothing(site, household):
    _family, (invoice, _october) = household
    paid((invoice, 2700))

    document = read(site, invoice_path(invoice))

    assert "État Payée" in document
    assert "Reste à payer au 20 février 2025 0,00 €" in document
    assert "Vous n'avez rien à payer pour cette facture." in document
    assert "À payer avant" not in document
    assert "Donnez toujours le numéro" not in document


def test_separated_parents_each_have_their_half(site):
    family = make_billed_family(guardians=2)
    invoices = issue(prepare(make_regie()))
    site.sign_in(account_of(family, rank=1))
    (theirs,) = (one for one in invoices if one.payer == family.guardians[1])
    (other,) = (one for one in invoices if one.payer != family.guardians[1])

    document = read(site, invoice_path(theirs))

    assert "Repas Nombre Prix Votre part Montant" in document
    assert "9 3,00 € (exemple) 50 % 13,50 €" in document
    assert "Total de la facture 13,50 €" in document
    assert family.guardians[0].first_name not in document
    assert site.get(invoice_path(other)).status_code == 404


def test_every_child_has_a_table_and_the_largest_invoice_is_light(site):
    family, regie = make_billed_family(), make_regie()
    for _child in range(7):
        make_enrolment(add_child(family), payers=family.payers)
    (invoice,) = bill(regie, MONTHS[:1])
    site.sign_in(account_of(family))

    response = site.get(invoice_path(invoice))

    names = [tag for tag, _element in tags(response.content)]
    assert names.count("/Table") == 8
    assert len(response.content) < MOST_KILOBYTES * 1000


def test_names_are_text_in_documents_too(site):
    family = make_billed_family()
    Pupil.objects.filter(pk=family.pupil.pk).update(first_name="#panic()", last_name="*A* $x$")
    Guardian.objects.filter(pk=family.guardians[0].pk).update(last_name='"} \\ @b <c> محمد')
    (invoice,) = issue(prepare(make_regie()))
    site.sign_in(account_of(family))

    document = read(site, invoice_path(invoice))

    assert "#panic() *A* $x$" in document
    assert '"} \\ @b <c> □□□□' in document


def test_receipt_says_what_was_paid_of_which_invoices(site, household):
    family, (september, october) = household
    payment = paid((september, 2700), (october, 500), at=moment("2024-12-31", 23, 30))

    page = site.get(f"/paiements/{payment.public_id}/")
    document = read(site, receipt_path(payment))

    assert "Télécharger le reçu (PDF, moins de 100\u00a0ko)" in text(page)
    assert receipt_path(payment) in page.content.decode()
    assert f"{format_euros(payment.amount_cents)} Payé" in text(page)
    assert comes_in_order(
        document,
        september.payer_name,
        "Reçu de paiement",
        "Payé le 31 décembre 2024",
        f"Payé par {family.guardians[0].full_name}",
        f"Payé à {september.regie_name}",
        "Moyen de paiement Carte bancaire, en ligne",
        f"Référence {payment.public_id}",
        f"Cantine de septembre 2024 {september.number} 27,00 €",
        f"Cantine d'octobre 2024 {october.number} 5,00 €",
        f"Total payé {format_euros(payment.amount_cents)}",
    )


@pytest.mark.parametrize("progress", [None, Progress.PROCESSING, Progress.FAILED, Progress.EXPIRED])
def test_what_is_not_paid_has_no_receipt(site, household, progress):
    _family, (invoice, _october) = household
    payment = opened((invoice, 2700))
    if progress:
        said(payment, progress)

    assert site.get(receipt_path(payment)).status_code == 404
    assert receipt_path(payment) not in site.get("/paiements/").content.decode()
    assert (
        receipt_path(payment) not in site.get(f"/paiements/{payment.public_id}/").content.decode()
    )


def test_what_the_bank_took_back_has_no_receipt_any_more(site, household):
    _family, (invoice, _october) = household
    payment = paid((invoice, 2700))
    assert read(site, receipt_path(payment))

    said(payment, Progress.RETURNED)

    assert site.get(receipt_path(payment)).status_code == 404
    assert site.get(certificate_path("2025")).status_code == 404
    assert "Attestations" not in text(site.get("/paiements/"))


def test_certificate_adds_up_a_school_year_or_a_calendar_year(site, household):
    """The day is that of Paris: an hour before midnight is still 2024."""
    family, (september, october) = household
    paid((september, 2000), at=moment("2024-12-31", 23, 30))
    paid((september, 700), at=moment("2025-01-01", 0, 30))
    paid((october, 1500), at=moment("2025-02-01"))

    school_year = read(site, certificate_path("2024-2025"))
    before, after = read(site, certificate_path("2024")), read(site, certificate_path("2025"))

    name = f"{family.pupil.first_name} {family.pupil.last_name}"
    assert comes_in_order(
        school_year,
        "Attestation de paiement 2024-2025",
        f"Payé par {september.payer_name}",
        f"Pour l'enfant {name}",
        "Du 1er septembre 2024 Au 31 août 2025",
        f"31 décembre 2024 {september.number} 20,00 €",
        f"1er janvier 2025 {september.number} 7,00 €",
        f"1er février 2025 {october.number} 15,00 €",
        "Total payé 42,00 €",
        "Le département des Hauts-de-Seine atteste avoir reçu ces paiements.",
    )
    assert "Total payé 20,00 €" in before
    assert "Total payé 22,00 €" in after
    assert "31 décembre 2024" not in after


@pytest.mark.parametrize(
    "year",
    ["2023", "2023-2024", "2025-2026", "2024-2026", "2024-2024", "1999", "x", "2024-", "²024"],
)
def test_year_without_a_payment_has_no_certificate(site, household, year):
    _family, (invoice, _october) = household
    paid((invoice, 2700), at=moment("2024-11-05"))
    assert read(site, certificate_path("2024"))

    assert site.get(certificate_path(year)).status_code == 404


def test_history_says_what_is_left_what_was_paid_and_where_the_proofs_are(site, household):
    _family, (september, october) = household
    first = paid((september, 2700), at=moment("2024-11-05"))
    second = start((october, 500))

    response = site.get("/paiements/")
    page = text(response)

    assert comes_in_order(
        plain(page),
        "Ce qui reste à payer 15,00 € Facture d'octobre 2024, avant le 3 décembre 2024",
        "Vos paiements en ligne",
        "Paiement du 20 février 2025",
        "octobre 2024 Commencé 5,00 €",
        "Paiement du 5 novembre 2024 septembre 2024 Payé",
        "Reçu (PDF) du paiement du 5 novembre 2024 27,00 €",
        "Attestations de paiement",
        "Année scolaire 2024-2025 (PDF, moins de 100 ko)",
        "Année 2024 (PDF, moins de 100 ko)",
    )
    markup = response.content.decode()
    assert receipt_path(first) in markup
    assert receipt_path(second) not in markup
    assert certificate_path("2024-2025") in markup
    assert "Les paiements plus anciens" not in page
    assert "Reste à payer\u00a0: 15,00\u00a0€" in text(site.get("/factures/"))


def test_nobody_paid_anything_at_first(site):
    site.sign_in(account_of(make_family()))

    page = text(site.get("/paiements/"))

    assert "Vous n'avez rien à payer." in page
    assert "Vous n'avez pas encore payé en ligne." in page
    assert "Attestations" not in page


@pytest.mark.parametrize("path", ["/factures/", "/compte/"])
def test_payments_are_found_from_other_pages(site, household, path):
    assert 'href="/paiements/"' in site.get(path).content.decode()


def test_eight_payments_take_as_many_queries_as_one(site, household):
    _family, (september, _october) = household
    paid((september, 300))
    few = queries(site, "/paiements/")
    certificate = queries(site, certificate_path("2025"))
    for _payment in range(7):
        paid((september, 300))

    assert queries(site, "/paiements/") == few
    assert queries(site, certificate_path("2025")) == certificate


def test_long_history_shows_the_latest_and_stays_light(site, household):
    """The page weighs less than 60 kB: `site` sees to it."""
    _family, (september, _october) = household
    first = paid((september, 50))
    for _payment in range(SHOWN):
        latest = paid((september, 50))

    page = site.get("/paiements/").content.decode()

    assert page.count("recu.pdf") == SHOWN
    assert receipt_path(latest) in page
    assert receipt_path(first) not in page
    assert "Les paiements plus anciens" in page


def test_another_familys_documents_are_not_found(site, household, in_tenant):
    _family, (invoice, _october) = household
    payment = paid((invoice, 2700))
    paths = [invoice_path(invoice), receipt_path(payment), certificate_path("2025")]
    assert [site.get(path).status_code for path in paths] == [200, 200, 200]

    site.sign_in(account_of(make_family()))
    assert [site.get(path).status_code for path in paths] == [404, 404, 404]
    with in_tenant("d94"):
        there = Site("d94").sign_in(make_account(make_family().guardians[0]))
        assert [there.get(path).status_code for path in paths] == [404, 404, 404]
    site.client.logout()
    for path in paths:
        assert site.get(path).headers["Location"].startswith("/connexion/")


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.REGISSEUR, 200),
        (Role.READER, 200),
        (Role.INSTRUCTOR, 404),
        (Role.COLLEGE_SECRETARY, 404),
    ],
)
def test_agents_read_them_if_they_read_money(site, household, role, status):
    family, (invoice, _october) = household
    payment = paid((invoice, 2700))
    agent = User.objects.create(email="agent@exemple.fr")
    uai = family.college.uai if role == Role.COLLEGE_SECRETARY else ""
    StaffRole.objects.create(user=agent, role=role, college_uai=uai)
    site.sign_in(agent)

    assert site.get(invoice_path(invoice)).status_code == status
    assert site.get(receipt_path(payment)).status_code == status
    assert site.get(certificate_path("2025")).status_code == 404  # they paid nothing


def test_documents_bear_the_name_of_their_departement(site, in_tenant):
    with in_tenant("d94"):
        family = make_billed_family()
        (invoice,) = issue(prepare(make_regie()))
        there = Site("d94").sign_in(account_of(family))
        document = text_of(there.get(invoice_path(invoice)).content)

    assert document.startswith("Val-de-Marne")
    assert "Hauts-de-Seine" not in document
