"""Agents correct an issued invoice: the effect is shown first, then the document is made."""

from __future__ import annotations

import datetime

import pytest
import time_machine

from billing.invoicing import operations
from billing.invoicing.models import BillingRun, CreditNote, Invoice
from console import acts
from tenants.accounts.capabilities import Role
from tests.console.test_acts import NOW, confirm, text
from tests.console.test_previews import shown
from tests.factories.invoicing import issue, make_billed_family, prepare
from tests.factories.ledger import make_account, move
from tests.factories.tariffs import ACTOR


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def invoice(tenant_db) -> Invoice:
    make_billed_family()
    (found,) = issue(prepare())
    return found


def asked(invoice, **answers):
    line = invoice.lines.get()
    named = {name.format(line.public_id): value for name, value in answers.items()}
    return {"reason": "Absence signalée", **named}


def test_a_regisseuse_credits_two_meals(agent, invoice):
    site = agent(Role.REGISSEUR)
    record = text(site.get(f"/console/invoicing/invoice/{invoice.pk}/"))
    url = acts.url_for("credit-invoice", invoice)
    answers = asked(invoice, **{"meals_{}": "2"})

    page, may = shown(site, url, **answers)

    assert "Faire un avoir" in record
    assert may
    assert "6,00" in page
    assert "21,00" in page
    assert not CreditNote.objects.exists()
    _shown, done = confirm(site, url, **answers)
    note = CreditNote.objects.get()
    assert done.headers["Location"] == f"/console/invoicing/invoice/{invoice.pk}/"
    assert (note.total_cents, note.reason) == (600, "Absence signalée")
    after = text(site.get(f"/console/invoicing/invoice/{invoice.pk}/"))
    assert f"L'avoir {note.number} est émis, pour 6,00" in after.replace("&#x27;", "'")
    assert "21,00" in after


def test_euros_are_typed_with_a_comma(agent, invoice):
    site = agent(Role.REGISSEUR)
    url = acts.url_for("credit-invoice", invoice)

    confirm(site, url, **asked(invoice, **{"cents_{}": "1,05"}))

    assert CreditNote.objects.get().total_cents == 105


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"meals_{}": "10"}, "inférieure ou égale à 9"),
        ({"meals_{}": "1", "cents_{}": "1"}, "pas les deux"),
        ({"cents_{}": "27,01"}, "C'est plus que ce qui reste"),
        ({"cents_{}": "1,005"}, "2 chiffres après la virgule"),
        ({}, "Aucune somme n'est à créditer"),
    ],
)
def test_a_wrong_answer_is_said_and_kept(agent, invoice, answers, said):
    site = agent(Role.REGISSEUR)
    url = acts.url_for("credit-invoice", invoice)

    response = site.post(url, **asked(invoice, **answers))

    assert response.status_code == 422
    assert said in text(response).replace("&#x27;", "'")
    assert not CreditNote.objects.exists()


def test_a_regisseuse_cancels_a_paid_invoice(agent, invoice):
    move(make_account(), invoice.ledger_account, 2_700)
    site = agent(Role.REGISSEUR)
    url = acts.url_for("cancel-invoice", invoice)

    page, may = shown(site, url, reason="Mauvais payeur")

    assert may
    assert "trop-perçu sera à rembourser" in page
    confirm(site, url, reason="Mauvais payeur")
    assert CreditNote.objects.get().kind == "CANCELLATION"
    refused = site.post(url, reason="Encore")
    assert refused.status_code == 422
    assert "déjà annulée" in text(refused)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.INSTRUCTOR, Role.READER])
def test_who_issues_no_invoice_corrects_none(agent, invoice, role):
    site = agent(role)

    for name in ("credit-invoice", "cancel-invoice"):
        assert site.get(acts.url_for(name, invoice)).status_code == 403
    record = site.get(f"/console/invoicing/invoice/{invoice.pk}/")
    assert "credit-invoice" not in record.content.decode()


@pytest.fixture
def dispute(invoice):
    return operations.dispute_line(
        line=invoice.lines.get(),
        text="Absent le 5",
        days=[datetime.date(2024, 9, 5)],
        actor=ACTOR,
        at=NOW,
    )


def test_a_disputed_line_is_answered_with_a_credit_note(agent, dispute):
    site = agent(Role.REGISSEUR)
    assert "1 réclamation sans réponse" in text(site.get("/console/"))
    queue = text(site.get("/console/invoicing/dispute/?state__exact=OPEN"))
    record = text(site.get(f"/console/invoicing/dispute/{dispute.pk}/"))
    url = acts.url_for("accept-dispute", dispute)

    assert "Absent le 5" in queue
    assert "Accepter" in record
    page, may = shown(site, url, meals="1", answer="Vous aviez prévenu.")
    assert may
    assert "3,00" in page
    confirm(site, url, meals="1", answer="Vous aviez prévenu.")
    dispute.refresh_from_db()
    assert (dispute.state, dispute.credit_note.total_cents) == ("ACCEPTED", 300)
    assert "réclamation sans réponse" not in text(site.get("/console/"))
    assert (
        "accept-dispute"
        not in site.get(f"/console/invoicing/dispute/{dispute.pk}/").content.decode()
    )


def test_a_dispute_is_refused_with_a_reason(agent, dispute):
    site = agent(Role.REGISSEUR)
    url = acts.url_for("refuse-dispute", dispute)

    assert site.post(url, answer=" ").status_code == 422
    confirm(site, url, answer="Le repas a été servi.")

    dispute.refresh_from_db()
    assert (dispute.state, dispute.answer) == ("REFUSED", "Le repas a été servi.")
    assert not CreditNote.objects.exists()


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.READER])
def test_who_issues_no_invoice_answers_no_dispute(agent, dispute, role):
    site = agent(role)

    for name in ("accept-dispute", "refuse-dispute"):
        assert site.get(acts.url_for(name, dispute)).status_code == 403


def test_a_late_absence_becomes_a_correction_of_the_month(agent, invoice):
    """The instructor notes it; the régisseuse prepares, reviews and issues what corrects it."""
    enrolment = invoice.lines.get().enrolment
    instructor = agent(Role.INSTRUCTOR)
    page, may = shown(
        instructor,
        acts.url_for("excuse-absences", enrolment),
        first_day="2024-09-05",
        reason="Certificat médical",
    )
    assert may
    assert "dont déjà facturés 1" in page
    confirm(
        instructor,
        acts.url_for("excuse-absences", enrolment),
        first_day="2024-09-05",
        reason="Certificat médical",
    )
    site = agent(Role.REGISSEUR)
    first = BillingRun.objects.get()
    assert "Préparer une régularisation" in text(
        site.get(f"/console/facturation/{first.public_id}/")
    )

    page, _may = shown(site, acts.url_for("prepare-correction", first), reason="Absences tardives")
    assert "À rendre 3,00 €" in page
    confirm(site, acts.url_for("prepare-correction", first), reason="Absences tardives")
    correction = BillingRun.objects.get(corrects=first)
    confirm(site, acts.url_for("review-run", correction))
    page, _may = shown(site, acts.url_for("issue-run", correction), due_on="2024-12-01")
    assert "Avoirs émis 1" in page
    _shown, done = confirm(site, acts.url_for("issue-run", correction), due_on="2024-12-01")

    after = text(site.get(done.headers["Location"]))
    assert "Régularisation de septembre 2024" in after
    assert "1 avoir est émis, pour 3,00 €." in after
    assert CreditNote.objects.get().kind == "ADJUSTMENT"
    assert "Absences tardives" in text(site.get(f"/console/facturation/{first.public_id}/"))
    assert "(régularisation)" in text(site.get("/console/facturation/"))


def test_a_price_of_an_issued_month_is_corrected_only_when_it_is_said(agent, invoice):
    pupil = invoice.lines.get().pupil
    site = agent(Role.INSTRUCTOR)
    url = acts.url_for("redecide-prices", pupil)

    page, may = shown(site, url, valid_from="2024-09-02")
    assert not may
    page, may = shown(site, url, valid_from="2024-09-02", correcting="on")
    assert may
    assert "attendent une régularisation" in page
