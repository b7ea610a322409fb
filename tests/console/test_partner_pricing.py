"""An agent publishes what partners are paid of a ticket: what it changes is shown first."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from console import acts
from federation.passplus.engine.campaign import Domain
from federation.passplus.engine.pricing import Line
from federation.passplus.models import ReimbursementRules
from federation.passplus.reimbursing.rule_files import MODEL_PATH
from tenants.accounts.capabilities import Role
from tests.console.test_acts import confirm, text
from tests.factories.passplus import make_card, make_partner
from tests.factories.reimbursing import captured, priced

TEXT = MODEL_PATH.read_text(encoding="utf-8").replace('"00"', '"92"').replace("2025-06", "2023-10")
URL = acts.url_for


def test_rules_are_shown_with_what_they_change_then_published(agent: Any):
    priced(valid_from="2023-09-01")
    captured(make_card(), make_partner(Domain.CULTURE), 10_00, purse="culture")
    site = agent(Role.ADMINISTRATOR)
    listing = site.get("/console/passplus/reimbursementrules/")
    assert URL("publish-pricing") in listing.content.decode()
    assert "remboursement-essai" in site.get(URL("publish-pricing")).content.decode()

    shown, done = confirm(site, URL("publish-pricing"), text=TEXT)

    page = text(shown)
    assert "Culture 100 % 95 %, 40,00 € au plus par ticket" in page
    assert "À verser avec les règles d&#x27;aujourd&#x27;hui 10,00 €" in page
    assert "À verser avec celles-ci 9,50 €" in page
    assert done.status_code == 302
    latest = ReimbursementRules.objects.latest("valid_from")
    assert latest.valid_from == datetime.date(2023, 10, 1)
    assert "Modèle de remboursement" in text(site.get(done.url))


def test_a_file_stands_for_the_text_and_what_was_shown_is_what_is_sent(agent: Any):
    site = agent(Role.ADMINISTRATOR)
    file = SimpleUploadedFile("regles.yaml", TEXT.encode())

    shown = site.post(URL("publish-pricing"), text="format: 7", file=file)

    assert 'name="text" value="# yaml-language-server' in shown.content.decode()
    assert "format: 7" not in shown.content.decode()
    assert ReimbursementRules.objects.count() == 0


def test_a_wrong_text_names_its_lines_and_another_departement_is_told(agent: Any):
    site = agent(Role.ADMINISTRATOR)

    wrong = site.post(URL("publish-pricing"), text=TEXT.replace("rate: 95", "rate: 150"))
    assert wrong.status_code == 422
    assert "Ligne 13" in text(wrong)

    told = site.post(URL("publish-pricing"), text=TEXT.replace('"92"', '"78"'))
    assert "celles du département 78" in text(told)


def test_a_day_already_covered_is_refused_before_it_is_asked(agent: Any):
    priced(valid_from="2023-10-01", lines=[Line(rate=Decimal(90))])

    shown = agent(Role.ADMINISTRATOR).post(URL("publish-pricing"), text=TEXT)

    assert "d&#x27;autres règles, viennent après ce premier jour" in text(shown)
    assert 'name="fingerprint"' not in shown.content.decode()


def test_who_pays_partners_does_not_write_the_rules(agent: Any):
    assert agent(Role.REGISSEUR).get(URL("publish-pricing")).status_code == 403
