"""The invoices of a person: the list, and one by child and by day."""

import datetime

import pytest
import time_machine

from billing.invoicing import operations
from tests.factories.canteen import make_enrolment, make_family
from tests.factories.invoicing import issue, make_billed_family, make_regie, prepare
from tests.factories.portal import account_of
from tests.factories.tariffs import ACTOR
from tests.portal.households import MONTHS, add_child, bill, make_invoices, pay, queries, text

NOW = datetime.datetime(2024, 11, 20, 10, 0, tzinfo=datetime.UTC)


@pytest.fixture
def november():
    with time_machine.travel(NOW, tick=False):
        yield


def path(invoice):
    return f"/factures/{invoice.public_id}/"


def row(response, month):
    """What the list says of one invoice."""
    page = text(response)
    return page.partition(f"Facture {month}")[2].partition("Facture ")[0]


@pytest.mark.usefixtures("november")
def test_list_says_what_is_due_until_when_and_in_which_state(site):
    family, (september, october) = make_invoices(2)
    pay(october, 500)
    site.sign_in(account_of(family))

    response = site.get("/factures/")

    late, soon = row(response, "de septembre"), row(response, "d'octobre")
    assert (september.total_cents, october.total_cents) == (2700, 1500)
    assert "3\u00a0novembre\u00a02024" in late
    assert "En retard" in late
    assert "27,00\u00a0€" in late
    assert "3\u00a0décembre\u00a02024" in soon
    assert "Payée en partie" in soon
    assert "Reste à payer\u00a0: 37,00\u00a0€" in text(response)


@pytest.mark.usefixtures("november")
def test_invoice_that_is_paid_has_no_date_to_pay_before(site):
    family, (invoice,) = make_invoices(1)
    pay(invoice, invoice.total_cents)
    site.sign_in(account_of(family))

    response = site.get("/factures/")

    assert "Payée" in row(response, "de septembre")
    assert "novembre" not in row(response, "de septembre")
    assert 'data-label="À payer avant"' not in response.content.decode()
    assert "Reste à payer" not in text(response)


@pytest.mark.usefixtures("november")
def test_nobody_has_an_invoice_at_first(site):
    site.sign_in(account_of(make_family()))

    assert "Vous n'avez pas encore de facture." in text(site.get("/factures/"))


@pytest.mark.usefixtures("november")
def test_invoice_of_another_family_is_neither_listed_nor_found(site):
    family, (invoice,) = make_invoices(1)
    site.sign_in(account_of(make_family()))

    assert str(invoice.public_id) not in site.get("/factures/").content.decode()
    assert site.get(path(invoice)).status_code == 404
    assert invoice.payer == family.guardians[0]


@pytest.mark.usefixtures("november")
def test_invoice_says_how_much_why_and_how_to_pay(site):
    family, (invoice,) = make_invoices(1)
    site.sign_in(account_of(family))
    name = family.pupil.first_name

    response = site.get(path(invoice))

    page = text(response)
    assert "Facture de septembre\u00a02024" in page
    assert "27,00\u00a0€ En retard" in page
    assert "À payer avant dimanche\u00a03\u00a0novembre 2024" in page
    assert f"Facture numéro {invoice.number}" in page
    assert f"Les repas d'{name} Diallo" in page
    assert "9 3,00\u00a0€ 27,00\u00a0€" in page
    assert "Voir les jours\u00a0: 9 repas" in page
    assert "lundi\u00a02\u00a0septembre" in page
    assert "jeudi\u00a026\u00a0septembre" in page
    assert f"Donnez toujours le numéro de la facture\u00a0: {invoice.number}." in page
    assert f"/enfants/{family.pupil.public_id}/cantine/prix/" in response.content.decode()
    assert "Votre part" not in page
    assert "Payez à la régie de votre collège, par chèque ou en espèces." in page


@pytest.mark.usefixtures("november")
def test_invoice_that_is_paid_asks_for_nothing(site):
    family, (invoice,) = make_invoices(1)
    pay(invoice, invoice.total_cents)
    site.sign_in(account_of(family))

    page = text(site.get(path(invoice)))

    assert "Vous n'avez rien à payer pour cette facture." in page
    assert "À payer avant" not in page
    assert "Reste à payer 0,00\u00a0€" in page


@pytest.mark.usefixtures("november")
def test_separated_parents_see_their_own_half_and_no_more(site):
    family = make_billed_family(guardians=2)
    (mother, father) = issue(prepare(make_regie()))
    site.sign_in(account_of(family, rank=1))
    theirs, other = (mother, father) if mother.payer == family.guardians[1] else (father, mother)

    listed = site.get("/factures/").content.decode()
    page = text(site.get(path(theirs)))

    assert str(other.public_id) not in listed
    assert site.get(path(other)).status_code == 404
    assert "50\u00a0%" in page
    assert "13,50\u00a0€" in page
    assert family.guardians[0].first_name not in page


def test_four_invoices_take_as_many_queries_as_one(site):
    family, regie = make_billed_family(), make_regie()
    site.sign_in(account_of(family))
    bill(regie, MONTHS[:1])
    few = queries(site, "/factures/")
    bill(regie, MONTHS[1:])

    assert queries(site, "/factures/") == few
    assert text(site.get("/factures/")).count("Facture ") == 4


def test_invoice_of_four_children_takes_as_many_queries_as_one_of_one(site):
    family, regie = make_billed_family(), make_regie()
    site.sign_in(account_of(family))
    bill(regie, MONTHS[:1])
    for _child in range(3):
        child = add_child(family)
        make_enrolment(child, payers=family.payers, start_on=MONTHS[1])
    bill(regie, MONTHS[1:2])
    one, four = family.guardians[0].invoices.order_by("month")

    few, many = queries(site, path(one)), queries(site, path(four))

    assert four.lines.values("pupil").distinct().count() == 4
    assert many == few


def _credit(invoice, cents, reason="Absence signalée"):
    operations.credit_invoice(
        invoice=invoice,
        lines=[operations.LineCredit(invoice.lines.get(), cents=cents)],
        reason=reason,
        actor=ACTOR,
        at=NOW,
    )


@pytest.mark.usefixtures("november")
def test_what_was_corrected_is_on_the_invoice(site):
    family, (invoice,) = make_invoices(1)
    _credit(invoice, 600)
    site.sign_in(account_of(family))

    page = text(site.get(path(invoice)))

    assert "27,00\u00a0€ En retard" in page
    assert "Reste à payer 21,00\u00a0€" in page
    assert "Ce qui a été corrigé" in page
    assert "Avoir AV-2024-000001, le 20\u00a0novembre\u00a02024 Absence signalée" in page
    assert "− 6,00\u00a0€" in page
    assert "À vous rembourser" not in page


@pytest.mark.usefixtures("november")
def test_what_was_paid_and_corrected_is_to_be_given_back(site):
    family, (invoice,) = make_invoices(1)
    pay(invoice, invoice.total_cents)
    _credit(invoice, 600)
    site.sign_in(account_of(family))

    page = text(site.get(path(invoice)))

    assert "Payée" in page
    assert "À vous rembourser 6,00\u00a0€" in page


@pytest.mark.usefixtures("november")
def test_a_cancelled_invoice_says_by_what(site):
    family, (invoice,) = make_invoices(1)
    operations.cancel_invoice(invoice=invoice, reason="Erreur de payeur", actor=ACTOR, at=NOW)
    site.sign_in(account_of(family))

    page = text(site.get(path(invoice)))

    assert "Annulée par l'avoir n° AV-2024-000001" in page
    assert "Vous n'avez rien à payer pour cette facture." in page
    assert "Annulée" in row(site.get("/factures/"), "de septembre")
    assert "Payer la facture" not in text(site.get("/"))
