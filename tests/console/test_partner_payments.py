"""An agent pays partners: prepared by one, approved by another, the file for the bank, what comes back."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import CharField, F, Value
from django.db.models.functions import Concat
from lxml import etree

from console import acts
from console.acts.partner_corrections import read_wrongs
from federation.passplus.models import (
    Correction,
    Partner,
    PartnerRun,
    PartnerStatement,
    PayingAccount,
    Payout,
    StatementDispute,
)
from federation.passplus.queries import due_cents
from federation.passplus.reimbursing import operations, queries
from federation.passplus.reimbursing.operations import Wrong
from tenants.accounts.capabilities import Role
from tenants.accounts.models import User
from tests.console.test_acts import confirm, text
from tests.factories.passplus import make_card, make_partner
from tests.factories.reimbursing import BRUNO, DECEMBER, approved, captured, paying, with_account

LAST_DAY = {"last_day": "2023-10-31"}


@pytest.fixture
def judo(site: Any) -> Partner:
    partner = with_account(make_partner())
    captured(make_card(), partner, 12_34)
    return partner


def test_two_agents_pay_a_partner_and_one_takes_the_file_to_the_bank(agent: Any, judo: Partner):
    site = agent(Role.ADMINISTRATOR)
    answers = {"holder": "Régie", "iban": "FR7630006000011234567890189", "bic": ""}
    confirm(site, acts.url_for("open-paying-account"), **answers)
    assert PayingAccount.objects.get().iban_end == "0189"

    site = agent(Role.REGISSEUR)
    assert "Préparer un paiement" in text(site.get("/console/partenaires/paiements/"))
    shown, done = confirm(site, acts.url_for("prepare-partner-run"), **LAST_DAY)
    assert "12,34 €" in text(shown)
    run = PartnerRun.objects.get()
    page = text(site.get(done.url))
    assert "Du 2 octobre 2023 au 31 octobre 2023" in page
    assert "Vous avez préparé ce paiement" in page
    assert "Préparé par Claire Dumas" in page
    refused = confirm(site, acts.url_for("approve-partner-run", run))[1]
    assert "vous ne pouvez pas l" in text(refused)
    assert due_cents(judo) == 12_34

    User.objects.update(email=Concat(F("pk"), Value("@exemple.fr"), output_field=CharField()))
    site = agent(Role.ADMINISTRATOR)
    shown, done = confirm(site, acts.url_for("approve-partner-run", run))

    assert "Total qui part" in text(shown)
    page = text(site.get(done.url))
    assert run.statements.get().number in page
    run.refresh_from_db()
    file = site.get(f"/console/partenaires/ordres/{run.order.public_id}/virements.xml")
    assert etree.fromstring(file.content).xpath("string(//*[local-name()='CtrlSum'])") == "12.34"
    document = site.get(f"/console/partenaires/releves/{run.statements.get().public_id}/releve.pdf")
    assert document.content.startswith(b"%PDF")


def test_what_comes_back_is_noted_and_the_account_checked_by_another(agent: Any, judo: Partner):
    paying()
    payout = approved().order.payouts.get()
    site = agent(Role.REGISSEUR)
    answers = {"on": "2023-11-09", "reason": "AC04"}

    shown, _done = confirm(site, acts.url_for("record-payout-return", payout), **answers)

    assert "Compte mis de côté" in text(shown)
    assert "Compte clos (AC04)" in text(site.get(f"/console/passplus/payout/{payout.pk}/"))
    refused = confirm(site, acts.url_for("trust-iban-again", payout))[1]
    assert "vous ne pouvez pas r" in text(refused)
    confirm(agent(Role.ADMINISTRATOR), acts.url_for("trust-iban-again", payout))
    assert Payout.objects.get().trusted_at is not None


def test_a_correction_is_rehearsed_asked_approved_and_undone(agent: Any, judo: Partner):
    ticket = judo.captures.get()
    site = agent(Role.REGISSEUR)
    answers = {"kind": "TICKETS", "wrongs": f"{ticket.code} 2,34 €\n", "reason": "Erreur"}

    shown, _done = confirm(site, acts.url_for("ask-correction"), **answers)

    correction = Correction.objects.get()
    assert ("À retenir aux partenaires" in text(shown), correction.state) == (True, "ASKED")
    admin = agent(Role.ADMINISTRATOR)
    shown, done = confirm(admin, acts.url_for("approve-correction", correction))
    assert "2,34 €" in text(shown)
    assert "Défaire" not in text(admin.get(done.url))  # the régisseur asks
    assert queries.owed_back_cents(judo) == 2_34


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("K7PM2XQ4\t12,40 €", Wrong("K7PM2XQ4", 12_40)),
        ("K7PM2XQ4;1 234,5", Wrong("K7PM2XQ4", 1_234_50)),
        (" K7PM2XQ4 ", Wrong("K7PM2XQ4")),
    ],
)
def test_lines_are_read_as_people_write_them(typed, read):
    assert read_wrongs(f"\n{typed}\n") == [read]


def test_a_dispute_is_answered(agent: Any, judo: Partner):
    paying()
    statement = approved().statements.get()
    dispute = operations.dispute_statement_line(
        line=queries.lines_of(statement).get(), text="Il manque 5 €", actor=BRUNO, at=DECEMBER
    )
    site = agent(Role.REGISSEUR)
    assert "Il manque 5 €" in text(site.get("/console/passplus/statementdispute/"))

    answers = {"is_accepted": "yes", "answer": "Vous avez raison."}
    confirm(site, acts.url_for("answer-statement-dispute", dispute), **answers)

    assert StatementDispute.objects.get().state == "ACCEPTED"


def test_who_only_reads_sees_the_money_and_takes_no_file(agent: Any, judo: Partner):
    paying()
    run = approved()
    site = agent(Role.READER)

    page = text(site.get(f"/console/partenaires/paiements/{run.public_id}/"))

    assert "12,34" in page
    assert "Fichier pour la banque" not in page
    address = f"/console/partenaires/ordres/{run.order.public_id}/virements.xml"
    assert site.get(address).status_code == 403
    assert PartnerStatement.objects.get().number in text(
        site.get("/console/passplus/partnerstatement/")
    )
