"""A price of an illustrative tariff is called an example, wherever an agent reads it."""

from __future__ import annotations

import dataclasses
import html
import re

import pytest
import time_machine
from django.urls import reverse

from billing.invoicing.models import Invoice
from billing.tariffs import operations
from billing.tariffs.models import PriceDecision, TariffVersion
from billing.tariffs.schedule_files import published_schedule
from console import acts
from tenants.accounts.capabilities import Role
from tests.console.test_acts import NOW
from tests.factories.canteen import make_enrolment, make_family
from tests.factories.invoicing import issue, make_billed_family, prepare
from tests.factories.tariffs import ACTOR, AT, make_resources

EXAMPLE = "3,00\u00a0€ (exemple)"


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(NOW, tick=False):
        yield


def text(response) -> str:
    bare = re.sub(r"<[^>]+>", " ", response.content.decode())
    return html.unescape(re.sub(r"[ \t\r\n]+", " ", bare))


def test_the_pages_of_a_price_say_so(agent):
    family = make_billed_family()
    issue(prepare())
    version = TariffVersion.objects.get()
    site = agent(Role.ADMINISTRATOR)

    tariffs = text(site.get("/console/tarifs/"))
    tariff = text(site.get(reverse("console:tariff-version", args=[version.public_id])))
    child = text(site.get(reverse("console:pupil-file", args=[family.pupil.public_id])))
    decisions = text(site.get(reverse("console:tariffs_pricedecision_changelist")))
    decision = text(site.get(_record("tariffs_pricedecision", PriceDecision.objects.get())))
    invoice = text(site.get(_record("invoicing_invoice", Invoice.objects.get())))

    assert "Tarif d'exemple" in tariffs
    assert "Tarif d'exemple\u00a0: une valeur au moins n'est pas celle du Département." in tariff
    assert "Ce prix est un exemple" in child
    assert EXAMPLE in decisions
    assert "Ce prix est un exemple" in decision
    assert EXAMPLE in invoice


def test_an_act_says_so_before_it_is_done(agent):
    family = make_billed_family()
    site = agent(Role.INSTRUCTOR)
    url = acts.url_for("redecide-prices", family.pupil)

    shown = text(site.post(url, valid_from="2024-10-03"))

    assert EXAMPLE in shown


def test_a_tariff_that_was_found_is_no_example(agent):
    family = make_family()
    real = dataclasses.replace(published_schedule("92"), is_illustrative=False)
    operations.publish_schedule(schedule=real, actor=ACTOR, at=AT)
    make_resources(family.household)
    make_enrolment(family)
    site = agent(Role.ADMINISTRATOR)

    child = text(site.get(reverse("console:pupil-file", args=[family.pupil.public_id])))
    decisions = text(site.get(reverse("console:tariffs_pricedecision_changelist")))

    assert "exemple" not in child.partition("Prix du repas")[2].partition("Factures")[0]
    assert "3,00\u00a0€" in decisions
    assert "(exemple)" not in decisions


def _record(name: str, row) -> str:
    return reverse(f"console:{name}_change", args=[row.pk])
