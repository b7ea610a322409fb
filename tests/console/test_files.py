"""Search and the pupil's file show what the agent may see, and nothing else."""

from __future__ import annotations

import datetime
import html

import pytest
import time_machine
from django.urls import reverse

from billing.invoicing.models import Anomaly
from commons.money import format_euros
from tenants.accounts.capabilities import Role
from tenants.people.models import Guardian, HouseholdMember
from tests.console.test_acts import NOW, text
from tests.factories.canteen import make_family
from tests.factories.invoicing import issue, make_billed_family, prepare, review


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(NOW + datetime.timedelta(days=30), tick=False):
        yield


def found(site, term):
    return text(site.get(reverse("console:search"), q=term))


def test_a_secretary_finds_the_pupils_of_their_college_alone(agent):
    mine, other = make_billed_family(), make_family()
    (invoice,) = issue(prepare())
    site = agent(Role.COLLEGE_SECRETARY, uai=mine.college.uai)

    page = found(site, "diallo")

    assert mine.pupil.first_name in page
    assert other.pupil.first_name not in page
    for guardian in Guardian.objects.all():
        assert guardian.first_name not in page
    assert "septembre" not in found(site, invoice.number)


def test_an_instructor_finds_everybody_but_no_invoice(agent):
    mine, other = make_billed_family(), make_family()
    (invoice,) = issue(prepare())
    site = agent(Role.INSTRUCTOR)

    page = found(site, "diallo")

    for family in (mine, other):
        assert family.pupil.first_name in page
        assert family.guardians[0].first_name in page
    assert "septembre" not in found(site, invoice.number)
    assert invoice.number not in text(site.get(f"/console/eleves/{mine.pupil.public_id}/"))


def test_the_file_hides_the_resources_from_a_secretary(agent):
    family = make_billed_family()
    path = reverse("console:pupil-file", args=[family.pupil.public_id])
    member = Guardian.objects.create(
        last_name="Keita", first_name="Foyerseul", sort_key="keita", search_key="keita"
    )
    HouseholdMember.objects.create(
        household=family.household, guardian=member, valid_from=datetime.date(2024, 9, 1)
    )

    page = text(agent(Role.READER).get(path))
    assert "quotient 600" in page
    assert "Foyerseul" in page

    page = text(agent(Role.COLLEGE_SECRETARY, uai=family.college.uai).get(path))
    assert family.pupil.first_name in page
    assert "quotient 600" not in page
    assert "Avis d" not in page
    assert "Foyerseul" not in page


def euros(cents):
    return format_euros(cents).replace("\xa0", " ")


def record(site, row):
    options = row._meta
    name = f"console:{options.app_label}_{options.model_name}_change"
    return html.unescape(text(site.get(reverse(name, args=[row.pk]))))


def test_an_invoice_shows_its_lines_and_what_is_left_to_pay(agent):
    family = make_billed_family()
    (invoice,) = issue(prepare())
    line = invoice.lines.get()

    page = record(agent(Role.REGISSEUR), invoice)

    assert f"Facture {invoice.number}" in page
    assert f"Reste à payer {euros(invoice.total_cents)}" in page
    assert f"{family.pupil.full_name} Demi-pension" in page
    assert f"{line.quantity} {euros(line.unit_price_cents)} (exemple) 100 %" in page
    assert str(invoice.public_id) not in page.partition("Lignes")[2]


def test_a_guardian_shows_the_invoices_to_who_reads_money_alone(agent):
    family = make_billed_family()
    (invoice,) = issue(prepare())
    (guardian,) = family.guardians

    seen = record(agent(Role.REGISSEUR), guardian)
    hidden = record(agent(Role.INSTRUCTOR), guardian)

    assert family.pupil.full_name in seen
    assert invoice.number in seen
    assert family.pupil.full_name in hidden
    assert family.household.label in hidden
    assert invoice.number not in hidden


def test_a_household_shows_its_people_and_its_proofs(agent):
    family = make_billed_family()
    taken_back = make_family().guardians[0]
    HouseholdMember.objects.create(
        household=family.household,
        guardian=taken_back,
        valid_from=datetime.date(2024, 9, 1),
        valid_until=datetime.date(2024, 9, 1),
    )

    page = record(agent(Role.INSTRUCTOR), family.household)

    assert family.guardians[0].full_name in page
    assert family.pupil.full_name in page
    assert "Avis d'impôt" in page
    assert taken_back.full_name not in page


def test_an_anomaly_says_what_is_odd_and_what_to_do(agent):
    family = make_billed_family()
    anomaly = Anomaly.objects.create(
        run=review(prepare()),
        code="payer_to_post",
        severity="WARNING",
        subject_type="payer",
        subject_id=family.guardians[0].pk,
        details={"total_cents": 1240},
    )

    page = record(agent(Role.REGISSEUR), anomaly)

    assert f"Sur qui {family.guardians[0].full_name}" in page
    assert "Pas de courriel, mais une adresse, pour 12,40 € à payer." in page
    assert "Imprimez la facture et envoyez-la." in page
    assert "total_cents" not in page


def test_a_price_is_explained_in_sentences_and_an_account_in_euros(agent):
    family = make_billed_family()
    (invoice,) = issue(prepare())

    price = record(agent(Role.INSTRUCTOR), family.pupil.price_decisions.get())
    account = record(agent(Role.REGISSEUR), invoice.ledger_account)

    assert "Le prix du repas est 0,5 % de ce quotient. Vous payez 3,00 € par repas." in price
    assert "COEFFICIENT" not in price
    assert f"Débits {euros(invoice.total_cents)}" in account
